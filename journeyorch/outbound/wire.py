"""HTTP/1.1 as bytes: how a request is written and an answer read. No sockets and no clock in here.

Written by hand for three reasons. The standard library takes 6 MB of header lines from a stranger and knows
no deadline for the whole answer; and it spends most of a small call's time in the e-mail header parser.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

MAX_HEAD = 64 * 1024
MAX_BODY = 1024 * 1024
# Everything read for one answer: frames of tiny chunks may cost more than what they hold, but not for ever.
MAX_TOTAL = MAX_HEAD + 2 * MAX_BODY
_MAX_INTERIM = 5

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5]\d\d)(?: [^\r\n]*)?")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?")
# What frames the message or steers the connection is ours to set.
OWN_HEADERS = frozenset(
    (
        *("accept-encoding", "connection", "content-length", "expect", "host", "keep-alive"),
        *("proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    )
)

Receive = Callable[[], bytes]


class BadAnswer(Exception):
    """The answer is no proper HTTP."""


class CutShort(Exception):
    """The connection ended before the answer did."""


class TooLarge(Exception):
    """The answer is larger than is read."""


class Answer(NamedTuple):
    """One complete answer; ``reusable`` tells whether the connection may carry another request."""

    status: int
    headers: dict[str, str]  # names in lower case, repeated ones joined by ", "
    body: bytes  # decompressed
    reusable: bool


class _Head(NamedTuple):
    minor: int
    status: int
    headers: dict[str, str]


def header_problem(name: str, value: str) -> str | None:
    """Why this header cannot be sent, as a sentence, or None (RFC 9110, § 5)."""
    if not _TOKEN.fullmatch(name):
        return "A header name may hold only letters, digits and !#$%&'*+.^_`|~-."
    if name.lower() in OWN_HEADERS:
        return f"The header {name} is set by Journeyorch itself. Remove it."
    if _CONTROL.search(value):
        return f"The value of the header {name} holds a line break or another control character."
    return None


def render_request(
    method: str, path: str, *, authority: str, headers: Iterable[tuple[str, str]], body: bytes | None
) -> bytes:
    """The bytes of a request; raises ``ValueError`` with a sentence for a header that cannot be sent."""
    lines = [f"{method} {path} HTTP/1.1\r\nHost: {authority}\r\nAccept-Encoding: gzip\r\n"]
    for name, value in headers:
        problem = header_problem(name, value)
        if problem:
            raise ValueError(problem)
        lines.append(f"{name}: {value}\r\n")
    if body is not None:
        lines.append(f"Content-Length: {len(body)}\r\n")
    lines.append("\r\n")
    # Beyond ASCII a header value has no agreed meaning; UTF-8 is what receivers expect today. "replace" is
    # for lone surrogates, which no encoding can write.
    return "".join(lines).encode("utf-8", "replace") + (body or b"")


def read_answer(receive: Receive, *, method: str) -> Answer:
    """Read one answer piece by piece from ``receive``, which gives ``b""`` at the end of the connection.

    Raises ``BadAnswer``, ``CutShort``, ``TooLarge``, and whatever ``receive`` raises.
    """
    reader = _Reader(receive)
    head = _read_final_head(reader)
    raw, framed = _read_body(reader, head, method=method)
    wants_close = "close" in head.headers.get("connection", "").lower()
    reusable = framed and head.minor == 1 and not wants_close and not reader.buffer
    return Answer(head.status, head.headers, _decompressed(raw, head.headers), reusable)


class _Reader:
    """What has been received and not yet used."""

    def __init__(self, receive: Receive) -> None:
        self.buffer = b""
        self._receive = receive
        self._total = 0

    def more(self) -> bool:
        """Receive another piece; False at the end of the connection."""
        piece = self._receive()
        self._total += len(piece)
        if self._total > MAX_TOTAL:
            raise TooLarge
        self.buffer += piece
        return bool(piece)

    def head(self) -> bytes:
        """Everything up to the empty line."""
        searched = 0
        while not (end := _HEAD_END.search(self.buffer, max(0, searched - 3))):
            searched = self._more_of_head()
        block, self.buffer = self.buffer[: end.start()], self.buffer[end.end() :]
        return block

    def line(self) -> bytes:
        searched = 0
        while self.buffer.find(b"\n", searched) < 0:
            searched = self._more_of_head()
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.removesuffix(b"\r")

    def _more_of_head(self) -> int:
        """Receive more; gives how much was there before, so that no byte is searched again and again."""
        searched = len(self.buffer)
        if searched > MAX_HEAD:
            raise TooLarge
        if not self.more():
            raise CutShort
        return searched

    def exactly(self, size: int) -> bytes:
        pieces, missing = [self.buffer[:size]], size - len(self.buffer)
        self.buffer = self.buffer[size:]
        while missing > 0:
            if not self.more():
                raise CutShort
            pieces.append(self.buffer[:missing])
            self.buffer, missing = self.buffer[missing:], missing - len(self.buffer)
        return b"".join(pieces)

    def rest(self) -> bytes:
        while self.more():
            if len(self.buffer) > MAX_BODY:
                raise TooLarge
        rest, self.buffer = self.buffer, b""
        return rest


def _read_final_head(reader: _Reader) -> _Head:
    """The head of the real answer, after interim ones such as 100 and 103."""
    for _ in range(_MAX_INTERIM):
        head = _parse_head(reader.head())
        if head.status >= 200:
            return head
        if head.status == 101:
            raise BadAnswer("It switched to another protocol.")
    raise BadAnswer("It sent only interim answers.")


def _parse_head(block: bytes) -> _Head:
    status_line, *lines = block.split(b"\n")
    matched = _STATUS_LINE.fullmatch(status_line.rstrip(b"\r"))
    if not matched:
        raise BadAnswer("It does not begin like an HTTP answer.")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not _TOKEN.fullmatch(name):
            raise BadAnswer("It has a header line that cannot be read.")
        name, value = name.lower(), value.strip(" \t\r")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return _Head(int(matched[1]), int(matched[2]), headers)


def _read_body(reader: _Reader, head: _Head, *, method: str) -> tuple[bytes, bool]:
    """The body as sent, and whether its end was marked by other than the end of the connection."""
    if method == "HEAD" or head.status in (204, 304):
        return b"", True
    coding = head.headers.get("transfer-encoding")
    length = head.headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked":
            raise BadAnswer("It uses an unknown transfer coding.")
        # Two lengths that may differ: the answer is read, but the connection is not trusted any more.
        return _read_chunks(reader), length is None
    if length is not None:
        return reader.exactly(_body_size(length)), True
    return reader.rest(), False


def _body_size(length: str) -> int:
    # A repeated header arrives as "5, 5"; that and anything else but digits is refused.
    if not (length.isascii() and length.isdigit()):
        raise BadAnswer("It has an unreadable length.")
    if len(length) > 12 or int(length) > MAX_BODY:
        raise TooLarge
    return int(length)


def _read_chunks(reader: _Reader) -> bytes:
    chunks: list[bytes] = []
    total = 0
    while size := _chunk_size(reader.line()):
        total += size
        if total > MAX_BODY:
            raise TooLarge
        chunks.append(reader.exactly(size))
        if reader.line():
            raise BadAnswer("One of its chunks is longer than announced.")
    while reader.line():  # trailers, which nobody asked for
        pass
    return b"".join(chunks)


def _chunk_size(line: bytes) -> int:
    matched = _CHUNK_SIZE.fullmatch(line)
    if not matched:
        raise BadAnswer("One of its chunks has no readable size.")
    return int(matched[1], 16)


def _decompressed(raw: bytes, headers: Mapping[str, str]) -> bytes:
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
