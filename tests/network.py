"""Keeps the test process on this machine: no test ever sends a packet off the loopback interface.

An attempt raises ``LeftTheMachine``, and the test fails even if the code under test swallows that. Covers
Python's sockets; libpq and the browser talk to loopback addresses by configuration.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class LeftTheMachine(Exception):
    """Deliberately no ``OSError``: code that expects network errors must not take it for one."""


def is_loopback(host: object) -> bool:
    """Whether connecting to ``host`` (name or address) stays on this machine. Nothing is looked up."""
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


@contextmanager
def guard(attempts: list[str]) -> Iterator[None]:
    """Refuse every other address; what was tried is appended to ``attempts``."""

    def refuse(host: object) -> None:
        attempts.append(str(host))
        raise LeftTheMachine(f"A test tried to reach {host!r}. Tests use 127.0.0.1 or a fake resolver.")

    def by_host(original: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(host: object, *args: Any, **kwargs: Any) -> Any:
            if not is_loopback(host):
                refuse(host)
            return original(host, *args, **kwargs)

        return guarded

    def by_address(original: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(self: socket.socket, *args: Any) -> Any:
            # The address comes last: connect(address), sendto(data[, flags], address).
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(args[-1][0]):
                refuse(args[-1][0])
            return original(self, *args)

        return guarded

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, by_address(getattr(socket.socket, name)))
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
            patch.setattr(socket, name, by_host(getattr(socket, name)))
        # smtplib asks for it to say hello; the real one may ask a name server.
        patch.setattr(socket, "getfqdn", lambda name="": name or "localhost")
        yield
