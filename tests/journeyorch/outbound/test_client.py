"""The client against servers that misbehave in every way (architecture.md, Calls)."""

from __future__ import annotations

import gc
import gzip
import socket
import struct
import threading
import time
import warnings

import pytest

from journeyorch.outbound import connections
from journeyorch.outbound.client import Failure, Request, Response, exchange, outcome_of, read_json
from journeyorch.outbound.connections import Network
from journeyorch.outbound.guard import Policy
from tests.journeyorch.outbound.raw_server import http, says


def get(url: str, timeout: float = 5.0) -> Response | Failure:
    return exchange(Request("GET", url), timeout=timeout)


def reason(answer: Response | Failure) -> str:
    return answer.reason if isinstance(answer, Failure) else f"answered {answer.status}"


def test_sends_method_path_headers_and_body(serve):
    server = serve(says(http(b'{"ok": true}')))
    headers = (("Content-Type", "application/json"), ("Idempotency-Key", "k1"))
    answer = exchange(
        Request("POST", f"{server.url}/a/b?c=d e".replace(" ", "%20"), headers, b"[1]"), timeout=60
    )
    assert isinstance(answer, Response)
    assert (answer.status, read_json(answer)) == (200, {"ok": True})
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a/b?c=d%20e HTTP/1.1"
    assert {"Idempotency-Key: k1", "Content-Length: 3", "User-Agent: Journeyorch"} <= set(lines)
    assert f"Host: 127.0.0.1:{server.port}" in lines
    assert body == b"[1]"


def test_keeps_the_connection_for_the_next_request(serve):
    server = serve(says(http()))
    assert [reason(get(server.url)) for _ in range(5)] == ["answered 200"] * 5
    assert server.connections == 1


def test_a_thread_that_ends_closes_what_it_kept(serve):
    server = serve(says(http()))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        thread = threading.Thread(target=get, args=(server.url,))
        thread.start()
        thread.join()
        gc.collect()
    assert server.connections == 1
    assert [one.category for one in told if issubclass(one.category, ResourceWarning)] == []


