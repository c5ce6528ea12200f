"""A small HTTP/1.1 server for the demo's own processes: loopback only, bounded bodies, threads and waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

MAX_BODY = 1024 * 1024
MAX_CONNECTIONS = 256
# For one read: an idle or silent client does not hold its thread for longer.
READ_SECONDS = 30
# A page of another site that has its own name point to this machine must not read what was caught.
_OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


class Request(NamedTuple):
    method: str
    path: str  # without the query
    query: dict[str, str]
    target: str  # as it came, with the query
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The first value of a header whatever its case, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class Answer(NamedTuple):
    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


Answerer = Callable[[Request], Answer]


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


class Web(ThreadingHTTPServer):
    """Serves ``answer`` on a port of 127.0.0.1; port 0 takes any free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, answer: Answerer) -> None:
        self.answer = answer
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def start(self) -> None:
        """Serve in a thread of its own, until ``stop``."""
        threading.Thread(target=self.serve_forever, args=(0.1,), name="web", daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away in the middle are nobody's business."""


class _Handler(BaseHTTPRequestHandler):
    server: Web
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "demo", ""
    timeout = READ_SECONDS
    # Headers and body leave in one packet: in two, the second waits for the first one's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        try:
            answer = self.server.answer(self._request())
        except _Refused as refused:
            self.close_connection = True
            answer = Answer(refused.status)
        self.send_response(answer.status)
        for name, value in (("Content-Type", answer.content_type), *answer.headers):
            self.send_header(name, value)
        self.send_header("X-Content-Type-Options", "nosniff")
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and answer.status != 304:
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815  (http.server calls them so)

    def _request(self) -> Request:
        self._refuse_other_names()
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100))
        return Request(
            self.command,
            parts.path,
            query,
            self.path,
            list(self.headers.items()),
            self.rfile.read(self._length()),
        )

    def _refuse_other_names(self) -> None:
        try:
            name = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        except ValueError:
            name = None
        if name not in _OWN_NAMES:
            raise _Refused(421)

    def _length(self) -> int:
        if self.headers.get("Transfer-Encoding"):
            raise _Refused(411)
        text = self.headers.get("Content-Length", "0")
        if not (text.isascii() and text.isdigit()):
            raise _Refused(400)
        if len(text) > 12 or int(text) > MAX_BODY:
            raise _Refused(413)
        return int(text)

    def log_message(self, format: str, *args: Any) -> None:
        """The page shows what came; a log beside it would only repeat it."""
