"""From a sample to a schema, a mapping and a person (technical.md, Start from a sample). Pure.

Every value of the sample becomes a field below the tenant's name, with the type that it shows, and a row that
takes it there. What looks like an id, a time or a person gets a row to XDM's own field as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from events.mapping.places import EACH, Path, found, shown, text_of
from events.mapping.rules import Row
from events.times import read_time

_MOST_FIELDS = 100
_DEEPEST = 8  # names, as custom fields have at most
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(\.[^@\s.]{1,63})+")
_IDS = ("id", "uuid", "eventid", "messageid", "msgid")
_TIMES = ("timestamp", "time", "at", "when", "date", "created", "createdat", "occurredat", "datetime")
_PEOPLE = (
    "userid",
    "customerid",
    "customer",
    "user",
    "personid",
    "crmid",
    "contactid",
    "memberid",
    "guestid",
)


_LISTS = {
    "strings": {"string", "email", "date-time"},
    "integers": {"integer"},
    "numbers": {"integer", "number"},
}


class Proposed(NamedTuple):
    """One field: where it is in the sample, its path below the tenant's name, its type (CustomField)."""

    source: Path
    path: str
    type: str
    example: str


class Person(NamedTuple):
    """Who a message is about: a source path and the namespace of what stands there."""

    source: str
    namespace: str


def fields_in(sample: Any) -> list[Proposed]:
    """The fields that a sample shows, lists of objects before what is in them."""
    proposed: dict[str, Proposed] = {}
    for source, value in _values(sample, ()):
        path = ".".join(_name(step) for step in source if isinstance(step, str))
        if (kind := _type(value)) and path.count(".") < _DEEPEST and len(path) <= 200:
            proposed.setdefault(path, Proposed(source, path, kind, shown(value)))
    return list(proposed.values())[:_MOST_FIELDS]


def people_in(fields: Sequence[Proposed]) -> list[Person]:
    """Who it may be about, the likeliest first; nothing inside lists says so."""
    single = [field for field in fields if EACH not in field.source]
    emails = [Person(text_of(field.source), "Email") for field in single if field.type == "email"]
    ids = [
        Person(text_of(field.source), "CRMID")
        for field in single
        if _simple(field) in _PEOPLE and field.type in ("string", "integer")
    ]
    return emails + ids


def rows_for(
    fields: Sequence[Proposed], sample: Any, *, tenant: str, event_type: str, person: Person | None
) -> list[Row]:
    """The mapping of such messages; ``event_type`` tells them from others."""
    rows = [Row(function="constant", argument=f'"{event_type}"', target="eventType")]
    if event_id := _first(fields, _IDS, ("string", "integer")):
        rows.append(Row(source=text_of(event_id.source), function="concat", target="_id"))
    if time := _time(fields, sample):
        rows.append(Row(source=text_of(time.source), function="dateTime", target="timestamp"))
    if person:
        target = f"identityMap.{person.namespace}[0].id"
        rows.append(Row(source=person.source, function="concat", target=target))
    return rows + [
        Row(source=text_of(field.source), target=_target(field, tenant))
        for field in fields
        if field.type != "objects"
    ]


def _target(field: Proposed, tenant: str) -> str:
    steps = (_name(step) if isinstance(step, str) else step for step in field.source)
    return text_of((f"_{tenant}", *steps))


def _values(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """The plain values, and the lists: plain ones whole, those of objects with what is in them."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name and name.isprintable():
                yield from _values(inner, (*path, name))
    elif isinstance(value, list) and all(isinstance(element, dict) for element in value) and value:
        yield path, value
        for element in value:
            yield from _values(element, (*path, EACH))
    elif path:
        yield path, value


def _type(value: Any) -> str:
    """As custom fields name it; "" for what shows none."""
    if isinstance(value, list):
        return _type_of_list(value)
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "integer" if isinstance(value, int) else "number"
    if not isinstance(value, str):
        return ""
    return "email" if _EMAIL.fullmatch(value) else "date-time" if read_time(value) else "string"


def _type_of_list(values: list[Any]) -> str:
    if values and all(isinstance(value, dict) for value in values):
        return "objects"
    kinds = {_type(value) for value in values}
    return next((name for name, allowed in _LISTS.items() if kinds and kinds <= allowed), "")


def _name(name: str) -> str:
    """A name as custom fields may have it."""
    cleaned = re.sub(r"[^A-Za-z0-9_]", "_", name)[:48]
    return cleaned if cleaned[:1].isalpha() else f"f{cleaned}"


def _simple(field: Proposed) -> str:
    """Its last name, without what writers of names differ in."""
    return re.sub(r"[^a-z]", "", field.path.rpartition(".")[2].lower()) or field.path


def _first(fields: Sequence[Proposed], names: Sequence[str], types: Sequence[str]) -> Proposed | None:
    """The top-level field with one of these names, the earlier ones first."""
    tops = {_simple(field): field for field in reversed(fields) if len(field.source) == 1}
    return next((tops[name] for name in names if name in tops and tops[name].type in types), None)


def _time(fields: Sequence[Proposed], sample: Any) -> Proposed | None:
    written = _first(fields, _TIMES, ("date-time",))
    if written:
        return written
    number = _first(fields, _TIMES, ("integer", "number"))
    # Seconds since 1970, or milliseconds: smaller numbers are something else.
    if number and (value := next((v for _, v in found(sample, number.source)), 0)) and value > 10**9:
        return number
    return next((field for field in fields if field.type == "date-time" and len(field.source) == 1), None)
