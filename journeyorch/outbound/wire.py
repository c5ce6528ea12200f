"""One request and its answer as bytes of HTTP/1.1. No sockets and no clock in here.

Requests are written out, answers are read by httptools. What it leaves to its users is decided here: how much
is read, which answers are refused, and whether the connection may be used again.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import httptools

from journeyorch.outbound.headers import header_problem

MAX_HEAD = 64 * 1024
MAX_BODY = 1024 * 1024
# Everything read for one answer: frames of tiny chunks may cost more than what they hold, but not for ever.
MAX_TOTAL = MAX_HEAD + 2 * MAX_BODY
_MAX_INTERIM = 5
_METHOD = re.compile(r"[A-Z]{1,20}")
_VISIBLE = re.compile(r"[\x21-\x7e]+")

Receive = Callable[[], bytes]


class BadAnswer(Exception):
    """The answer is no proper HTTP. The text is a sentence for people, without anything of the answer."""


class CutShort(Exception):
    """The connection ended before the answer did."""


class TooLarge(Exception):
    """The answer is larger than is read."""


class Conversation(NamedTuple):
    """A request ready to be sent."""

    request: bytes
    # The same as it was given: its answer depends on the method, and another protocol writes it differently.
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None


class Answer(NamedTuple):
    """One complete answer; ``reusable`` tells whether the connection may carry another request."""

    status: int
    headers: dict[str, str]  # names in lower case, repeated ones joined by ", "
    body: bytes  # decompressed
    reusable: bool


def begin(
    method: str, path: str, *, authority: str, headers: Iterable[tuple[str, str]], body: bytes | None
) -> Conversation:
    """Render a request; raises ``ValueError`` with a sentence if it cannot be sent."""
    given = tuple(headers)
    if not (_METHOD.fullmatch(method) and _VISIBLE.fullmatch(path) and _VISIBLE.fullmatch(authority)):
        raise ValueError("The request cannot be written as HTTP. Check its method and its address.")
    lines = [f"{method} {path} HTTP/1.1\r\nHost: {authority}\r\nAccept-Encoding: gzip".encode()]
    lines.extend(_encoded(given))
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    return Conversation(b"\r\n".join([*lines, b"", body or b""]), method, path, given, body)


def _encoded(headers: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    for name, value in headers:
        problem = header_problem(name, value)
        if problem:
            raise ValueError(problem)
        # Beyond ASCII a header value has no agreed meaning; UTF-8 is what receivers expect today. "replace"
        # is for lone surrogates, which no encoding can write.
        yield b"%b: %b" % (name.encode(), value.strip(" \t").encode("utf-8", "replace"))


def read_answer(receive: Receive, *, method: str) -> Answer:
    """Read one answer piece by piece from ``receive``, which gives ``b""`` at the end of the connection.

    Raises ``BadAnswer``, ``CutShort``, ``TooLarge``, and whatever ``receive`` raises.
    """
    found = _Found(has_body=method != "HEAD")
    parser = found.parser = httptools.HttpResponseParser(found)
    parser.set_dangerous_leniencies(lenient_chunked_length=True)
    total = 0
    try:
        while not found.complete:
            piece = receive()
            if not piece:
                found.end()
                break
            total += len(piece)
            if total > MAX_TOTAL:
                raise TooLarge
            _feed(parser, piece, found)
            found.check(total)
    finally:
        # Each of the two refers to the other; nobody should have to look for that.
        del found.parser
    return Answer(
        found.status, found.headers, decompressed(b"".join(found.pieces), found.headers), found.reusable
    )


def _feed(parser: httptools.HttpResponseParser, piece: bytes, found: _Found) -> None:
    try:
        parser.feed_data(piece)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
        # What follows a complete answer is no part of it; the connection is not trusted any more.
        found.reusable = False
        if not found.complete:
            raise BadAnswer("It breaks the rules of the protocol.") from error


class _Found:
    """What httptools has found so far; its methods beginning with ``on_`` are called by it."""

    def __init__(self, *, has_body: bool) -> None:
        self.parser: httptools.HttpResponseParser
        self._has_body = has_body
        self._interim = 0
        self._begin()

    def _begin(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.pieces: list[bytes] = []
        self.complete = self.reusable = False
        self._head_ended = False
        self._lines = self._size = 0

    def on_message_begin(self) -> None:
        if self.complete:
            self.reusable = False  # something follows that nobody has asked for
        else:
            self._begin()

    def on_header(self, raw_name: bytes, raw_value: bytes) -> None:
        self._lines += len(raw_name) + len(raw_value) + 4
        if self._head_ended:
            return  # a trailer, which nobody reads
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").rstrip(" \t")
        self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value

    def on_headers_complete(self) -> None:
        if self.complete:
            return
        self._head_ended = True
        self.status = self.parser.get_status_code()
        # Two lengths that may differ: the answer is read, but the connection is not trusted any more.
        differs = {"content-length", "transfer-encoding"} <= self.headers.keys()
        self.reusable = self.parser.should_keep_alive() and self._has_body and not differs
        self.complete = not self._has_body and self.status >= 200

    def on_body(self, piece: bytes) -> None:
        if not self.complete:
            self.pieces.append(piece)
            self._size += len(piece)

    def on_message_complete(self) -> None:
        if self.status < 200:
            self._interim += 1
        else:
            self.complete = True

    def check(self, total: int) -> None:
        """Refuse what is wrong or not wanted, before more of it is waited for."""
        if self._interim > _MAX_INTERIM or self.status == 101:
            raise BadAnswer("It sent only interim answers.")
        if self._lines > MAX_HEAD or (not self._head_ended and total > MAX_HEAD):
            raise TooLarge
        if not self._head_ended:
            return
        if self.parser.get_http_version() not in ("1.0", "1.1") or not 100 <= self.status < 600:
            raise BadAnswer("It has a version or a status that is not known.")
        if self.headers.get("transfer-encoding", "chunked").lower() != "chunked":
            raise BadAnswer("It is encoded in a way that was not asked for.")
        if self._size > MAX_BODY or (not self.complete and self._announced() > MAX_BODY):
            raise TooLarge  # of a chunk only what has come is known

    def end(self) -> None:
        """The connection is at its end: so is an answer that has not said how long it is."""
        told = {"content-length", "transfer-encoding"} & self.headers.keys()
        if not self._head_ended or self.status < 200 or told:
            raise CutShort

    def _announced(self) -> int:
        return int(self.headers.get("content-length", 0))


def decompressed(raw: bytes, headers: Mapping[str, str]) -> bytes:
    """The body without its content coding, never more than ``MAX_BODY`` (a gzip bomb is a thousandfold)."""
    coding = headers.get("content-encoding", "identity").lower()
    if coding in ("identity", "") or not raw:
        return raw
    if coding not in ("gzip", "x-gzip"):
        raise BadAnswer("It is compressed in a way that was not asked for.")
    parts, room = [], MAX_BODY + 1
    try:
        while raw and room:
            decoder = zlib.decompressobj(wbits=31)
            parts.append(decoder.decompress(raw, room))
            room -= len(parts[-1])
            if not decoder.eof and room:
                raise CutShort
            raw = decoder.unused_data
    except zlib.error as error:
        raise BadAnswer("Its compression cannot be undone.") from error
    if not room:
        raise TooLarge
    return b"".join(parts)
