"""The servers of tests do not take sockets from the threads that use them."""

from __future__ import annotations

import socket
import ssl
import time

import pytest

from tests.journeyorch.outbound.certificates import self_signed
from tests.journeyorch.outbound.loopback_server import LoopbackServer


class _Slow(LoopbackServer):
    """Says what it is told, and looks at its socket some time after the client's end."""

    seen: int | None = None

    def serve(self, sock: socket.socket, number: int) -> None:
        while piece := sock.recv(100):
            sock.sendall(piece)
        time.sleep(0.2)
        self.seen = sock.fileno()


@pytest.fixture(params=["plain", "TLS"])
def server(request, tmp_path) -> _Slow:
    if request.param == "plain":
        return _Slow()
    pair = self_signed("localhost")
    (tmp_path / "pair.pem").write_text(pair.key + pair.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pair.pem")
    return _Slow(context)


def test_a_socket_is_open_until_its_thread_ends(server, tmp_path):
    with socket.create_connection(("127.0.0.1", server.port), 30) as client:
        if server.url.startswith("https"):
            client = ssl.create_default_context(cafile=tmp_path / "pair.pem").wrap_socket(
                client, server_hostname="localhost"
            )
        client.sendall(b"x")
        assert client.recv(1) == b"x"
        server.close()
        client.close()
    assert server.connections == 1
    assert server.seen is not None, "the end came without waiting for the thread"
    assert server.seen >= 0, "its socket was closed under its hands"


def test_afterwards_nobody_listens(server):
    server.close()
    server.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), 30)
