"""Why a person took a path: which conditions were looked at, in order, and the values that they saw. Pure.

Conditions write down nothing of what they see: most people's reasons are never asked for, and writing them
for everybody would slow every journey down. What a condition saw of events and fetched data stays with the
person and is read from there. A profile changes, and is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

from journeyorch.expressions import ExpressionError
from journeyorch.expressions.parse import parse
from journeyorch.expressions.syntax import Field
from journeys.activities.split import draw
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument
from journeys.engine.decide.values import State


class Seen(NamedTuple):
    """What a reference stood for; ``known`` is False for what is not kept."""

    reference: str
    value: Any
    known: bool


class Tried(NamedTuple):
    """A path whose condition was looked at; ``meaning``: the condition as a sentence."""

    label: str
    meaning: str
    taken: bool
    seen: list[Seen]


class Why(NamedTuple):
    """``drawn``: of a percentage split the number that chance gave this person, in [0, 100)."""

    tried: list[Tried]
    drawn: float | None = None


def why(activity: ActivityDocument, id: str, path: str, state: State | None, words: Words) -> Why | None:
    """Of one step that a person has passed; None where there is nothing to choose."""
    if activity.kind == "split" and state is not None:
        return Why([], draw(state.instance_id, id))
    if activity.kind != "condition":
        return None
    return Why(list(_tried(activity.config.get("paths"), path, state, words)))


def _tried(paths: Any, taken: str, state: State | None, words: Words) -> Iterator[Tried]:
    """Up to the path that was taken: those below it were not looked at."""
    for one in paths if isinstance(paths, list) else ():
        expression = str(one.get("expression", ""))
        label, is_taken = str(one.get("label") or one.get("id", "")), one.get("id") == taken
        yield Tried(label, words.meaning(expression), is_taken, _seen(expression, state))
        if is_taken:
            return


def _seen(expression: str, state: State | None) -> list[Seen]:
    try:
        found = dict.fromkeys(_references(parse(expression)))
    except ExpressionError:
        return []
    return [_value(sign, names, state) for sign, names in found]


def _references(part: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(sign, names) of every plain reference; what is inside a list's own condition belongs to its items."""
    if isinstance(part, Field):
        if part.sign and not any(step.called for step in part.steps):
            yield part.sign, tuple(step.name for step in part.steps)
    elif isinstance(part, (list, tuple)):
        for item in part:
            yield from _references(item)
    elif is_dataclass(part):
        yield from _references([getattr(part, each.name) for each in fields(part)])


def _value(sign: str, names: tuple[str, ...], state: State | None) -> Seen:
    reference = f"{sign}{{{'.'.join(names)}}}"
    kept, rest = _kept(sign, names, state)
    if kept is None:
        return Seen(reference, None, known=False)
    for name in rest:
        kept = kept.get(name) if isinstance(kept, Mapping) else None
    return Seen(reference, kept, known=True)


def _kept(sign: str, names: tuple[str, ...], state: State | None) -> tuple[Any, tuple[str, ...]]:
    """Where the names begin, and what is left of them."""
    if state is None:
        return None, ()
    if sign == "@":
        return state.events.get(names[0]), names[1:]
    group = ".".join(names[:2])
    asked = next((key for key in state.data if key == group or key.startswith(f"{group}?")), "")
    return state.data.get(asked), names[2:]
