"""The sample world of the tables: schemas, payloads and a fixed now (cases/world.json)."""

from __future__ import annotations

import json
import random
from datetime import datetime
from pathlib import Path
from typing import Any

from journeyorch.expressions import (
    Context,
    ExpressionProblem,
    FieldGroupScope,
    Scope,
    from_json_schema,
    types,
)

CASES = Path(__file__).parent / "cases"
WORLD = json.loads((CASES / "world.json").read_text())
PARAM_TYPES = {"string": types.STRING}


def _field_group(group: dict[str, Any]) -> FieldGroupScope:
    params = {name: PARAM_TYPES[type_] for name, type_ in group.get("params", {}).items()}
    return FieldGroupScope(from_json_schema(group["schema"]), params)


def make_scope(segments: frozenset[str] | None = None) -> Scope:
    properties = from_json_schema(WORLD["properties"]["schema"])
    assert isinstance(properties, types.ObjectType)
    return Scope(
        events={name: from_json_schema(event["schema"]) for name, event in WORLD["events"].items()},
        datasources={
            source: {name: _field_group(group) for name, group in groups.items()}
            for source, groups in WORLD["datasources"].items()
        },
        properties=properties.fields,
        segments=segments,
    )


def make_context(**changes: Any) -> Context:
    known: dict[str, Any] = {
        "now": datetime.fromisoformat(WORLD["now"]),
        "events": {name: event["payload"] for name, event in WORLD["events"].items()},
        "datasources": {
            source: {name: group["payload"] for name, group in groups.items()}
            for source, groups in WORLD["datasources"].items()
        },
        "properties": WORLD["properties"]["payload"],
        "segments": frozenset(WORLD["segments"]),
        "random": random.Random(7),
    }
    return Context(**{**known, **changes})


SCOPE = make_scope()


def marked(source: str, problem: ExpressionProblem) -> str:
    """The stretch of the source that a problem points at."""
    line = source.split("\n")[problem.line - 1] if source else ""
    return line[problem.column - 1 : problem.column - 1 + problem.length]


def table(name: str) -> list[Any]:
    """The rows of a table, each with its section's title in front."""
    sections = json.loads((CASES / f"{name}.json").read_text())
    return [(title, *row) for title, rows in sections.items() for row in rows]
