"""Rows as a release writes them for the next one, comparable from database to database.

Where numbers and keys differ, rows have names such as ``$event:Lobby``. ``cases/rows.json`` keeps them by
release; one that writes otherwise than the last adds what ``rows_of`` gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson
from django.db import connection
from django.db.models import Model

from journeys.engine.decide.ids import call_key
from journeys.engine.lanes import lane_of
from journeys.models import Call, Entrance, Instance, LaneInput, StepEvent
from tests.journeys.engine.hotel import Hotel

TABLES: Mapping[str, type[Model]] = {
    model._meta.db_table: model for model in (Instance, Entrance, Call, LaneInput, StepEvent)
}
_TEXTS = frozenset({"state", "spec", "request", "result", "detail"})
#: Of what the numbers in these columns, and under these names in JSON, are the keys.
_KINDS = {
    "sandbox_id": "sandbox", "version_id": "version", "origin": "version", "journey_id": "journey",
    "place": "journey", "events": "event", "event": "event", "segment": "segment",
    "received_event_id": "received", "action": "action", "group": "group", "template": "template",
    "channel": "channel",
}  # fmt: skip
_JUMP = "jump"
_REFERENCES = {LaneInput.Kind.EVENT: "received", LaneInput.Kind.JUMP: "journey"}

Row = dict[str, Any]
Names = Mapping[tuple[str, Any], str]  # by kind and value; texts have the kind ""


def rows_of(hotel: Hotel) -> dict[str, list[Row]]:
    """All rows of people, by table."""
    keys = {
        f"{model.__name__}:{person}": id
        for model in (Instance, Call)
        for person, id in model._default_manager.values_list("person_id", "pk")
    }
    names = _names(hotel, {**keys, _JUMP: call_key(keys["Instance:ida"], "jump", 1, "jump")})
    return {
        table: [_told(row, names) for row in model._default_manager.order_by("person_id", "pk").values()]
        for table, model in TABLES.items()
    }


def restore(hotel: Hotel, left: Mapping[str, Sequence[Row]]) -> None:
    """Put rows into the database, each with the columns that it has, as its release would."""
    keys = {
        f"{TABLES[table].__name__}:{row['person_id']}": uuid5(NAMESPACE_OID, f"{table} {row['person_id']}")
        for table in ("journeys_instance", "journeys_call")
        for row in left[table]
    }
    keys[_JUMP] = uuid5(NAMESPACE_OID, _JUMP)
    values = {name: value for (_, value), name in _names(hotel, keys).items()}
    for table, rows in left.items():
        for row in rows:
            lane = lane_of(hotel.sandbox.pk, row["namespace"], row["person_id"])
            _insert(table, _real(row, {**values, "$lane": lane}))


def differences(older: Any, newer: Any, where: str = "") -> Iterator[str]:
    """Where something that the older release wrote is missing or another in what the newer one writes."""
    if isinstance(older, dict) and isinstance(newer, dict):
        for name, value in older.items():
            yield from differences(value, newer.get(name), f"{where}.{name}")
    elif isinstance(older, list) and isinstance(newer, list) and len(older) == len(newer):
        for number, (one, other) in enumerate(zip(older, newer, strict=True)):
            yield from differences(one, other, f"{where}[{number}]")
    elif older != newer:
        yield f"{where}: {older!r} became {newer!r}"


def _names(hotel: Hotel, keys: Mapping[str, UUID]) -> Names:
    found: dict[tuple[str, Any], str] = {("sandbox", hotel.sandbox.pk): "$sandbox"}
    for (kind, id), name in hotel.configured.items():
        found[kind, id] = f"${kind}:{name}"
        found["", f"{kind}:{id}"] = f"$endpoint:{name}"
    found |= {("event", event.pk): f"$event:{name}" for name, event in hotel.events.items()}
    for name, version in hotel.versions.items():
        found["version", version.pk] = f"$version:{name}"
        found["journey", version.journey_id] = f"$journey:{name}"
    found["segment", hotel.segment.pk] = "$segment:Rich"
    found |= {("received", id): f"$received:{person}" for person, id in hotel.received.items()}
    return found | {("", str(key)): f"${name}" for name, key in keys.items()}


def _told(row: Row, names: Names) -> Row:
    told = {column: _plain(column, value) for column, value in row.items()}
    if isinstance(told["id"], int):  # the database's own number
        del told["id"]
    if "reference" in told:
        kind = _REFERENCES.get(row["kind"], "")
        told["reference"] = names.get((kind, row["reference"]), row["reference"])
    if "lane_id" in told:
        told["lane_id"] = "$lane"
    return {column: _named(value, names, column) for column, value in told.items()}


def _plain(column: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return orjson.loads(value) if column in _TEXTS and value and value.startswith("{") else value


def _named(value: Any, names: Names, at: str) -> Any:
    if isinstance(value, dict):
        return {name: _named(inner, names, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, names, at) for inner in value]
    if isinstance(value, bool):
        return value
    kind = "" if isinstance(value, str) else _KINDS.get(at, at)
    return names.get((kind, value), value)


def _real(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _real(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [_real(inner, values) for inner in value]
    return values.get(value, value) if isinstance(value, str) else value


def _insert(table: str, row: Row) -> None:
    fields = {field.column: field for field in TABLES[table]._meta.concrete_fields}
    values = [
        fields[column].get_db_prep_save(
            orjson.dumps(value).decode() if isinstance(value, dict) else fields[column].to_python(value),
            connection,
        )
        for column, value in row.items()
    ]
    places = ", ".join(["%s"] * len(row))
    with connection.cursor() as cursor:
        # Names of tables and columns of ours; values are bound.
        cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", values)
