"""The guard of every outward request: which URLs and which addresses may be called (architecture.md, Calls).

A URL is checked twice: its text when it is written down, and the addresses behind its host when a connection
is opened. The connection then goes to an address that was checked, so that a name cannot change its meaning
in between.
"""

from __future__ import annotations

import functools
import re
import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_network
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import idna
from django.conf import settings
from django.core.signals import setting_changed

from journeyorch.outbound.addresses import Address, Network, is_public, parse_address
from journeyorch.phrases import phrase, sentence

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL = 8000
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
# Resolvers read "127.1", "0x7f000001" and "2130706433" as addresses, although they look like names.
_NUMERIC_END = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$")
_FORBIDDEN_IN_URL = re.compile(r"[\x00-\x20\x7f\\]")

# How a name becomes addresses: (host, port) -> texts of addresses. Tests bring their own.
Resolver = Callable[[str, int], Sequence[str]]

_PORT = sentence("Port {port} is not allowed. Use 80 or 443, or ask the operator to allow it.")
_ADDRESS = sentence("{host} leads to an address or port that must not be called.")


class Refused(Exception):
    """The guard does not let this request out. The text is one sentence for people."""


class Origin(NamedTuple):
    """Where a request goes: what a connection and a secret are bound to."""

    scheme: str
    host: str  # lower case, without brackets
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """The ``Host`` header: the port only when it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


class Target(NamedTuple):
    """A URL that may be called, as far as its text tells."""

    origin: Origin
    path: str  # with its query, percent-encoded; begins with "/"


class Policy(NamedTuple):
    """What an operator has opened. A host without a port, like a network, is opened on all its ports."""

    hosts: frozenset[str] = frozenset()  # "name" or "name:port", lower case
    networks: tuple[Network, ...] = ()

    def opens_host(self, origin: Origin) -> bool:
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        return origin.host in self.hosts or f"{host}:{origin.port}" in self.hosts

    def opens_address(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


@functools.cache
def configured_policy() -> Policy:
    """What OUTBOUND_ALLOWED_HOSTS and OUTBOUND_ALLOWED_NETWORKS open."""
    return Policy(
        frozenset(host.strip().lower() for host in settings.OUTBOUND_ALLOWED_HOSTS),
        tuple(ip_network(network.strip()) for network in settings.OUTBOUND_ALLOWED_NETWORKS),
    )


def _forget_policy(*, setting: str, **_: object) -> None:
    if setting.startswith("OUTBOUND_ALLOWED_"):
        configured_policy.cache_clear()


setting_changed.connect(_forget_policy)


@functools.lru_cache(maxsize=4096)
def check_url(url: str, policy: Policy) -> Target:
    """Take a URL apart and refuse what can be refused by its text; raises ``Refused``.

    Only http and https, ports 80 and 443, no user name, no IP literal, unless the policy opens it.
    """
    if len(url) > MAX_URL or _FORBIDDEN_IN_URL.search(url):
        raise Refused(phrase("The URL is too long or holds a space, a backslash or a control character."))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused(phrase("The URL cannot be read. Write it as https://host/path.")) from error
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise Refused(phrase("The URL must begin with https:// or http:// and name a host."))
    if "@" in parts.netloc:
        raise Refused(
            phrase("The URL must not hold a user name or password. Use the authentication settings.")
        )
    origin = Origin(parts.scheme, ascii_host(host), DEFAULT_PORTS[parts.scheme] if port is None else port)
    _check_origin(origin, policy)
    query = f"?{_encoded(parts.query)}" if parts.query else ""
    return Target(origin, (_encoded(parts.path) or "/") + query)


def ascii_host(host: str) -> str:
    """The host as it is looked up: internationalized names in their ASCII form; raises ``Refused``."""
    if parse_address(host):
        return host.partition("%")[0]
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise Refused(phrase("The host of the URL is not a valid name.")) from error
    if len(name) > 253 or not _HOST_NAME.fullmatch(name):
        raise Refused(phrase("The host of the URL is not a valid name."))
    return name


def _check_origin(origin: Origin, policy: Policy) -> None:
    if policy.opens_host(origin):
        return
    address = parse_address(origin.host)
    if address and policy.opens_address(address):
        return
    if address or _NUMERIC_END.search(origin.host):
        raise Refused(
            phrase("The URL names an IP address. Use a host name, or ask the operator to allow the address.")
        )
    # A name may still lead into a network that the operator opened on all ports; without one it is plain.
    if origin.port not in DEFAULT_PORTS.values() and not policy.networks:
        raise Refused(_PORT(port=origin.port))


def _encoded(text: str) -> str:
    """Percent-encode what a request line cannot hold, leaving what is already encoded."""
    return quote(text, safe="/?:@!$&'()*+,;=-._~%")


def check_addresses(origin: Origin, addresses: Sequence[str], policy: Policy) -> list[Address]:
    """The addresses that a connection to ``origin`` may go to; raises ``Refused`` if one is not allowed.

    One forbidden address refuses the host: a name that mixes public and internal addresses is either an
    attack or a mistake.
    """
    parsed = [parse_address(text) for text in addresses]
    if policy.opens_host(origin):
        return [address for address in parsed if address]
    for address in parsed:
        if address is None or not _may_call(address, origin.port, policy):
            raise Refused(_ADDRESS(host=origin.host))
    return [address for address in parsed if address]


def _may_call(address: Address, port: int, policy: Policy) -> bool:
    if policy.opens_address(address):
        return True
    return is_public(address) and port in DEFAULT_PORTS.values()


def resolve(host: str, port: int) -> list[str]:
    """Addresses of a host by the system's resolver, without repeats; raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve_within(resolver: Resolver, origin: Origin, timeout: float) -> Sequence[str]:
    """Addresses of the host; raises ``OSError``, ``TimeoutError`` after ``timeout`` seconds.

    The system's resolver knows no deadline. A look-up that hangs is left behind in its own thread, which
    ends when the resolver gives up.
    """
    if parse_address(origin.host):
        return [origin.host]
    answer: list[Sequence[str] | OSError] = []

    def look_up() -> None:
        try:
            answer.append(resolver(origin.host, origin.port))
        except (OSError, UnicodeError) as error:
            answer.append(error if isinstance(error, OSError) else OSError(str(error)))

    thread = threading.Thread(target=look_up, name="resolve", daemon=True)
    thread.start()
    thread.join(timeout)
    if not answer:
        raise TimeoutError("The name was not resolved in time.")
    if isinstance(answer[0], OSError):
        raise answer[0]
    return answer[0]
