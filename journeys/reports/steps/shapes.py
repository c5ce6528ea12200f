"""The shapes in which step events leave: CSV for spreadsheets, JSON lines, and JSON lines in XDM. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from journeyorch.spreadsheets import csv_line
from journeys.reports.steps.fields import FIELDS

_XDM = "https://ns.adobe.com/experience/journeyOrchestration"
# What XDM does not know: ours, or named otherwise there.
_NOT_XDM = frozenset(
    {"timestamp", "transitionID", "transitionName", "requestId", "fieldGroupInError", "discardReason"}
    | {"operation", "operator"}
)
# Of the class "journey", which describes what step events refer to.
_JOURNEY = {"journeyID": "journeyID", "journeyVersionID": "journeyVersionID", "journeyVersionName": "name"}


def csv_head() -> bytes:
    return csv_line(FIELDS)


def as_csv(events: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(csv_line(event.values()) for event in events)


def as_json_lines(events: Iterable[Mapping[str, Any]]) -> bytes:
    """One object a line; fields that have nothing to say are left out."""
    return b"".join(orjson.dumps(_without_none(event)) + b"\n" for event in events)


def as_xdm_lines(events: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(as_xdm(event)) + b"\n" for event in events)


def as_xdm(event: Mapping[str, Any]) -> dict[str, Any]:
    """An XDM time-series record of the class journeyStepEvent with the field groups of step events."""
    fields = _without_none(event)
    steps = {f"{_XDM}/{name}": value for name, value in fields.items() if name not in _NOT_XDM}
    journey = {f"{_XDM}/{xdm}": fields[name] for name, xdm in _JOURNEY.items() if name in fields}
    journey[f"{_XDM}/version"] = fields["journeyVersion"]
    return {
        "@id": fields["stepID"],
        "xdm:timestamp": fields["timestamp"],
        "xdm:eventType": "journey.stepEvent",
        f"{_XDM}/stepEvents": steps,
        f"{_XDM}/journey": journey,
    }


def _without_none(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if value is not None}


Shape = Callable[[Iterable[Mapping[str, Any]]], bytes]
#: By the name that a command says: (what stands at the head, how a page is written, media type).
SHAPES: Mapping[str, tuple[Callable[[], bytes], Shape, str]] = {
    "csv": (csv_head, as_csv, "text/csv; charset=utf-8"),
    "jsonl": (bytes, as_json_lines, "application/x-ndjson"),
    "xdm": (bytes, as_xdm_lines, "application/x-ndjson"),
}