def test_each_thread_has_its_own_connection(serve):
    server = serve(says(http()))

    def one_thread() -> None:
        get(server.url)
        connections.close_kept()

    threads = [threading.Thread(target=one_thread) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.connections == 3


def test_opens_a_new_connection_when_the_server_has_hung_up(serve):
    def answer_and_leave(sock: socket.socket, request: bytes) -> None:
        sock.sendall(http())
        sock.shutdown(socket.SHUT_RDWR)

    server = serve(answer_and_leave)
    assert reason(get(server.url)) == "answered 200"
    # The goodbye has to arrive first; a request sent before it would be lost and is retried by the engine.
    _wait_until(lambda: _hung_up(server.url))
    assert reason(get(server.url)) == "answered 200"


def _hung_up(url: str) -> bool:
    return all(not kept.is_fresh() for kept in connections._kept.connections.values())


def _wait_until(condition) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


@pytest.mark.parametrize(
    ("answer", "reused"),
    [
        (http(), True),
        (http(headers="Connection: close\r\n"), False),
        (http().replace(b"HTTP/1.1", b"HTTP/1.0"), False),
        (http() + b"more than was announced", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", True),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            False,
        ),
    ],
)
def test_a_connection_is_used_again_only_when_its_answer_ended_cleanly(serve, answer, reused):
    server = serve(says(answer))
    assert [reason(get(server.url)) for _ in range(2)] == ["answered 200"] * 2
    assert server.connections == (1 if reused else 2)


@pytest.mark.parametrize(
    "trickle",
    [b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 999, http(b"a" * 999), b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 999],
    ids=["headers", "body", "body without length"],
)
def test_a_byte_now_and_then_does_not_move_the_deadline(serve, trickle):
    def answer(sock: socket.socket, request: bytes) -> None:
        for byte in trickle:
            sock.sendall(bytes([byte]))
            time.sleep(0.03)

    assert reason(get(serve(answer).url, timeout=0.3)) == "timeout"


def test_a_server_that_never_answers_is_a_timeout(serve):
    assert reason(get(serve(lambda sock, request: sock.recv(1)).url, timeout=0.2)) == "timeout"


def test_a_server_that_never_reads_is_a_timeout(serve, settings):
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        answer = exchange(Request("POST", url, (), b"x" * 20_000_000), timeout=0.3)
    assert reason(answer) == "timeout"


def _bomb() -> bytes:
    body = gzip.compress(b"0" * 20_000_000)
    return http(body, headers="Content-Encoding: gzip\r\n")


def _chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    framed = b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + framed + end


@pytest.mark.parametrize(
    ("name", "answer", "expected"),
    [
        ("announced too large", b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", "tooLarge"),
        ("absurdly large", b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", "badAnswer"),
        ("chunks too large", _chunked(*[b"x" * 65536] * 17), "tooLarge"),
        ("gzip bomb", _bomb(), "tooLarge"),
        ("endless header", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000, "tooLarge"),
        ("negative length", b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "badAnswer"),
        ("two lengths", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "badAnswer"),
        (
            "signed chunk",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
            "badAnswer",
        ),
        (
            "long chunk",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
            "badAnswer",
        ),
        ("strange coding", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "badAnswer"),
        ("not asked compression", http(b"x", headers="Content-Encoding: br\r\n"), "badAnswer"),
        ("broken compression", http(b"xxxx", headers="Content-Encoding: gzip\r\n"), "badAnswer"),
        ("not HTTP", b"SSH-2.0-OpenSSH\r\n\r\n", "badAnswer"),
        ("HTTP/2", b"HTTP/2 200 OK\r\n\r\n", "badAnswer"),
        ("header without colon", b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", "badAnswer"),
        ("space before colon", b"HTTP/1.1 200 OK\r\nX : y\r\n\r\n", "badAnswer"),
        ("switch", b"HTTP/1.1 101 Switching\r\n\r\n", "badAnswer"),
        ("interim for ever", b"HTTP/1.1 100 Continue\r\n\r\n" * 9, "badAnswer"),
        ("early hints first", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + http(), "answered 200"),
        ("no reason phrase", b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "answered 200"),
        ("no content", b"HTTP/1.1 204 No Content\r\n\r\n", "answered 204"),
        ("trailers", _chunked(b"{}", end=b"0\r\nX: y\r\n\r\n"), "answered 200"),
        ("exactly 1 MiB", http(b"x" * 1048576), "answered 200"),
    ],
)
def test_answers_of_every_kind(serve, name, answer, expected):
    assert reason(get(serve(says(answer)).url)) == expected


@pytest.mark.parametrize(
    "cut",
    [b"", b"HTTP/1.1 20", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", _chunked(b"{", end=b"5\r\nab")],
)
def test_an_answer_cut_short_is_an_error_that_may_be_retried(serve, cut):
    def answer(sock: socket.socket, request: bytes) -> None:
        sock.sendall(cut)
        sock.shutdown(socket.SHUT_RDWR)

    found = get(serve(answer).url)
    assert reason(found) == "cutShort"
    assert outcome_of(found).retryable


def test_a_reset_after_acceptance_is_an_error_that_may_be_retried(serve):
    def answer(sock: socket.socket, request: bytes) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    found = get(serve(answer).url)
    assert (reason(found), outcome_of(found).status, outcome_of(found).retryable) == (
        "cutShort",
        "error",
        True,
    )


def test_nobody_listening_is_an_error_that_may_be_retried(serve):
    server = serve(says(http()))
    server.close()
    found = get(server.url)
    assert (reason(found), outcome_of(found).retryable) == ("connect", True)


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        ("200 OK", "ok", False),
        ("201 Created", "ok", False),
        ("301 Moved", "http", False),
        ("302 Found", "http", False),
        ("400 Bad Request", "http", False),
        ("404 Not Found", "http", False),
        ("408 Request Timeout", "http", True),
        ("429 Too Many", "http", True),
        ("500 Oh", "http", True),
        ("503 Busy", "http", True),
    ],
)
def test_the_status_decides_how_the_call_ends(serve, status, kind, retryable):
    outcome = outcome_of(get(serve(says(http(status=status))).url))
    assert (outcome.status, outcome.code, outcome.retryable) == (kind, status[:3], retryable)


def test_a_redirect_is_not_followed(serve):
    inner = serve(says(http()))
    outer = serve(says(http(status="302 Found", headers=f"Location: {inner.url}/\r\n")))
    assert reason(get(outer.url)) == "answered 302"
    assert inner.requests == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "a\r\nX-B: b"),
        ("X-A", "a\nb"),
        ("X-A", "a\x00b"),
        ("X-A: b\r\nX-B", "c"),
        ("", "a"),
        ("X A", "a"),
        ("Host", "other"),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
    ],
)
def test_a_header_that_would_change_the_request_is_refused_before_anything_is_sent(serve, name, value):
    server = serve(says(http()))
    answer = exchange(Request("GET", server.url, ((name, value),)), timeout=60)
    assert (reason(answer), server.requests) == ("refused", [])


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y", "/a\tb", "/a\\b", "/\x00"])
def test_a_url_that_would_change_the_request_is_refused(serve, path):
    server = serve(says(http()))
    assert (reason(get(server.url + path)), server.requests) == ("refused", [])


def test_proxies_of_the_environment_are_not_used(serve, monkeypatch):
    proxy = serve(says(http()))
    server = serve(says(http()))
    monkeypatch.setenv("http_proxy", proxy.url)
    assert reason(get(server.url)) == "answered 200"
    assert proxy.requests == []


def test_a_name_that_does_not_resolve_is_an_error():
    def nobody(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    answer = exchange(
        Request("GET", "https://x.example/"), timeout=60, policy=Policy(), network=Network(nobody)
    )
    assert (reason(answer), outcome_of(answer).retryable) == ("resolve", True)


def test_a_resolver_that_hangs_is_a_timeout():
    released = threading.Event()

    def hangs(host: str, port: int) -> list[str]:
        released.wait(5)
        return []

    answer = exchange(
        Request("GET", "https://x.example/"), timeout=0.1, policy=Policy(), network=Network(hangs)
    )
    released.set()
    assert reason(answer) == "timeout"


def test_compressed_answers_are_unpacked(serve):
    body = gzip.compress(b'{"a": 1}') + gzip.compress(b" ")
    answer = get(serve(says(http(body, headers="Content-Encoding: gzip\r\n"))).url)
    assert isinstance(answer, Response)
    assert read_json(answer) == {"a": 1}


def test_a_byte_order_mark_is_no_part_of_an_answer(serve):
    answer = get(serve(says(http(b'\xef\xbb\xbf{"a": 1}'))).url)
    assert isinstance(answer, Response)
    assert (answer.body, read_json(answer)) == (b'{"a": 1}', {"a": 1})


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{", b"{} {}", b"\xff", b"NaN", b'"\\ud800"', b"\xef\xbb\xbf{}"]
)
def test_what_is_not_json_is_named(body):
    found = read_json(Response(200, {}, body, 1))
    assert isinstance(found, Failure)
    assert ("empty" in found.message) == (not body)
