"""Connections to other systems: opened to checked addresses only, kept for a while, each in one thread."""

from __future__ import annotations

import functools
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import certifi
from django.conf import settings
from django.core.signals import setting_changed

from journeyorch.outbound.guard import Origin, Policy, Resolver, check_addresses, resolve, resolve_within

# Under the five seconds after which many servers close: a request sent into a closing connection is lost.
MAX_IDLE_SECONDS = 4.0
# Then the name is looked up again.
MAX_AGE_SECONDS = 60.0
MAX_PER_THREAD = 32
_PIECE = 64 * 1024
#: The name of HTTP/2 in TLS (RFC 7301).
HTTP2 = "h2"

# How an address becomes a connected socket: (address, port, seconds). Tests bring their own.
Connector = Callable[[str, int, float], socket.socket]


def connect_socket(address: str, port: int, timeout: float) -> socket.socket:
    """A TCP connection to an address (never a name); raises ``OSError``."""
    return socket.create_connection((address, port), timeout)


class Network(NamedTuple):
    """The two ways in which we touch the network besides the bytes themselves."""

    resolve: Resolver = resolve
    connect: Connector = connect_socket


class Deadline:
    """A moment of the wall clock, by a clock that nobody sets, until which an exchange must be over."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, more than 0; raises ``TimeoutError`` when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Connection:
    """One socket to one origin. Every wait on it ends at the deadline of the exchange."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        #: What a protocol remembers from one exchange to the next; HTTP/1.1 has nothing to remember.
        self.session: Any = None
        self.opened = self.used = time.monotonic()

    def send(self, data: bytes, deadline: Deadline) -> None:
        # In pieces, because over TLS the timeout of the socket begins anew with every record.
        for start in range(0, len(data), _PIECE):
            self._sock.settimeout(deadline.remaining())
            self._sock.sendall(data[start : start + _PIECE])

    def receive(self, deadline: Deadline) -> bytes:
        """What has arrived, at most 64 KiB; ``b""`` at the end. No trickle of bytes moves the deadline."""
        self._sock.settimeout(deadline.remaining())
        return self._sock.recv(_PIECE)

    def agreed_protocol(self) -> str | None:
        """What both sides of TLS have agreed to speak; None: nothing, or there is no TLS."""
        return self._sock.selected_alpn_protocol() if isinstance(self._sock, ssl.SSLSocket) else None

    def is_fresh(self) -> bool:
        """Whether another request may be sent: not too old, and nothing came while nobody asked.

        Bytes that wait now are the other side's goodbye, or an answer to no question.
        """
        now = time.monotonic()
        if now - self.used > MAX_IDLE_SECONDS or now - self.opened > MAX_AGE_SECONDS:
            return False
        return not self._poll.poll(0)

    def close(self) -> None:
        self._sock.close()

    def __del__(self) -> None:
        """A thread that ends leaves behind what it kept."""
        self.close()


# A client certificate makes other connections, so it is part of their key.
_Key = tuple[Origin, ssl.SSLContext | None]


class _Kept(threading.local):
    def __init__(self) -> None:
        self.connections: dict[_Key, Connection] = {}


_kept = _Kept()


def _forget_all() -> None:
    global _kept
    _kept = _Kept()


# A child that wrote into its parent's sockets would mix up two conversations.
os.register_at_fork(after_in_child=_forget_all)


@functools.cache
def default_context() -> ssl.SSLContext:
    """TLS as everybody gets it: certificates checked, 1.2 or newer."""
    return strict_context(settings.OUTBOUND_CA_BUNDLE)


def strict_context(roots: str) -> ssl.SSLContext:
    """A new context with the same strictness; ``roots``: a file in PEM form, "" for the public ones."""
    context = ssl.create_default_context(cafile=roots or certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@functools.cache
def http2_context() -> ssl.SSLContext:
    """The same for connections that speak HTTP/2 and nothing else."""
    context = default_context.__wrapped__()
    context.set_alpn_protocols([HTTP2])
    return context


def _forget_context(*, setting: str, **_: object) -> None:
    if setting == "OUTBOUND_CA_BUNDLE":
        default_context.cache_clear()
        http2_context.cache_clear()


setting_changed.connect(_forget_context)


def take_kept(origin: Origin, context: ssl.SSLContext | None) -> Connection | None:
    """A connection of this thread that is still good, now the caller's alone."""
    connection = _kept.connections.pop((origin, context), None)
    if connection and not connection.is_fresh():
        connection.close()
        return None
    return connection


def keep(connection: Connection, origin: Origin, context: ssl.SSLContext | None) -> None:
    """Give a connection back for this thread's next request to the same origin."""
    connection.used = time.monotonic()
    _kept.connections[origin, context] = connection
    if len(_kept.connections) > MAX_PER_THREAD:
        oldest = next(iter(_kept.connections))
        _kept.connections.pop(oldest).close()


def close_kept() -> None:
    """Close this thread's idle connections."""
    while _kept.connections:
        _kept.connections.popitem()[1].close()


def open_connection(
    origin: Origin, *, policy: Policy, network: Network, context: ssl.SSLContext | None, deadline: Deadline
) -> Connection:
    """Connect to an address of the origin that the guard has checked.

    Raises ``Refused``, ``TimeoutError``, ``ssl.SSLError`` and other ``OSError``.
    """
    found = resolve_within(network.resolve, origin, deadline.remaining())
    addresses = [str(address) for address in check_addresses(origin, found, policy)]
    sock = _connect_any(addresses, origin.port, network=network, deadline=deadline)
    if origin.scheme == "http":
        return Connection(sock)
    try:
        sock.settimeout(deadline.remaining())
        return Connection((context or default_context()).wrap_socket(sock, server_hostname=origin.host))
    except BaseException:
        sock.close()
        raise


def _connect_any(addresses: list[str], port: int, *, network: Network, deadline: Deadline) -> socket.socket:
    """The first address that answers; each may use its share of the time that is left."""
    problem: OSError = OSError("The name has no address.")
    for number, address in enumerate(addresses):
        try:
            return network.connect(address, port, deadline.remaining() / (len(addresses) - number))
        except OSError as error:
            problem = error
    raise problem
