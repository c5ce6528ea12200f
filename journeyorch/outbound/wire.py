"""One request and its answer as bytes of HTTP/1.1. The protocol is h11's; no sockets and no clock in here.

What h11 leaves to its users is decided here: how much is read, when a stranger is refused, and whether the
connection may be used again.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import h11

from journeyorch.outbound.headers import header_problem

MAX_HEAD = 64 * 1024
MAX_BODY = 1024 * 1024
# Everything read for one answer: frames of tiny chunks may cost more than what they hold, but not for ever.
MAX_TOTAL = MAX_HEAD + 2 * MAX_BODY
_MAX_INTERIM = 5
# h11 matches lines with regular expressions whose time is quadratic in a run of blanks: 64 KiB of them would
# stop all threads for half a minute, whatever the deadline. So lines come in steps, and runs are refused.
_STEP = 1024
_MAX_BLANKS = 512

Receive = Callable[[], bytes]


class BadAnswer(Exception):
    """The answer is no proper HTTP. The text is a sentence for people, without anything of the answer."""


class CutShort(Exception):
    """The connection ended before the answer did."""


class TooLarge(Exception):
    """The answer is larger than is read."""


class Conversation(NamedTuple):
    """A request ready to be sent, with the state that its answer is read in."""

    request: bytes
    protocol: h11.Connection
    # The same as it was given, for a connection that speaks another protocol.
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
    lines = [(b"Host", authority.encode()), (b"Accept-Encoding", b"gzip"), *_encoded(given)]
    if body is not None:
        lines.append((b"Content-Length", str(len(body)).encode()))
    protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    try:
        head = protocol.send(h11.Request(method=method, target=path, headers=lines))
        sent = protocol.send(h11.Data(data=body)) if body else b""
        protocol.send(h11.EndOfMessage())
    except h11.LocalProtocolError as error:
        raise ValueError("The request cannot be written as HTTP. Check its method and headers.") from error
    return Conversation(head + sent, protocol, method, path, given, body)


def _encoded(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[bytes, bytes]]:
    for name, value in headers:
        problem = header_problem(name, value)
        if problem:
            raise ValueError(problem)
        # Beyond ASCII a header value has no agreed meaning; UTF-8 is what receivers expect today. "replace"
        # is for lone surrogates, which no encoding can write.
        yield name.encode(), value.strip(" \t").encode("utf-8", "replace")


def read_answer(protocol: h11.Connection, receive: Receive) -> Answer:
    """Read one answer piece by piece from ``receive``, which gives ``b""`` at the end of the connection.

    Raises ``BadAnswer``, ``CutShort``, ``TooLarge``, and whatever ``receive`` raises.
    """
    reader = _Reader(protocol, receive)
    head = _read_final_head(reader)
    headers = _joined(head.headers)
    chunked, length = "transfer-encoding" in headers, headers.get("content-length")
    raw = reader.chunks() if chunked else reader.body(int(length or 0))
    # Two lengths that may differ: the answer is read, but the connection is not trusted any more.
    reusable = reader.is_at_rest() and not (chunked and length)
    return Answer(head.status_code, headers, decompressed(raw, headers), reusable)


def _read_final_head(reader: _Reader) -> h11.Response:
    """The head of the real answer, after interim ones such as 100 and 103."""
    for _ in range(_MAX_INTERIM):
        event = reader.next_event()
        if not isinstance(event, h11.InformationalResponse):
            break
    if not isinstance(event, h11.Response):
        raise BadAnswer("It sent only interim answers.")
    if event.http_version not in (b"1.0", b"1.1") or event.status_code > 599:
        raise BadAnswer("It has a version or a status that is not known.")
    return event


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


class _Reader:
    """Gives h11 what is received, as long as the answer stays within its limits."""

    def __init__(self, protocol: h11.Connection, receive: Receive) -> None:
        self._protocol = protocol
        self._receive = receive
        self._steps: Iterator[bytes] = iter(())
        self._step = _STEP
        self._total = 0
        self._ended = False

    def next_event(self, *, size: int = 0) -> object:
        """The next event of h11; ``size`` is what is known of the body's size so far."""
        while (event := self._parse()) is h11.NEED_DATA:
            self._check_waiting(size)
            self._feed()
        return event

    def body(self, announced: int) -> bytes:
        """The body whose size was ``announced``, or that ends with the connection: no lines any more."""
        self._step = MAX_TOTAL
        return self.chunks(announced)

    def chunks(self, announced: int = 0) -> bytes:
        pieces: list[bytes] = []
        size = 0
        while isinstance(event := self.next_event(size=max(size, announced)), h11.Data):
            pieces.append(event.data)
            size += len(event.data)
            if size > MAX_BODY:
                raise TooLarge
        return b"".join(pieces)

    def is_at_rest(self) -> bool:
        """Whether both sides are done, and nothing came after the answer."""
        done = self._protocol.our_state is self._protocol.their_state is h11.DONE
        return done and self._protocol.trailing_data == (b"", False) and next(self._steps, None) is None

    def _parse(self) -> object:
        try:
            return self._protocol.next_event()
        except h11.RemoteProtocolError as error:
            if self._ended:
                raise CutShort from error
            if error.error_status_hint == 431:
                raise TooLarge from error
            raise BadAnswer("It breaks the rules of the protocol.") from error

    def _check_waiting(self, size: int) -> None:
        """Refuse to wait for more of what is not wanted."""
        tail = self._protocol.trailing_data[0][-_MAX_BLANKS:]
        if len(tail) == _MAX_BLANKS and tail.isspace():
            raise BadAnswer("It has far too many blanks in one place.")
        # h11 keeps the size of a chunk to itself; without it we would wait for 4 GB until the deadline.
        chunk = getattr(self._protocol._reader, "_bytes_in_chunk", 0)
        if size + chunk > MAX_BODY:
            raise TooLarge

    def _feed(self) -> None:
        step = next(self._steps, None)
        if step is None:
            piece = self._receive()
            self._total += len(piece)
            if self._total > MAX_TOTAL:
                raise TooLarge
            self._ended = not piece
            step, self._steps = piece[: self._step], _cut(piece[self._step :], self._step)
        self._protocol.receive_data(step)


def _cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


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
