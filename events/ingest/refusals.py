"""Ways in which a whole request, or one message of it, is turned away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from datasources.platform.schemas.validate import Violation

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Refused(Exception):
    """The request is refused and nothing of it was stored.

    ``detail`` is one sentence for the sender's developer; it names places, never values.
    """

    def __init__(
        self, status: int, title: str, detail: str, *, headers: Mapping[str, str] = _NO_HEADERS
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers


class Flaw(NamedTuple):
    """Why one message of a request is refused while its neighbours are accepted."""

    status: int
    detail: str
    origin: str = ""  # the organization that the message says it comes from
    violations: Sequence[Violation] = ()


def malformed(detail: str) -> Refused:
    """400: what came can never be accepted."""
    return Refused(400, "Bad Request", detail)


def too_large(detail: str) -> Refused:
    """413: over one of the size limits (ingestion.md, Answers)."""
    return Refused(413, "Content Too Large", detail)


def unsupported(detail: str) -> Refused:
    """415: a media type, charset or encoding that is not read here."""
    return Refused(415, "Unsupported Media Type", detail)


def being_reset() -> Refused:
    """503: what came now would be deleted."""
    headers = {"Retry-After": "30"}
    return Refused(
        503, "Service Unavailable", "The sandbox is being reset; send it again later.", headers=headers
    )


def unavailable() -> Refused:
    """503: storage could not take the events now; clients send them again."""
    headers = {"Retry-After": "1"}
    return Refused(
        503, "Service Unavailable", "Storage is not available now; send it again.", headers=headers
    )
