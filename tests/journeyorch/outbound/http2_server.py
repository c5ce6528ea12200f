"""A server that speaks HTTP/2 over TLS on the loopback interface, by h2; each test says what it answers."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from typing import NamedTuple

import h2.config
import h2.connection
import h2.events

from tests.journeyorch.outbound.certificates import self_signed
from tests.journeyorch.outbound.loopback_server import LoopbackServer


class Asked(NamedTuple):
    head: Mapping[str, str]
    body: bytes
    connection: int


class Said(NamedTuple):
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    reset: bool = False  # instead of an answer
    goodbye: bool = False  # after it


class Http2Server(LoopbackServer):
    """Answers each request in turn; ``answer`` gets what was asked."""

    def __init__(self, folder, answer: Callable[[Asked], Said], protocols: tuple[str, ...] = ("h2",)) -> None:
        pair = self_signed("localhost")
        self.certificate = folder / "http2.pem"
        self.certificate.write_text(pair.key + pair.certificate)
        self.asked: list[Asked] = []
        self._answer = answer
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        context.set_alpn_protocols(list(protocols))
        super().__init__(context)

    def serve(self, sock: socket.socket, number: int) -> None:
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        protocol = h2.connection.H2Connection(config)
        protocol.initiate_connection()
        sock.sendall(protocol.data_to_send())
        heads, bodies = {}, {}
        while data := sock.recv(65536):
            for event in protocol.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    heads[event.stream_id], bodies[event.stream_id] = dict(event.headers), b""
                elif isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] += event.data
                    protocol.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    id = event.stream_id
                    asked = Asked(heads.pop(id), bodies.pop(id), number)
                    self.asked.append(asked)
                    self._say(protocol, id, self._answer(asked))
            sock.sendall(protocol.data_to_send())

    @staticmethod
    def _say(protocol: h2.connection.H2Connection, id: int, said: Said) -> None:
        if said.reset:
            protocol.reset_stream(id)
            return
        head = [(":status", str(said.status)), *said.headers]
        protocol.send_headers(id, head, end_stream=not said.body)
        # Within the window that a client opens with; tests need no more.
        for at in range(0, len(said.body), 16_000):
            last = at + 16_000 >= len(said.body)
            protocol.send_data(id, said.body[at : at + 16_000], end_stream=last)
        if said.goodbye:
            protocol.close_connection(last_stream_id=id)
