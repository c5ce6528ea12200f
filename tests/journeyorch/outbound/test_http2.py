"""HTTP/2 for systems that speak nothing else, with the guard, limits and deadlines of every request."""

from __future__ import annotations

import gzip
import threading

import pytest

from journeyorch.outbound import connections
from journeyorch.outbound.client import Failure, Request, Response, exchange
from journeyorch.outbound.guard import Policy
from tests.journeyorch.outbound.http2_server import Http2Server, Said


@pytest.fixture
def serve(settings, tmp_path):
    servers = []
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]

    def start(answer=lambda asked: Said(200, (), b"{}"), **options) -> Http2Server:
        servers.append(Http2Server(tmp_path, answer, **options))
        settings.OUTBOUND_CA_BUNDLE = str(servers[-1].certificate)
        return servers[-1]

    yield start
    connections.close_kept()
    for server in servers:
        server.close()


def ask(server: Http2Server, *, timeout=60, body: bytes | None = None, **headers: str) -> Response | Failure:
    given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    request = Request("POST", f"{server.url}/3/device/x?a=1", given, body, connections.http2_context())
    return exchange(request, timeout=timeout)


def test_a_request_and_its_answer(serve):
    server = serve(lambda asked: Said(201, (("apns-id", "7"), ("x-n", "1"), ("x-n", "2")), b"done"))

    answer = ask(server, body=b"grant", Apns_Topic=" org.example ")

    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (201, b"done")
    assert (answer.headers["apns-id"], answer.headers["x-n"]) == ("7", "1, 2")
    [asked] = server.asked
    assert asked.body == b"grant"
    assert asked.head[":method"] == "POST"
    assert asked.head[":path"] == "/3/device/x?a=1"
    assert asked.head[":authority"] == server.url.removeprefix("https://")
    assert asked.head["apns-topic"] == "org.example"
    assert asked.head["user-agent"] == "Journeyorch"


def test_one_connection_carries_many_requests_and_none_after_a_goodbye(serve):
    last = []
    server = serve(lambda asked: Said(200, (), b"{}", goodbye=bool(last)))
    for _ in range(3):
        assert ask(server, body=b"x").status == 200
    last.append(True)
    assert ask(server, body=b"x").status == 200
    last.clear()
    assert ask(server, body=b"x").status == 200

    used = [asked.connection for asked in server.asked]
    assert used[-1] != used[-2]
    assert len(set(used)) < len(used)


def test_a_large_request_waits_for_room(serve):
    server = serve()
    body = bytes(range(256)) * 2000  # many times the window of a connection
    assert ask(server, body=body).status == 200
    assert server.asked[0].body == body


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Said(reset=True), "cutShort"),
        (Said(200, (("x-big", "x" * 70_000),)), "tooLarge"),
        (Said(200, (("content-encoding", "gzip"),), gzip.compress(b"x" * 2_000_000)), "tooLarge"),
        (Said(200, (("content-encoding", "br"),), b"x"), "badAnswer"),
        (Said(777), "badAnswer"),
    ],
)
def test_answers_that_are_none(serve, said, reason):
    answer = ask(serve(lambda asked: said))
    assert isinstance(answer, Failure)
    assert answer.reason == reason


def test_what_is_compressed_is_unpacked(serve):
    said = Said(200, (("content-encoding", "gzip"),), gzip.compress(b"x" * 10_000))
    assert ask(serve(lambda asked: said)).body == b"x" * 10_000


def test_a_server_that_never_answers_is_left_at_the_deadline(serve):
    asleep = threading.Event()
    server = serve(lambda asked: Said(200 + asleep.wait(20)))
    answer = ask(server, timeout=0.3)
    asleep.set()
    assert isinstance(answer, Failure)
    assert answer.reason == "timeout"


def test_the_guard_looks_at_every_address(serve):
    server = serve()
    request = Request("GET", server.url, context=connections.http2_context())
    answer = exchange(request, timeout=60, policy=Policy())
    assert isinstance(answer, Failure)
    assert answer.reason == "refused"
    assert server.connections == 0
