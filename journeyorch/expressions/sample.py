"""Evaluating with sample data instead of a journey: types are read off the data (docs/evaluate.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from . import types
from .errors import Failure
from .evaluate import Compiled, Context
from .properties import JOURNEY_PROPERTIES
from .schemas import from_sample
from .scope import PROFILE_SOURCE, FieldGroupScope, Scope
from .suggest import closest, with_hint
from .times import in_utc, midnight, parse_any
from .values import to_json, type_of

PARTS = ("events", "datasources", "properties", "segments", "now")
_PROFILE = "profile"  # the segment that may stand between the profile's field group and its fields


class NotASample(ValueError):
    """The data is no sample context; the message names a part, never a value."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What expressions may refer to, and the data of it."""

    scope: Scope
    context: Context


def read_sample(data: Any, *, now: datetime) -> Sample:
    """A sample context, ``{"events": {name: payload}, "datasources": {source: {group: data}}, …}``.

    Every part may be left out; ``now`` stands for a missing one. Raises ``NotASample``.
    """
    parts = _object(data, "the context")
    for name in parts:
        if name not in PARTS:
            hint = with_hint(f"A context has no {name[:64]}.", closest(name, PARTS), f"It has {_LISTED}.")
            raise NotASample(hint)
    events = _object(parts.get("events"), "events")
    sources = _read_sources(parts.get("datasources"))
    properties = _object(parts.get("properties"), "properties")
    scope = Scope(
        events={name: from_sample(payload) for name, payload in events.items()},
        datasources={source: _groups(source, groups) for source, groups in sources.items()},
        # Those that are not given are missing, as in a journey where nothing went wrong.
        properties={
            **JOURNEY_PROPERTIES,
            **{name: from_sample(value) for name, value in properties.items() if value is not None},
        },
    )
    context = Context(
        now=_read_now(parts.get("now"), now),
        events=events,
        datasources=sources,
        properties=properties,
        segments=_read_segments(parts.get("segments")),
    )
    return Sample(scope, context)


_LISTED = ", ".join(PARTS)


def outcome(compiled: Compiled, context: Context) -> dict[str, Any]:
    """``{"value": …, "type": …}``, the value as JSON. Raises ``RunTimeError``.

    What the checker could not know of the type is read off the value.
    """
    value = compiled.evaluate(context)
    type_ = type_of(value) if types.is_open(compiled.type) else compiled.type
    return {"value": to_json(value), "type": type_.name}


def _object(value: Any, what: str) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise NotASample(f"Expected an object for {what}, found {type_of(value).name}. Write {{…}}.")


def _read_sources(value: Any) -> dict[str, dict[str, Any]]:
    sources = {
        source: _object(groups, f"datasources.{source[:64]}")
        for source, groups in _object(value, "datasources").items()
    }
    if PROFILE_SOURCE in sources:
        groups = sources[PROFILE_SOURCE]
        sources[PROFILE_SOURCE] = {name: _with_profile(person) for name, person in groups.items()}
    return sources


def _with_profile(person: Any) -> Any:
    """The person's fields also where the data has them below ``profile``, as expressions may write it."""
    inner = person.get(_PROFILE) if isinstance(person, dict) else None
    return {**inner, **person} if isinstance(inner, dict) else person


def _groups(source: str, groups: Mapping[str, Any]) -> dict[str, FieldGroupScope]:
    params: Mapping[str, types.Type] | None = {} if source == PROFILE_SOURCE else None
    return {name: FieldGroupScope(from_sample(answer), params) for name, answer in groups.items()}


def _read_segments(value: Any) -> frozenset[str]:
    names = [] if value is None else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise NotASample('Expected a list of names for segments, such as ["Lapsed customers"].')
    return frozenset(names)


def _read_now(value: Any, otherwise: datetime) -> datetime:
    """The instant of an ISO text; without a zone it is in UTC, as ``toDateTime`` reads it."""
    if value is None:
        return otherwise
    if not isinstance(value, str):
        raise NotASample("Expected an ISO-8601 text for now, such as 2024-05-15T12:30:00Z.")
    try:
        return _instant(parse_any(value))
    except Failure as failure:
        raise NotASample(f"The context's now cannot be read. {failure.message}") from None


def _instant(value: date | datetime) -> datetime:
    if not isinstance(value, datetime):
        value = midnight(value)
    return value if value.tzinfo else in_utc(value)
