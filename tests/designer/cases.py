"""What the server and the scripts of the designer must agree on, as data for the tests of both.

    python -m tests.designer.cases

writes ``tests/designer/cases/*.json`` anew from the Python side: the kinds of activities, which ways lead out
of activities and how their cards are called, and where the activities of random drawings stand.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "cases"

ACTIVITIES: list[dict[str, Any]] = [
    {"kind": "event", "config": {"event": "Ordered"}},
    {
        "kind": "event",
        "name": "Second",
        "label": "Again",
        "config": {"event": "Ordered", "timeout": "P1DT12H"},
    },
    {"kind": "event", "config": {"event": "Ordered", "timeout": "PT90S", "timeout_path": True}},
    {"kind": "event", "config": {"event": "Ordered", "timeout_path": True}},
    {"kind": "reaction", "config": {"message": "m", "reaction": "opened", "timeout": "PT1H"}},
    {"kind": "segment_qualification", "config": {"segment": "Members"}},
    {
        "kind": "condition",
        "config": {
            "paths": [{"id": "a", "expression": "true"}, {"id": "b", "label": "Loyal", "expression": "true"}],
            "error_path": True,
        },
    },
    {"kind": "time_condition", "config": {"paths": [{"id": "a", "days": ["mon"]}], "other": False}},
    {
        "kind": "date_condition",
        "label": "When?",
        "config": {"paths": [{"id": "a", "to": "2030-01-01T00:00"}]},
    },
    {
        "kind": "split",
        "config": {"parts": [{"id": "a", "percent": 33.5}, {"id": "b", "label": "Rest", "percent": 66.5}]},
    },
    {"kind": "profile_cap", "config": {"count": 12500, "error_path": True}},
    {"kind": "profile_cap", "config": {}},
    {"kind": "wait", "config": {"duration": "P1DT2H3M4.5S"}},
    {"kind": "wait", "config": {"duration": "PT0S", "error_path": True}},
    {"kind": "wait", "config": {"type": "date_time", "at": "2030-03-29T08:30"}},
    {"kind": "wait", "config": {"type": "custom", "expression": "now()", "error_path": True}},
    {"kind": "end", "label": "Done"},
    {"kind": "email", "config": {"template": "Welcome", "error_path": True}},
    {"kind": "custom_action", "name": "Desk", "config": {"action": "DeskNote"}},
    {"kind": "update_profile", "config": {"fields": {"a.b": "1", "c": "2"}}},
    {"kind": "update_profile", "config": {"fields": {"a": "1", "b": "2", "c": "3"}}},
    {"kind": "jump", "config": {"journey": "x", "event": "Ordered"}},
    {"kind": "wait", "config": {"duration": "PT1H"}, "to": {"gone": ["somewhere"], "next": []}},
]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, cases in all_cases().items():
        (FOLDER / name).write_text(written(cases))


def written(cases: list[Any]) -> str:
    """One case a line."""
    return "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n"


def all_cases() -> dict[str, Any]:
    """The content of each file."""
    from journeys.designer.kinds import describe_kinds

    return {
        "kinds.json": describe_kinds(),
        "ways.json": [_ways_case(activity) for activity in ACTIVITIES],
        "layout.json": [_layout_case(document) for document in documents()],
    }


def _ways_case(activity: dict[str, Any]) -> dict[str, Any]:
    from journeys.activities.base import kinds, read_config, shown_name
    from journeys.definition.document import ActivityDocument
    from journeys.definition.layout import ways_of

    document = ActivityDocument.model_validate(activity)
    config, _problem = read_config(document)
    detail = kinds()[document.kind].detail_of(config)
    return {
        "activity": document.model_dump(mode="json"),
        "ways": [[way.id, way.label] for way in ways_of(document)],
        "name": shown_name(document, config),
        "detail": " · ".join(filter(None, [kinds()[document.kind].title, detail])),
    }


def _layout_case(document: dict[str, Any]) -> dict[str, Any]:
    from journeys.definition.document import Document
    from journeys.definition.layout import layout

    read = Document.model_validate(document)
    drawn = layout(read)
    return {
        "document": read.model_dump(mode="json"),
        "cards": [[c.id, c.x, c.y, c.depth, c.row, c.connected] for c in drawn.cards],
        "edges": [
            [f"{e.source}:{e.way}:{e.target}", e.label, e.points, e.label_at, e.loops] for e in drawn.edges
        ],
        "size": [drawn.width, drawn.height, drawn.strip_y],
    }


def documents() -> Iterator[dict[str, Any]]:
    """Small and large drawings with joins, races, loose ends, loops and unconnected pieces."""
    yield {}
    draw = random.Random(7)
    for size in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20):
        yield _document(draw, size)


def _document(draw: random.Random, size: int) -> dict[str, Any]:
    ids = [f"n{number}" for number in range(size)]
    activities = {id: _activity(draw, number, ids) for number, id in enumerate(ids)}
    return {"start": draw.sample(ids[:3], k=min(size, draw.choice([1, 1, 2]))), "activities": activities}


def _activity(draw: random.Random, number: int, ids: list[str]) -> dict[str, Any]:
    # Mostly forward, at times back: a draft may be wrong.
    later = ids[number + 1 :] if draw.random() < 0.95 else ids
    near = later[: draw.choice([1, 2, 3, 8])]
    if draw.random() < 0.5:
        return {"kind": "wait", "config": {"duration": "PT1H"}, "to": {"next": _targets(draw, near)}}
    labels = ["", "VIP", "A label that is longer than a chip", "Größer als 5"]
    paths = [
        {"id": f"p{n}", "label": draw.choice(labels), "expression": "true"}
        for n in range(draw.choice([1, 2, 3]))
    ]
    ways = [path["id"] for path in paths] + ["other"]
    to = {way: _targets(draw, near) for way in ways}
    return {"kind": "condition", "config": {"paths": paths}, "to": to}


def _targets(draw: random.Random, near: list[str]) -> list[str]:
    return draw.sample(near, k=min(len(near), draw.choice([0, 1, 1, 1, 2])))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    import django

    django.setup()
    main()
