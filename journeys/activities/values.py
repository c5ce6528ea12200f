"""Values that a journey gives to an action or a template: one expression per variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from journeyorch.expressions import Compiled, to_json
from journeys.activities.catalog import VariableInfo
from journeys.activities.room import Room
from journeys.definition.problems import Problem
from journeys.engine.decide.step import View


def check_values(
    id: str, field: str, given: Mapping[str, str], variables: tuple[VariableInfo, ...], room: Room
) -> Iterator[Problem]:
    """Missing, unknown and mistyped values."""
    known = {variable.name: variable for variable in variables}
    for name, variable in known.items():
        if variable.required and not given.get(name, "").strip():
            message = f"“{variable.label or name}” has no value; give it an expression."
            yield Problem("ERR_JOURNEY_VALUE_MISSING", message, id, f"{field}.{name}")
    for name, source in given.items():
        if name not in known:
            message = f"“{name}” is not a value of what is used here; remove it."
            yield Problem("ERR_JOURNEY_VALUE_UNKNOWN", message, id, f"{field}.{name}")
        elif source.strip():
            yield from room.check(id, f"{field}.{name}", source, known[name].type)


def compile_values(
    given: Mapping[str, str], variables: tuple[VariableInfo, ...], room: Room
) -> dict[str, Compiled]:
    types = {variable.name: variable.type for variable in variables}
    return {name: room.compile(source, types[name]) for name, source in given.items() if source.strip()}


def evaluate_values(compiled: Mapping[str, Compiled], view: View) -> dict[str, Any]:
    """The values as plain JSON."""
    return {name: to_json(expression.evaluate(view.context)) for name, expression in compiled.items()}
