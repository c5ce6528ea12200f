"""Values that a journey gives to an action or a template: one expression per variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from journeyorch.expressions import Compiled, to_json
from journeyorch.phrases import phrase
from journeys.activities.catalog import VariableInfo
from journeys.activities.room import Room
from journeys.definition.problems import Problem
from journeys.engine.decide.step import View

_MANY = 5


def check_values(
    id: str, field: str, given: Mapping[str, str], variables: tuple[VariableInfo, ...], room: Room
) -> Iterator[Problem]:
    """Missing, unknown and mistyped values."""
    known = {variable.name: variable for variable in variables}
    yield from _missing(id, field, [one for one in variables if not given.get(one.name, "").strip()])
    for name, source in given.items():
        if name not in known:
            message = phrase(
                "“{name}” is not a value of what is used here; {instead}.", name=name, instead=_instead(known)
            )
            yield Problem("ERR_JOURNEY_VALUE_UNKNOWN", message, id, f"{field}.{name}")
        elif source.strip():
            yield from room.check(id, f"{field}.{name}", source, known[name].type)


def _instead(known: Mapping[str, VariableInfo]) -> str:
    few = ", ".join(f"“{name}”" for name in [*known][:_MANY])
    return phrase("there are {few}", few=few) if few else phrase("it takes none, remove it")


def _missing(id: str, field: str, empty: list[VariableInfo]) -> Iterator[Problem]:
    """One problem for each; one for all of them when they are many, as with the events of large schemas."""
    required = [variable for variable in empty if variable.required]
    if len(required) > _MANY:
        few = ", ".join(f"“{one.label or one.name}”" for one in required[:_MANY])
        message = phrase(
            "{count} values are missing, such as {few}; give each an expression.",
            count=len(required),
            few=few,
        )
        yield Problem("ERR_JOURNEY_VALUE_MISSING", message, id, field)
        return
    for one in required:
        message = phrase("“{name}” has no value; give it an expression.", name=one.label or one.name)
        yield Problem("ERR_JOURNEY_VALUE_MISSING", message, id, f"{field}.{one.name}")


def compile_values(
    given: Mapping[str, str], variables: tuple[VariableInfo, ...], room: Room
) -> dict[str, Compiled]:
    types = {variable.name: variable.type for variable in variables}
    return {name: room.compile(source, types[name]) for name, source in given.items() if source.strip()}


def evaluate_values(compiled: Mapping[str, Compiled], view: View) -> dict[str, Any]:
    """The values as plain JSON."""
    return {name: to_json(expression.evaluate(view.context)) for name, expression in compiled.items()}
