"""Bodies without a Content-Length, from a raw socket to the real server."""

from __future__ import annotations

import http.client
import io
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from journeyorch.wsgi import TooLarge, read_up_to, with_chunked_bodies
from tests.events import seed
from tests.events.conftest import message
from tests.events.server import Server, environment_for, gunicorn

_HEAD = (
    b"POST /collection/inlet-1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Authorization: Bearer " + seed.KEY.encode() + b"\r\n"
)
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def server(database_url: str) -> Iterator[Server]:
    environment = environment_for(database_url)
    seed.seed(environment)
    with gunicorn(environment, "--workers", "1", "--threads", "2") as running:
        yield running


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def talk(server: Server, *parts: bytes, hang_up: bool = False) -> tuple[int, Any]:
    """Send the parts, read one answer; what the server no longer wants to read may break the pipe."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read() or b"null")


@pytest.mark.slow
@pytest.mark.django_db
def test_real_server_takes_chunks_of_any_size_and_refuses_what_never_ends(server: Server) -> None:
    body = json.dumps(message("chunked-1")).encode()
    pieces = [chunk(body[start : start + 7]) for start in range(0, len(body), 7)]
    status, answer = talk(server, _CHUNKED, *pieces, b"0\r\n\r\n")
    assert (status, answer["inletId"]) == (200, seed.INLET)

    # The same connection is fit for the next request: nothing of the body was left over.
    second = json.dumps(message("chunked-2")).encode()
    status, _ = talk(server, _CHUNKED, chunk(second), b"0\r\n\r\n")
    assert status == 200

    status, _ = talk(server, _CHUNKED, b"0\r\n\r\n")
    assert status == 400
    endless = [chunk(b" " * 65536)] * 100
    status, answer = talk(server, _CHUNKED, *endless)
    assert (status, answer["title"]) == (413, "Content Too Large")
    status, _ = talk(server, _CHUNKED, b"zz\r\n", hang_up=True)
    assert status == 400
    status, _ = talk(server, _CHUNKED, chunk(body), hang_up=True)
    assert status == 400
    status, _ = talk(server, _HEAD, b"Content-Length: 500\r\n\r\n", b"{}", hang_up=True)
    assert status == 400

    status, answer = talk(server, _HEAD, b"Content-Length: %d\r\n\r\n" % len(body), body)
    assert status == 200, "the server is still well"


@pytest.mark.parametrize(("size", "limit"), [(0, 10), (10, 10), (100_000, 100_000)])
def test_what_fits_is_read_completely(size: int, limit: int) -> None:
    assert read_up_to(io.BytesIO(b"x" * size), limit) == b"x" * size


def test_what_never_ends_is_not_read_far_beyond_the_limit() -> None:
    class Endless:
        given = 0

        def read(self, size: int) -> bytes:
            self.given += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(TooLarge):
        read_up_to(stream, 100)
    assert stream.given == 101


@pytest.mark.parametrize(
    "environ",
    [
        {"CONTENT_LENGTH": "2"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": False},
        {"HTTP_TRANSFER_ENCODING": "gzip", "wsgi.input_terminated": True},
    ],
)
def test_other_requests_are_passed_on_unread(environ: dict[str, Any]) -> None:
    seen = []
    wrapped = with_chunked_bodies(lambda given, _: seen.append(dict(given)) or [], limit=10)  # type: ignore[func-returns-value]
    stream = io.BytesIO(b"{}")
    wrapped({**environ, "wsgi.input": stream}, lambda *_: None)
    assert seen == [{**environ, "wsgi.input": stream}]
    assert stream.tell() == 0
