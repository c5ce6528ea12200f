"""The endpoints that a sandbox calls: the floor knows none, so whoever does registers itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Endpoint(NamedTuple):
    """One data source's field group, action or channel."""

    key: str  # as calls name it: "action:7"
    service: str  # "action" or "dataSource", as caps name it
    label: str
    page: str  # where it is configured
    method: str = ""  # empty: no request that is known before it is made
    url: str = ""


EndpointProvider = Callable[[int], Iterable[Endpoint]]

_providers: list[EndpointProvider] = []


def register(provider: EndpointProvider) -> None:
    """Ask ``provider`` too from now on, with the id of a sandbox; from an app's ``ready()``."""
    _providers.append(provider)


def endpoints_of(sandbox_id: int) -> list[Endpoint]:
    """All endpoints of a sandbox, by label."""
    found = [one for provider in _providers for one in provider(sandbox_id)]
    return sorted(found, key=lambda one: one.label)
