"""System checks: what the operator wrote into the OUTBOUND settings can be read.

Otherwise a mistyped network would end every outgoing call, and a mistyped host would open nothing.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from journeyorch.outbound.addresses import parse_address
from journeyorch.outbound.guard import Origin, Policy, Refused, ascii_host


@register
def outbound_settings_can_be_read(**_: Any) -> list[CheckMessage]:
    """One error for each entry that cannot be read."""
    return [*_hosts(), *_networks(), *_bundle()]


def _hosts() -> Iterator[Error]:
    for entry in settings.OUTBOUND_ALLOWED_HOSTS:
        if not _opens_something(entry.strip().lower()):
            yield Error(
                f"OUTBOUND_ALLOWED_HOSTS names {entry!r}, which no URL can have as its host.",
                hint="Write name, name:port, an IP address, or [IPv6 address]:port.",
                id="outbound.E001",
            )


def _networks() -> Iterator[Error]:
    for entry in settings.OUTBOUND_ALLOWED_NETWORKS:
        try:
            ip_network(entry.strip())
        except ValueError as error:
            yield Error(
                f"OUTBOUND_ALLOWED_NETWORKS cannot be read: {error}.",
                hint="Write networks like 10.0.0.0/8 or fd00::/8.",
                id="outbound.E002",
            )


def _bundle() -> Iterator[Error]:
    try:
        ssl.create_default_context(cafile=settings.OUTBOUND_CA_BUNDLE or None)
    except OSError as error:
        yield Error(
            f"OUTBOUND_CA_BUNDLE cannot be read: {error}.",
            hint="Name a file with root certificates in PEM form, or leave it empty.",
            id="outbound.E003",
        )


def _opens_something(host: str) -> bool:
    """Whether there is an origin that the guard lets through because of this entry."""
    try:
        origin = _origin(host)
    except (ValueError, Refused):
        return False
    return Policy(frozenset({host})).opens_host(origin)


def _origin(host: str) -> Origin:
    if parse_address(host):
        return Origin("https", host, 443)
    parts = urlsplit(f"//{host}")
    return Origin("https", ascii_host(parts.hostname or ""), parts.port or 443)
