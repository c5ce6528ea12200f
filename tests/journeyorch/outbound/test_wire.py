"""What is decided on top of httptools: limits, whatever pieces an answer comes in. No sockets in here."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from journeyorch.outbound.wire import (
    MAX_BODY,
    MAX_HEAD,
    MAX_TOTAL,
    Answer,
    BadAnswer,
    TooLarge,
    begin,
    read_answer,
)

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def read(*pieces: bytes, method: str = "GET") -> Answer:
    """The answer that comes in these pieces, after which the connection is closed."""
    return read_from(iter((*pieces, b"")), method=method)


def read_from(pieces: Iterable[bytes], method: str = "GET") -> Answer:
    conversation = begin(method, "/", authority="api.example", headers=(), body=None)
    return read_answer(iter(pieces).__next__, method=conversation.method)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK + b"Content-Length: 5\r\nX: 1\r\nX: 2\r\n\r\nhello", b"hello"),
        (CHUNKED + b"2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nT: z\r\n\r\n", b"hello"),
        (OK + b"\r\nhello", b"hello"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n", b""),
    ],
    ids=["length", "chunks", "until the end", "interim"],
)
def test_an_answer_is_the_same_in_whatever_pieces_it_comes(answer, body):
    whole = read(answer)
    assert whole.body == body
    assert [read(answer[:at], answer[at:]) for at in range(1, len(answer))] == [whole] * (len(answer) - 1)
    assert read(*(answer[at : at + 1] for at in range(len(answer)))) == whole


def test_repeated_headers_are_joined():
    answer = read(OK + b"X-A: 1\r\nContent-Length: 0\r\nx-a: 2\r\n\r\n")
    assert answer.headers == {"x-a": "1, 2", "content-length": "0"}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (OK + b"X:" + b" \t" * 5000 + b"\r\nContent-Length: 0\r\n\r\n", 200),
        (OK + b"X:" + b"\r\n " * 5000 + b"\r\nContent-Length: 0\r\n\r\n", None),
        (CHUNKED + b"2;" + b" " * 5000 + b"\r\n{}\r\n0\r\n\r\n", None),
        (CHUNKED + b"2\r\n{}\r\n0\r\nX:" + b" " * 5000 + b"\r\n\r\n", 200),
    ],
    ids=["header", "folded header", "chunk", "trailer"],
)
@pytest.mark.parametrize("piece", [1, 100_000])
def test_runs_of_blanks_are_read_or_refused_whatever_their_pieces(answer, status, piece):
    pieces = [answer[at : at + piece] for at in range(0, len(answer), piece)]
    if status:
        assert read(*pieces).status == status
    else:
        with pytest.raises(BadAnswer):
            read(*pieces)


def test_blanks_in_a_body_are_no_matter():
    body = b" \r\n" * 100_000
    assert read(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body).body == body
    assert read(CHUNKED + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n").body == body


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"X: y\r\n" * (MAX_HEAD // 5) + b"Content-Length: 0\r\n\r\n",
        OK + b"X: " + b"a" * (MAX_HEAD + 2000) + b"\r\n\r\n",
        CHUNKED + b"2;" + b"a" * MAX_TOTAL,
        CHUNKED + b"0\r\n" + b"X: y\r\n" * MAX_HEAD,
        CHUNKED + b"1\r\nx\r\n" * MAX_BODY,
        CHUNKED + b"%x\r\n" % (MAX_BODY + 1) + b"x" * (MAX_BODY + 1) + b"\r\n0\r\n\r\n",
        OK + b"\r\n" + b"x" * (MAX_BODY + 1),
        OK + b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1) + b"x" * (MAX_BODY + 1),
    ],
)
def test_too_much_is_refused_although_it_came_at_once(answer):
    with pytest.raises(TooLarge):
        read(answer)


def test_what_is_announced_too_large_is_not_waited_for():
    def pieces():
        yield OK + b"Content-Length: 1048577\r\n\r\n"
        pytest.fail("it was waited for")

    with pytest.raises(TooLarge):
        read_from(pieces())


def test_what_is_announced_for_a_body_that_does_not_come_is_no_matter():
    assert read(OK + b"Content-Length: 9999999\r\n\r\n", method="HEAD").status == 200


@pytest.mark.parametrize(
    "line", [b"HTTP/2.0 200 OK", b"HTTP/0.9 200 OK", b"HTTP/1.1 600 What", b"HTTP/1.1 099 x"]
)
def test_unknown_versions_and_statuses_are_refused(line):
    with pytest.raises(BadAnswer):
        read(line + b"\r\nContent-Length: 0\r\n\r\n")


def test_what_is_wrong_is_told_without_quoting_the_answer():
    with pytest.raises(BadAnswer) as raised:
        read(OK + b"Set-Cookie : canary\r\n\r\n")
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize("method", ["GE T", "", "GET\r\nX: y"])
def test_a_method_that_would_change_the_request_is_refused(method):
    with pytest.raises(ValueError, match="cannot be written"):
        begin(method, "/", authority="api.example", headers=(), body=None)


def test_the_bytes_of_a_request():
    headers = (("X-Name", " Zoë "), ("x-id", ""))
    sent = begin("PUT", "/a?b=c", authority="api.example:8443", headers=headers, body=b"{}").request
    assert sent.split(b"\r\n") == [
        b"PUT /a?b=c HTTP/1.1",
        b"Host: api.example:8443",
        b"Accept-Encoding: gzip",
        "X-Name: Zoë".encode(),
        b"x-id: ",
        b"Content-Length: 2",
        b"",
        b"{}",
    ]
