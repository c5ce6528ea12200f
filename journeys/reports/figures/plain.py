"""A summary as plain JSON, for the API. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from journeys.reports.figures.executed import Executed
from journeys.reports.figures.facts import Activity, Delivered, Figures
from journeys.reports.figures.kpis import kpis
from journeys.reports.figures.splits import Measured, Split
from journeys.reports.figures.summary import Details, Summary


def plain_summary(found: Summary, uids: Mapping[int, str]) -> dict[str, Any]:
    """``uids``: the versions' ids in the API, by their keys."""
    return {
        "from": found.period.first_day.isoformat(),
        "to": found.period.last_day.isoformat(),
        "unit": found.period.unit,
        "insideNow": found.inside,
        "figures": [
            {"name": one.name, "value": one.value, "before": one.before}
            for one in kpis(found.figures, found.before)
        ],
        "points": [{"at": point.at, **_figures(point.figures)} for point in found.points],
        "versions": [{"version": uids[id], **_figures(figures)} for id, figures in found.versions.items()],
        "discards": dict(found.discards),
        "channels": {kind: _messages(told) for kind, told in found.channels.items()},
        "executed": [_executed(one) for one in found.executed],
        **_details(found.details or Details({}, {}, [])),
    }


def _executed(one: Executed) -> dict[str, Any]:
    return {**one.thing._asdict(), "executed": one.n, "errors": one.errors}


def _details(details: Details) -> dict[str, Any]:
    return {
        "activities": [_activity(one) for one in details.activities.values()],
        "paths": [
            {"activity": activity, "path": path, "n": n} for (activity, path), n in details.paths.items()
        ],
        "splits": [{"activity": one.activity, "paths": _branches(one)} for one in details.splits],
    }


def _branches(split: Split) -> list[dict[str, Any]]:
    return [
        {
            "path": branch.path,
            "people": branch.people,
            "measures": {name: _measured(one) for name, one in branch.measures.items()},
        }
        for branch in split.branches
    ]


def _figures(figures: Figures) -> dict[str, Any]:
    return {"people": figures.people._asdict(), "messages": _messages(figures.messages)}


def _messages(told: Delivered) -> dict[str, int]:
    return {**told._asdict(), "arrived": told.arrived}


def _activity(one: Activity) -> dict[str, Any]:
    return {
        "activity": one.id,
        "entered": one.entered,
        "left": one.left,
        "errors": one.errors,
        "codes": dict(one.codes),
        "medianMs": _milliseconds(one.median),
        "p95Ms": _milliseconds(one.most),
    }


def _milliseconds(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration.total_seconds() * 1000)


def _measured(one: Measured) -> dict[str, Any]:
    against = one.against_first
    return {
        "hits": one.sample.hits,
        "of": one.sample.of,
        "p": against.p if against else None,
        "low": against.low if against else None,
        "high": against.high if against else None,
        "significant": one.significant,
    }
