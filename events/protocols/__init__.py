"""Wire formats: one file each, found by the ``protocol`` decorator (ingestion.md).

An adapter turns a request's JSON into messages, answers in the words that its clients expect, and later, when
events are routed, turns a stored message into XDM. It touches neither the database nor the clock.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any, NamedTuple, Protocol, TypeVar

from events.ingest.incoming import Incoming
from events.ingest.refusals import Flaw, Refused
from events.times import read_time


class Message(NamedTuple):
    """One message of a request, as it will be stored."""

    body: str  # JSON text
    key: str | None  # what makes it the same message again; None: never (ingestion.md, A message)
    value: Any  # the parsed body
    origin: str = ""  # the organization that it says it comes from, if that is harmless to repeat


class Normalized(NamedTuple):
    """A message in terms of XDM."""

    entity: dict[str, Any]
    schema_ref: str  # which schema it says it follows; "" if it says nothing
    kind: str  # "event" or "profile" where the protocol tells, "" where the schema decides
    event_id: str  # its ``_id``; "" if it has none
    timestamp: datetime | None  # when it happened, aware; None if it does not say or cannot be read
    dataset_ref: str = ""  # which dataset it says it is for; "" if it says nothing
    # Fields that XDM has no place for; they stand under the tenant's name of the schema (``in_schema``).
    own: Mapping[str, Any] = {}
    source: Any = None  # what the client wrote, where the rows of an inlet's mapping look (events/mapping)
    # Fields of messages that are XDM already, unless the inlet has a mapping.
    unmapped: Mapping[str, Any] = {}
    # Whether an event without ``_id`` or ``timestamp`` gets them here: its protocol has no words for them.
    completed: bool = False

    def in_schema(self, tenant: str) -> Normalized:
        """With its own fields in their place; what the entity has there already wins."""
        if not self.own:
            return self
        name = f"_{tenant}"
        return self._replace(entity=_laid_over(self.entity, {name: self.own}), own={})

    def complete(self, *, id: str, at: datetime) -> Normalized:
        """With ``id`` and the time of receipt, for an event that says neither."""
        made = {"_id": id, "timestamp": at.isoformat()}
        entity = {**made, **self.entity}
        event_id = entity["_id"] if isinstance(entity["_id"], str) else ""
        return self._replace(
            entity=entity, event_id=event_id, timestamp=self.timestamp or read_time(entity["timestamp"])
        )


def _laid_over(values: Mapping[str, Any], below: Mapping[str, Any]) -> dict[str, Any]:
    """Both, objects merged."""
    merged = {**below, **values}
    for name in values.keys() & below.keys():
        if isinstance(values[name], dict) and isinstance(below[name], dict):
            merged[name] = _laid_over(values[name], below[name])
    return merged


class NotNormal(ValueError):
    """A stored message that its adapter cannot read; the message names places, never values."""


class Receipt(NamedTuple):
    """What happened to a request's messages, in order; ``None``: accepted, or a repetition."""

    inlet: str
    at_ms: int  # time of receipt, epoch milliseconds
    number: str  # unique enough to find the request in a log
    outcomes: Sequence[Flaw | None]
    validated: bool
    organization: str = ""  # what the inlet's clients call the company that they send for


class Answer(NamedTuple):
    """What goes back to the client, still without HTTP."""

    status: int
    body: Any = None  # plain JSON, or a text that goes out as it is; None: nothing
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}


class Route(NamedTuple):
    """One address of a protocol."""

    pattern: str  # as Django writes it; without ``<str:inlet>`` the request names its inlet otherwise
    batch: bool = False  # which of the two size limits holds
    methods: Sequence[str] = ("POST",)
    lines: bool = False  # whether JSON lines are read, too
    # Whether a body may be packed with gzip without a header that says so: browsers spare a preflight.
    silent: bool = False
    any_type: bool = False  # whether it is read as JSON whatever its media type says
    # Whether it is offered for a sample; not what brings no messages or is another one in short.
    offered: bool = True


class Opening(NamedTuple):
    """Which inlet a request wants to come in by: by its id, or by a key of it."""

    inlet: str = ""
    key: str = ""


class Adapter(Protocol):
    """One protocol."""

    name: str

    @property
    def ready_made(self) -> Sequence[tuple[str, str]]:
        """What it makes of messages by itself, as far as that is source path → XDM path, to be shown."""

    @property
    def routes(self) -> Sequence[Route]:
        """Its addresses."""

    def opening(self, request: Incoming) -> Opening:
        """The inlet that it names; without looking at the body where that is possible."""

    def answer(self, request: Incoming) -> Answer | None:
        """The answer to a request that brings no events but asks something; None: it brings some."""

    def messages(self, request: Incoming, route: Route) -> list[Message | Flaw]:
        """The messages of a request, in order; ``Refused`` if it is not this protocol at all."""

    def normalize(self, body: str | dict[str, Any], *, received_at: datetime) -> Normalized:
        """A stored message in XDM; ``NotNormal`` if it has no such form."""

    def accepted(self, receipt: Receipt, route: Route, *, request: Incoming) -> Answer:
        """The answer to a request of which at least the form was right."""

    def refused(self, refusal: Refused, *, inlet: str, request: Incoming) -> Answer:
        """The answer to a request that was refused as a whole, perhaps because its body cannot be read."""


def problem(refusal: Refused) -> Answer:
    """A refusal as problem details (RFC 9457), for protocols that have no form of their own for it."""
    body = {
        "type": "about:blank",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
    }
    return Answer(refusal.status, body, "application/problem+json", refusal.headers)


_adapters: dict[str, Adapter] = {}
_AdapterClass = TypeVar("_AdapterClass", bound=type[Adapter])


def protocol(adapter: _AdapterClass) -> _AdapterClass:
    """Class decorator: make an ``Adapter`` known under its ``name``."""
    _adapters[adapter.name] = adapter()
    return adapter


def discover() -> None:
    """Load every protocol of this folder; a new one is a new file and nothing else."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")


def adapter_of(name: str) -> Adapter:
    """The adapter of a protocol; ``KeyError`` if there is none."""
    return _adapters[name]


def adapters() -> Iterable[Adapter]:
    """Every known adapter."""
    return _adapters.values()
