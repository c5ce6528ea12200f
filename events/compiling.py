"""From an event's row to what is matched: its condition and key, compiled against its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.matching import ConfiguredEvent
from events.models import Event
from journeyorch.expressions import (
    Compiled,
    ExpressionError,
    ExpressionProblem,
    Scope,
    compile_expression,
    from_json_schema,
)
from journeyorch.expressions.types import ANY, BOOLEAN, INTEGER, STRING
from journeyorch.phrases import phrase, sentence

# ANY: what the schema leaves open is looked at when the event comes.
_BROKEN = sentence("{problems} Correct the event.", "problems")
_KEY_TYPES = (STRING, INTEGER, ANY)


def payload_scope(name: str, document: Mapping[str, Any]) -> Scope:
    """What the condition and the key of an event may refer to: its own payload, under its name."""
    return Scope(events={name: from_json_schema(dict(document))})


def condition_problems(source: str, scope: Scope) -> list[str]:
    """What is wrong with a condition, a sentence each; empty if nothing is."""
    try:
        compile_expression(source, scope, BOOLEAN)
    except ExpressionError as error:
        return [_sentence(problem) for problem in error.problems]
    return []


def key_problems(source: str, scope: Scope) -> list[str]:
    """What is wrong with a key, a sentence each; empty if nothing is."""
    try:
        compiled = compile_expression(source, scope)
    except ExpressionError as error:
        return [_sentence(problem) for problem in error.problems]
    if compiled.type in _KEY_TYPES:
        return []
    return [phrase("The key gives a {type}; it must give a string or an integer.", type=compiled.type)]


def configured(row: Event, document: Mapping[str, Any]) -> ConfiguredEvent:
    """The event ready to be matched; one whose expressions no longer compile says so when it matters."""
    condition = key = None
    broken = ""
    try:
        condition, key = _expressions(row, document)
    except ExpressionError as error:
        broken = _BROKEN(problems=str(error))
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


def _expressions(row: Event, document: Mapping[str, Any]) -> tuple[Compiled | None, Compiled | None]:
    """The condition, for rule-based events, and the key, if the event has one."""
    is_rule = row.type == Event.Type.RULE
    if not is_rule and not row.key.strip():
        return None, None  # Nothing to compile: the types of a large schema need not be worked out.
    scope = payload_scope(row.name, document)
    condition = compile_expression(row.condition, scope, BOOLEAN) if is_rule else None
    return condition, compile_expression(row.key, scope) if row.key.strip() else None


def _sentence(problem: ExpressionProblem) -> str:
    return phrase(
        "Line {line}, column {column}: {message}",
        line=problem.line,
        column=problem.column,
        message=problem.message,
    )
