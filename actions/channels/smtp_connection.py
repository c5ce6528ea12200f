"""Connections to SMTP servers: guarded like every outward request, with one deadline, kept per thread."""

from __future__ import annotations

import io
import os
import smtplib
import socket
import threading
import time
from typing import Any

from django.conf import settings

from journeyorch.outbound.addresses import is_public, parse_address
from journeyorch.outbound.connections import Deadline, default_context
from journeyorch.outbound.guard import Origin, Policy, Refused, configured_policy, resolve, resolve_within

# A server may close after a few idle minutes, and some count messages.
MAX_IDLE_SECONDS = 30.0
MAX_MESSAGES = 100
MAX_PER_THREAD = 8
_PORTS = frozenset({25, 465, 587, 2525})


def check_addresses(origin: Origin, addresses: list[str], policy: Policy) -> None:
    """Raise ``Refused`` for internal addresses and ports not for mail, unless the operator opened them."""
    if policy.opens_host(origin):
        return
    for text in addresses:
        address = parse_address(text)
        if address and policy.opens_address(address):
            continue
        if address is None or not is_public(address) or origin.port not in _PORTS:
            raise Refused(f"{origin.host} leads to an address or port that must not be called.")


class GuardedSmtp(smtplib.SMTP):
    """Connects to an address that was checked, and ends every wait at the deadline.

    The library's own timeout begins anew with each read, so a server that sends a byte a second would hold
    its thread for ever.
    """

    def __init__(self, host: str, port: int, *, tls: bool, deadline: Deadline) -> None:
        self.deadline = deadline
        self.sent = 0
        self.used = time.monotonic()
        self._tls = tls
        # Without a name for itself the library looks one up, for as long as that takes.
        super().__init__(host, port, settings.HOSTNAME, timeout=deadline.remaining())

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        origin = Origin("smtp", host.lower(), port)
        addresses = list(resolve_within(resolve, origin, self.deadline.remaining()))
        check_addresses(origin, addresses, configured_policy())
        sock = socket.create_connection((addresses[0], port), self.deadline.remaining())
        return self._secured(sock, host) if self._tls else sock

    def _secured(self, sock: socket.socket, host: str) -> socket.socket:
        try:
            return default_context().wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise

    def getreply(self) -> tuple[int, bytes]:
        # The library forgets the file when it connects anew or changes to TLS.
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Arriving(self.sock, self))
        try:
            return super().getreply()
        except smtplib.SMTPServerDisconnected:
            self.deadline.remaining()  # The library takes a wait that ended for a lost connection.
            raise

    def send(self, s: Any) -> None:
        if self.sock:
            self.sock.settimeout(self.deadline.remaining())
        super().send(s)

    def is_alive(self) -> bool:
        """Whether the other side still answers; what it says is the only sign of a connection it closed."""
        if self.sent >= MAX_MESSAGES or time.monotonic() - self.used > MAX_IDLE_SECONDS:
            return False
        try:
            return self.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def __del__(self) -> None:
        """A thread that ends leaves behind what it kept."""
        self.close()


class _Arriving(io.RawIOBase):
    """What arrives on a socket, until the deadline of its connection."""

    def __init__(self, sock: socket.socket, connection: GuardedSmtp) -> None:
        self._sock = sock
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._connection.deadline.remaining())
        return self._sock.recv_into(buffer)


class _Kept(threading.local):
    def __init__(self) -> None:
        self.connections: dict[tuple[str, ...], GuardedSmtp] = {}


_kept = _Kept()


def _forget_all() -> None:
    global _kept
    _kept = _Kept()


# A child that wrote into its parent's sockets would mix up two conversations.
os.register_at_fork(after_in_child=_forget_all)


def take(key: tuple[str, ...], deadline: Deadline) -> GuardedSmtp | None:
    """This thread's connection of that key, if it is still alive; now the caller's alone."""
    connection = _kept.connections.pop(key, None)
    if connection is None:
        return None
    connection.deadline = deadline
    if connection.is_alive():
        return connection
    connection.close()
    return None


def keep(key: tuple[str, ...], connection: GuardedSmtp) -> None:
    """Give a connection back for this thread's next message."""
    connection.used = time.monotonic()
    connection.sent += 1
    _kept.connections[key] = connection
    if len(_kept.connections) > MAX_PER_THREAD:
        _kept.connections.pop(next(iter(_kept.connections))).close()


def close_kept() -> None:
    """Close this thread's idle connections."""
    while _kept.connections:
        _kept.connections.popitem()[1].close()
