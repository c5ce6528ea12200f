"""One request and its answer as HTTP/2 (RFC 9113), for systems that speak nothing else. The protocol is h2's.

A connection carries one request at a time, like those of HTTP/1.1: the deadlines, limits and connections are
theirs. What h2 leaves to its users is decided here: how much is read, and when a connection is done with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from journeyorch.outbound.wire import (
    MAX_BODY,
    MAX_HEAD,
    MAX_TOTAL,
    Answer,
    BadAnswer,
    Conversation,
    CutShort,
    Receive,
    TooLarge,
    decompressed,
)

# Streams of one connection, before it is made anew: ids of streams only go up.
_MOST_STREAMS = 10_000

Send = Callable[[bytes], None]


class Session:
    """The state of one connection, from its first frame to its last."""

    def __init__(self) -> None:
        config = h2.config.H2Configuration(client_side=True, header_encoding="utf-8")
        self._h2 = h2.connection.H2Connection(config)
        self._h2.local_settings = h2.settings.Settings(
            client=True,
            initial_values={
                h2.settings.SettingCodes.ENABLE_PUSH: 0,
                h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE: MAX_HEAD,
            },
        )
        self._h2.initiate_connection()
        self._streams = 0
        self._over = False

    def exchange(
        self, head: list[tuple[str, str]], body: bytes | None, *, send: Send, receive: Receive
    ) -> Answer:
        """Send a request and read its answer. Raises what ``wire.read_answer`` raises."""
        self._streams += 1
        try:
            stream = _Stream(self._h2, send, receive)
            stream.begin(head, body)
            stream.run()
        except h2.exceptions.DenialOfServiceError as error:
            raise TooLarge from error
        except h2.exceptions.ProtocolError as error:
            raise BadAnswer("It breaks the rules of the protocol.") from error
        raw = b"".join(stream.pieces)
        reusable = not stream.goodbye and self._streams < _MOST_STREAMS
        return Answer(stream.status, stream.headers, decompressed(raw, stream.headers), reusable)


class _Stream:
    """One request on its way, and what has come of its answer."""

    def __init__(self, protocol: h2.connection.H2Connection, send: Send, receive: Receive) -> None:
        self._h2, self._send, self._receive = protocol, send, receive
        self._id = protocol.get_next_available_stream_id()
        self._left = b""
        self._total = 0
        self._ended = False
        self.status = 0
        self.headers: dict[str, str] = {}
        self.pieces: list[bytes] = []
        self.goodbye = False

    def begin(self, head: list[tuple[str, str]], body: bytes | None) -> None:
        self._left = body or b""
        self._h2.send_headers(self._id, head, end_stream=not self._left)
        self._send_more()

    def run(self) -> None:
        """Until the answer is complete; what is left of the request goes out as the other side makes room."""
        while not self._ended:
            piece = self._receive()
            self._total += len(piece)
            if not piece:
                raise CutShort
            if self._total > MAX_TOTAL:
                raise TooLarge
            for event in self._h2.receive_data(piece):
                self._take(event)
            if not self._ended:
                self._send_more()
        self._flush()

    def _send_more(self) -> None:
        while self._left:
            window = self._h2.local_flow_control_window(self._id)
            size = min(window, self._h2.max_outbound_frame_size)
            if size <= 0:
                break
            piece, self._left = self._left[:size], self._left[size:]
            self._h2.send_data(self._id, piece, end_stream=not self._left)
        self._flush()

    def _flush(self) -> None:
        if data := self._h2.data_to_send():
            self._send(data)

    def _take(self, event: Any) -> None:
        """What a frame means for us; those of the connection itself are h2's business."""
        if isinstance(event, h2.events.ConnectionTerminated):
            self.goodbye = True
            if event.error_code != h2.errors.ErrorCodes.NO_ERROR or (event.last_stream_id or 0) < self._id:
                raise CutShort
        elif getattr(event, "stream_id", None) == self._id:
            self._take_ours(event)

    def _take_ours(self, event: Any) -> None:
        match event:
            case h2.events.ResponseReceived():
                self._take_head(event.headers)
            case h2.events.DataReceived():
                self.pieces.append(event.data)
                if sum(map(len, self.pieces)) > MAX_BODY:
                    raise TooLarge
                self._h2.acknowledge_received_data(event.flow_controlled_length, self._id)
            case h2.events.StreamEnded():
                self._ended = True
                # An answer before the end of the question: the rest of it is not wanted.
                self.goodbye = self.goodbye or bool(self._left)
            case h2.events.StreamReset():
                raise CutShort

    def _take_head(self, head: Iterable[tuple[Any, Any]]) -> None:
        for name, value in head:
            if name == ":status":
                self.status = int(value)
            else:
                self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value
        if not 200 <= self.status <= 599:
            raise BadAnswer("It has a version or a status that is not known.")


def head_of(conversation: Conversation, *, scheme: str, authority: str) -> list[tuple[str, str]]:
    """The head of a request, whose headers have been checked."""
    pseudo = [(":method", conversation.method), (":scheme", scheme), (":authority", authority)]
    head = [*pseudo, (":path", conversation.path), ("accept-encoding", "gzip")]
    head += [
        (name.lower(), value.strip(" \t").encode("utf-8", "replace").decode())
        for name, value in conversation.headers
    ]
    if conversation.body is not None:
        head.append(("content-length", str(len(conversation.body))))
    return head
