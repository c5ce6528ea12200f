"""From an event's row to what is matched: its condition and key, compiled against its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.matching import ConfiguredEvent
from events.models import Event
from journeyorch.expressions.errors import ExpressionError, ExpressionProblem
from journeyorch.expressions.evaluate import Compiled
from journeyorch.expressions.scope import Scope
from journeyorch.expressions.types import ANY, BOOLEAN, Type


def payload_scope(name: str, document: Mapping[str, Any]) -> Scope:
    """What the condition and the key of an event may refer to: its own payload, under its name."""
    from journeyorch.expressions import from_json_schema

    return Scope(events={name: from_json_schema(document)})


def expression_problems(source: str, scope: Scope, *, is_condition: bool) -> list[ExpressionProblem]:
    """What is wrong with a condition or a key; empty if nothing is."""
    try:
        _compile(source, scope, BOOLEAN if is_condition else ANY)
    except ExpressionError as error:
        return error.problems
    return []


def configured(row: Event, document: Mapping[str, Any]) -> ConfiguredEvent:
    """The event ready to be matched; one whose expressions no longer compile says so when it matters."""
    condition = key = None
    broken = ""
    try:
        scope = (
            payload_scope(row.name, document) if row.key.strip() or row.type == Event.Type.RULE else Scope()
        )
        if row.type == Event.Type.RULE:
            condition = _compile(row.condition, scope, BOOLEAN)
        key = _key(row, scope)
    except ExpressionError as error:
        broken = f"{error} Correct the event."
    return ConfiguredEvent(
        id=row.pk,
        name=row.name,
        schema_id=row.schema_id,
        event_id=row.event_id if row.type == Event.Type.SYSTEM else None,
        condition=condition,
        namespace=row.namespace,
        key=key,
        broken=broken,
    )


def _key(row: Event, scope: Scope) -> Compiled | None:
    return _compile(row.key, scope, ANY) if row.key.strip() else None


def _compile(source: str, scope: Scope, expected: Type) -> Compiled:
    from journeyorch.expressions import compile_expression

    return compile_expression(source, scope, expected)
