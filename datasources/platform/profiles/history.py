"""Which experience events expressions look at, by type and time; nothing else is loaded (engine.md, Waves).

What cannot be told from the text counts as everything. In ``experienceevent.all(c)`` the first operands of
``c``, as far as they name types and times, tell it: whoever fails them is not looked at any further, so that
leaving such events out changes nothing, not even which evaluation fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from journeyorch.expressions import Compiled, ExpressionError, parse_duration, syntax
from journeyorch.expressions.fields import DATA_ELEMENT
from journeyorch.expressions.parse import parse
from journeyorch.expressions.scope import EXPERIENCE_EVENTS, PROFILE_SOURCE

# Longest lengths of the units; a day more covers clock changes and the time that a step's fetches take.
_UNITS = {
    "years": timedelta(days=366),
    "months": timedelta(days=31),
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "minutes": timedelta(minutes=1),
    "seconds": timedelta(seconds=1),
}
_MARGIN = timedelta(days=1)
_IN_LAST = {f"inLast{unit.capitalize()}": unit for unit in ("years", "months", "days", "hours")}
# What the column of types takes (datasources/platform/profiles); longer ones are stored cut.
_MAX_TYPE = 120
_LONGEST = timedelta(days=366)  # more is not kept in reach of expressions (technical.md, Namespaces)


class History(NamedTuple):
    """``types``: None is all of them, empty none. ``window``: how far back; None is as far as there is."""

    types: frozenset[str] | None
    window: timedelta | None

    def __or__(self, other: History) -> History:
        """What one or the other looks at."""
        if NOTHING in (self, other):
            return other if self == NOTHING else self
        types = None if self.types is None or other.types is None else self.types | other.types
        window = None if self.window is None or other.window is None else max(self.window, other.window)
        return History(types, window)

    def __and__(self, other: History) -> History:
        """What both look at."""
        types = other.types if self.types is None else self.types
        if self.types is not None and other.types is not None:
            types = self.types & other.types
        windows = [window for window in (self.window, other.window) if window is not None]
        return History(types, min(windows, default=None))


NOTHING = History(frozenset(), None)
EVERYTHING = History(None, None)


def history_of(expressions: Iterable[Compiled]) -> History:
    """What these expressions look at, all together."""
    found = NOTHING
    for expression in expressions:
        if any(_is_profile(reference) for reference in expression.all_references()):
            found |= _of_text(expression.place.source)
    return found


def _is_profile(reference: Any) -> bool:
    """Whether it reads experience events, or the profile as a whole."""
    if reference.kind != "datasource" or reference.root != PROFILE_SOURCE:
        return False
    return not reference.path or reference.path[0] == EXPERIENCE_EVENTS


def _of_text(source: str) -> History:
    try:
        tree = parse(source)
    except ExpressionError:  # it was compiled, so this is not expected
        return EVERYTHING
    found = NOTHING
    for field in _fields(tree):
        found |= _of_field(field)
    return found


def _fields(part: Any) -> Iterator[syntax.Field]:
    """Every reference below a node, also in conditions and parameters of others."""
    if isinstance(part, syntax.Field) and part.sign == "#":
        yield part
    if isinstance(part, (list, tuple)):
        for item in part:
            yield from _fields(item)
    elif is_dataclass(part):
        yield from _fields([getattr(part, each.name) for each in fields(part)])


def _of_field(field: syntax.Field) -> History:
    if field.steps[0].name != PROFILE_SOURCE:
        return NOTHING
    steps = field.steps[2:]
    if steps and steps[0].name in ("profile", "Profile"):
        steps = steps[1:]
    if steps and steps[0].name != EXPERIENCE_EVENTS:
        return NOTHING
    if len(steps) > 1 and steps[1].called and steps[1].name in ("all", "first", "last") and steps[1].argument:
        return _of_condition(steps[1].argument)
    return EVERYTHING


def _of_condition(node: syntax.Node) -> History:
    """What an element must be for the condition to be true, as far as its first operands tell."""
    match node:
        case syntax.Logic(operator="or"):
            found = NOTHING
            for operand in node.operands:
                found |= _of_condition(operand)
            return found
        case syntax.Logic(operator="and"):
            return _of_all(node.operands)
        case syntax.Call(name="in", arguments=[value, syntax.ListLiteral() as names]):
            return _of_types(names.items if _is_element(value, "eventType") else [])
        case syntax.Call(name=name, arguments=[moment, amount]) if name in _IN_LAST:
            return _since(moment, _length(amount, _IN_LAST[name]))
        case syntax.Chain(operands=[left, right], operators=[operator]):
            return _of_comparison(left, operator, right)
    return EVERYTHING


def _of_all(operands: Iterable[syntax.Node]) -> History:
    found = EVERYTHING
    for operand in operands:
        told = _of_condition(operand)
        if told == EVERYTHING:
            break  # it may fail, or take its time, for any event that has come this far
        found &= told
    return found


def _of_comparison(left: syntax.Node, operator: str, right: syntax.Node) -> History:
    if operator == "==":
        if _is_element(right, "eventType"):
            left, right = right, left
        return _of_types([right] if _is_element(left, "eventType") else [])
    if operator in ("<", "<="):
        left, operator, right = right, {"<": ">", "<=": ">="}[operator], left
    return _since(left, _ago(right)) if operator in (">", ">=") else EVERYTHING


def _of_types(nodes: Sequence[syntax.Node]) -> History:
    names = [node.value if isinstance(node, syntax.Literal) else None for node in nodes]
    if not names or not all(isinstance(name, str) and _is_stored_as_it_is(name) for name in names):
        return EVERYTHING
    return History(frozenset(map(str, names)), None)


def _is_stored_as_it_is(name: str) -> bool:
    return len(name) < _MAX_TYPE and "\0" not in name


def _since(moment: syntax.Node, length: timedelta | None) -> History:
    if length is None or length > _LONGEST or not _is_element(moment, "timestamp"):
        return EVERYTHING
    return History(None, max(length, timedelta(0)) + _MARGIN)


def _is_element(node: syntax.Node, name: str) -> bool:
    """Whether it is this field of the event at hand, and nothing else."""
    if not isinstance(node, syntax.Field) or node.sign or node.options:
        return False
    return [(step.name, step.called) for step in node.steps] == [(DATA_ELEMENT, False), (name, False)]


def _ago(node: syntax.Node) -> timedelta | None:
    """How long ago a moment is that an expression of ``now`` gives; None: it cannot be told."""
    match node:
        case syntax.Call(name="nowWithDelta", arguments=[amount, syntax.Literal(value=str() as unit), *_]):
            length = _length(amount, unit)
            return None if length is None else -length
        case syntax.Chain(operands=[syntax.Call(name="now"), length], operators=["-"]):
            return _duration(length)
        case syntax.Call(name="now"):
            return timedelta(0)
    return None


def _length(node: syntax.Node, unit: str) -> timedelta | None:
    match node:
        case syntax.Literal(value=int() as amount):
            pass
        case syntax.Prefix(operator="-", operand=syntax.Literal(value=int() as positive)):
            amount = -positive
        case _:
            return None
    return amount * _UNITS[unit] if unit in _UNITS and abs(amount) <= 10_000_000 else None


def _duration(node: syntax.Node) -> timedelta | None:
    match node:
        case syntax.Call(name="toDuration", arguments=[syntax.Literal(value=str() as text)]):
            try:
                return parse_duration(text)
            except ValueError:
                return None
        case syntax.Call(name="toDuration", arguments=[syntax.Literal(value=int() as milliseconds)]):
            return timedelta(milliseconds=milliseconds) if milliseconds < 10**12 else None
    return None
