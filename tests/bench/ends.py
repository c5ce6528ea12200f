"""The two ends of a bench: who sends events, and the endpoint that is called; both as cheap as can be.

They run in the bench's own process and share the processor with what is measured. Python's HTTP client and
server took 0.5 CPU-ms an event, as much as a whole journey.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import IO, Self


class Endpoint:
    """Notes when which event's call arrives."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        endpoint = self

        class Handler(StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self) -> None:
                while self.rfile.readline():  # until the connection is closed
                    body = json.loads(self.rfile.read(_length(self.rfile)))
                    endpoint.arrived.setdefault(body["event"], time.perf_counter())
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        self.server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_address[1]}"


class _Server(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


class Sender:
    """One connection that sends events, each when the one before has been answered."""

    def __init__(self, port: int, path: str, headers: Mapping[str, str]) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")
        fixed = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", **headers}
        self._head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {fixed[name]}\r\n" for name in fixed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._answers.close()
        self._socket.close()

    def send(self, body: bytes, *, key: str = "") -> int:
        """Returns the status; ``key`` tells events apart for who does not look into them."""
        told_apart = f"Idempotency-Key: {key}\r\n" if key else ""
        self._socket.sendall(f"{self._head}{told_apart}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        status = int(self._answers.readline().split()[1])
        self._answers.read(_length(self._answers))
        return status


def _length(message: IO[bytes]) -> int:
    """Read the headers; how long the body is."""
    length = 0
    while (line := message.readline().rstrip()) != b"":
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        elif name.lower() == b"transfer-encoding":
            raise ValueError("Bodies in chunks are not understood here.")
    return length
