"""A server of raw bytes on the loopback interface: each test says byte by byte how it misbehaves."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress

# What a server does with one request on one connection: it gets the socket and the request's bytes.
Answer = Callable[[socket.socket, bytes], None]


class RawServer:
    """Answers each connection in a thread, and keeps the bytes of the requests it received."""

    def __init__(self, answer: Answer, context: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.connections = 0
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def close(self) -> None:
        for sock in [self._listener, *self._open]:
            # Closing alone would leave the thread in accept() with a socket that still answers.
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._context:
                sock = self._context.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            while request := read_request(sock):
                self.requests.append(request)
                self.answer(sock, request)
        except OSError:
            pass


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
