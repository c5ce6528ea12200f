"""Which configured events a received event is (technical.md, Events).

A ``Matcher`` is compiled once per generation of a sandbox. System-generated events are found by one look-up
of their eventID, rule-based ones by their condition; both only among the events of the entity's schema,
because conditions and keys were checked against that schema's types.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from datasources.platform.namespaces.identities import (
    SeenIdentity,
    in_namespace,
    primary_of,
    usable,
    value_at,
)
from journeyorch.expressions import Compiled, Context, RunTimeError
from journeyorch.phrases import phrase, sentence

EVENT_ID_PATH = ("_experience", "campaign", "orchestration", "eventID")
_OF_EVENT = sentence("Event {name}: {reason}", "reason")
_NO_IDENTITY = sentence("It holds no identity in {namespace}.")
_NO_PERSON = phrase("It holds no identity in any known namespace.")


class Problem(NamedTuple):
    """Why an event could not be handled: a stable code and a sentence for people, without values."""

    code: str
    message: str


class Match(NamedTuple):
    """One configured event that a received event is; ``person_id`` is ``None`` if ``problem`` says why."""

    event_id: int
    name: str
    namespace: str
    person_id: str | None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class ConfiguredEvent:
    """A configured event, ready to be matched. ``key`` is ``None`` where the identities decide."""

    id: int
    name: str
    schema_id: int
    event_id: str | None  # the generated one of a system-generated event
    condition: Compiled | None  # of a rule-based event
    namespace: str
    key: Compiled | None
    broken: str = ""  # why its expressions do not compile (a schema was changed under it)


class Matcher:
    """All configured events of a sandbox."""

    def __init__(self, events: Iterable[ConfiguredEvent]) -> None:
        self._by_event_id: dict[str, ConfiguredEvent] = {}
        self._rules: Mapping[int, list[ConfiguredEvent]] = defaultdict(list)
        for event in events:
            if event.event_id:
                self._by_event_id[event.event_id] = event
            else:
                self._rules[event.schema_id].append(event)

    def system_event(self, entity: Mapping[str, Any]) -> ConfiguredEvent | None:
        """The event whose generated eventID the entity carries."""
        if not self._by_event_id:
            return None
        event_id = value_at(entity, EVENT_ID_PATH)
        return self._by_event_id.get(event_id) if isinstance(event_id, str) else None

    def match(
        self,
        entity: Mapping[str, Any],
        *,
        schema_id: int,
        identities: Sequence[SeenIdentity],
        now: datetime,
    ) -> list[Match]:
        """Every configured event that ``entity`` is, with the person it is about; ``now`` for expressions."""
        matches = [_rule_match(event, entity, identities, now) for event in self._rules.get(schema_id, ())]
        if (event := self.system_event(entity)) and event.schema_id == schema_id:
            matches.append(_with_person(event, entity, identities, now))
        return [match for match in matches if match is not None]


def _rule_match(
    event: ConfiguredEvent, entity: Mapping[str, Any], identities: Sequence[SeenIdentity], now: datetime
) -> Match | None:
    if event.condition is None:
        return _trouble(event, "condition_failed", event.broken) if event.broken else None
    try:
        holds = event.condition.evaluate(Context(now=now, events={event.name: entity}))
    except RunTimeError as error:
        return _trouble(event, "condition_failed", error.message)
    return _with_person(event, entity, identities, now) if holds else None


def _with_person(
    event: ConfiguredEvent, entity: Mapping[str, Any], identities: Sequence[SeenIdentity], now: datetime
) -> Match:
    if event.broken:
        return _trouble(event, "key_failed", event.broken)
    if event.key is None:
        return _by_identity(event, identities)
    try:
        value = event.key.evaluate(Context(now=now, events={event.name: entity}))
    except RunTimeError as error:
        return _trouble(event, "key_failed", error.message)
    # Numbers name people too; a truth value is a number to Python, but names nobody.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    person_id = usable(event.namespace, text)
    if person_id is None:
        return _trouble(event, "no_person", phrase("Its key gives no usable text."))
    return Match(event.id, event.name, event.namespace, person_id)


def _by_identity(event: ConfiguredEvent, identities: Sequence[SeenIdentity]) -> Match:
    found = in_namespace(identities, event.namespace) if event.namespace else primary_of(identities)
    if found is None:
        reason = _NO_IDENTITY(namespace=event.namespace) if event.namespace else _NO_PERSON
        return _trouble(event, "no_person", reason)
    return Match(event.id, event.name, found.namespace, found.value)


def _trouble(event: ConfiguredEvent, code: str, reason: str) -> Match:
    return Match(
        event.id, event.name, event.namespace, None, Problem(code, _OF_EVENT(name=event.name, reason=reason))
    )
