"""A server of threads on the loopback interface; what it speaks is for who inherits from it."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress

# How long a thread may take to notice that its connection is over, seconds.
_PATIENCE = 10


class LoopbackServer:
    """Accepts connections and serves each in a thread of its own.

    Only the thread that uses a socket closes it. Closed under its hands, its number would soon be another
    socket's, of which it then reads: a few bytes are gone in a test that has nothing to do with this one.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._lock = threading.Lock()
        self._closing = False
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        with self._lock:
            self._start(self._accept)

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def serve(self, sock: socket.socket, number: int) -> None:
        """Talk to the client of that connection, counted from 1, until it leaves or an ``OSError`` comes."""
        raise NotImplementedError

    def close(self) -> None:
        """End all connections and wait for their threads; afterwards nobody listens."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
            for sock in self._open:
                with suppress(OSError):
                    # Not that of ``SSLSocket``, which takes the TLS away from who is using it.
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
        # Not every system wakes up who accepts when his socket is shut down; a client always does.
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), _PATIENCE).close()
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _start(self, target, *args) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with self._listener:
            while True:
                sock, _ = self._listener.accept()
                with self._lock:
                    if self._closing:
                        sock.close()
                        return
                    self.connections += 1
                    self._open.add(sock)
                    self._start(self._own, sock, self.connections)

    def _own(self, sock: socket.socket, number: int) -> None:
        try:
            with suppress(OSError):
                if self._context:
                    sock = self._secured(sock, self._context)
                    sock.do_handshake()
                self.serve(sock, number)
        finally:
            with self._lock:
                self._open.discard(sock)
                sock.close()

    def _secured(self, sock: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        """The one that takes the place of a plain one; its handshake is still to come."""
        with self._lock:
            self._open.discard(sock)
            secured = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            self._open.add(secured)
        return secured
