"""The web server's threads: who holds one, and who is closed (journeyorch/web_threads.py)."""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn

from journeyorch import web_threads
from journeyorch.web_threads import Worker
from tests.events.server import Server, gunicorn

NOW = 1000.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """With a single thread: whoever held it would stop everybody else."""
    options = ("--workers=1", "--threads=1", "--log-level=critical")
    with gunicorn(dict(os.environ), *options, application="tests.journeyorch.echo_application") as running:
        yield running


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def request(body: str, path: str = "/", *headers: str) -> bytes:
    head = (f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join((*head, "", body)).encode()


def answer(connection: socket.socket) -> tuple[int, str]:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, response.read().decode()


@pytest.mark.slow
@pytest.mark.one_database
def test_who_sends_nothing_holds_no_thread(server: Server) -> None:
    silent = [connect(server) for _ in range(5)]
    with connect(server) as sender, connect(server) as other:
        for number in range(3):
            sender.sendall(request(f"first {number}"))
            other.sendall(request(f"second {number}"))
            assert answer(sender) == (200, f"first {number}")
            assert answer(other) == (200, f"second {number}")
    for connection in silent:
        connection.sendall(request("at last"))
        assert answer(connection) == (200, "at last")
        connection.close()


@pytest.mark.slow
@pytest.mark.one_database
def test_the_application_is_loaded_before_the_processes_that_serve_begin(server: Server) -> None:
    """Whatever loading takes, it is none of the time in which a process has to show that it lives."""
    with connect(server) as sender:
        sender.sendall(request("", "/loaded-by"))
        assert answer(sender) == (200, str(server.process.pid))


@pytest.mark.slow
@pytest.mark.one_database
def test_a_request_that_came_with_the_one_before_is_answered_after_it(server: Server) -> None:
    with connect(server) as sender:
        sender.sendall(request("one") + request("two"))
        answers = b""
        while not answers.endswith(b"two"):
            part = sender.recv(4096)
            assert part, answers
            answers += part
    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert answers.index(b"one") < answers.index(b"two")


@pytest.mark.slow
@pytest.mark.one_database
@pytest.mark.parametrize(
    ("sent", "status"),
    [(request("", "/fails"), 500), (b"no HTTP at all\r\n\r\n", 400), (b"POST / HTTP/1.1\r\n", None)],
)
def test_what_goes_wrong_ends_its_connection_and_no_thread(
    server: Server, sent: bytes, status: int | None
) -> None:
    with connect(server) as sender:
        sender.sendall(sent)
        if status:
            assert answer(sender)[0] == status
        sender.shutdown(socket.SHUT_WR)
        assert not sender.recv(1)
    with connect(server) as other:
        other.sendall(request("still there"))
        assert answer(other) == (200, "still there")


@pytest.mark.slow
@pytest.mark.one_database
def test_a_request_under_way_is_answered_before_the_process_ends() -> None:
    options = ("--workers=1", "--threads=1", "--log-level=critical")
    with gunicorn(dict(os.environ), *options, application="tests.journeyorch.echo_application") as server:
        with connect(server) as sender:
            whole = request("goodbye", "/", "Expect: 100-continue")
            sender.sendall(whole[:-3])
            assert sender.recv(4096).startswith(b"HTTP/1.1 100 Continue"), "somebody reads the body now"
            server.process.terminate()
            sender.sendall(whole[-3:])
            assert answer(sender) == (200, "goodbye")
        assert server.process.wait(timeout=30) == 0


class Rest(NamedTuple):
    """A connection that rests, and what becomes of it."""

    until: float
    closed: bool
    keepalive: int = 60
    alive: bool = True
    force: bool = False


@pytest.mark.one_database
@pytest.mark.parametrize(
    "rest",
    [
        Rest(NOW + 1, closed=False),
        Rest(NOW - 1, closed=True),
        Rest(NOW + 59, closed=True, force=True),
        # The process is to end: who has rested for up to two seconds may be about to send.
        Rest(NOW + 59, closed=False, alive=False),
        Rest(NOW + 57, closed=True, alive=False),
        Rest(NOW + 1, closed=False, keepalive=1, alive=False),
    ],
)
def test_what_rests_too_long_is_closed(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_threads, "time", SimpleNamespace(monotonic=lambda: NOW))
    config = Config()
    config.set("keepalive", rest.keepalive)
    worker = Worker(1, os.getpid(), [], None, 30, config, None)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection = TConn(config, ours, "", "")
        connection.timeout = rest.until
        worker.alive, worker.nr_conns, worker.resting = rest.alive, 1, {ours.fileno(): connection}
        worker.murder_keepalived(force=rest.force)
        assert (ours.fileno() == -1) is rest.closed
    assert (worker.nr_conns, len(worker.resting)) == ((0, 0) if rest.closed else (1, 1))
    worker.tmp.close()
