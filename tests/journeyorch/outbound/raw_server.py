"""A server of raw bytes on the loopback interface: each test says byte by byte how it misbehaves."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

from tests.journeyorch.outbound.loopback_server import LoopbackServer

# What a server does with one request on one connection: it gets the socket and the request's bytes.
Answer = Callable[[socket.socket, bytes], None]


class RawServer(LoopbackServer):
    """Answers each request by ``answer``, and keeps the bytes of those it received."""

    def __init__(self, answer: Answer, context: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        super().__init__(context)

    def serve(self, sock: socket.socket, number: int) -> None:
        while request := read_request(sock):
            self.requests.append(request)
            self.answer(sock, request)


def read_request(sock: socket.socket) -> bytes:
    """One whole request; ``b""`` when the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    size = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < size:
        piece = sock.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


def says(*answers: bytes) -> Answer:
    """Answers with these bytes, one after the other, the last one for ever."""
    left = list(answers)

    def answer(sock: socket.socket, request: bytes) -> None:
        sock.sendall(left.pop(0) if len(left) > 1 else left[0])

    return answer


def http(body: bytes = b"{}", status: str = "200 OK", headers: str = "") -> bytes:
    """A well-formed answer with its length."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body
