"""The way in: source text to something that can be evaluated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from journeyorch.phrases import phrase

from . import syntax
from .check import Checker
from .errors import ExpressionError
from .evaluate import Compiled
from .limits import CACHED_EXPRESSIONS
from .parse import parse
from .plan import Logic, Not
from .scope import PROPERTIES_ROOT, Scope
from .types import BOOLEAN, Type, settled


@lru_cache(maxsize=CACHED_EXPRESSIONS)
def compile_expression(source: str, scope: Scope, expected: Type | None = None) -> Compiled:
    """Parse, check and compile. With ``expected``, the result is of that type, integers turned to decimals.

    An expected boolean is never null: null counts as false. Raises ``ExpressionError`` with every problem.
    The same source, scope object and type are compiled once.
    """
    return compile_once(source, scope, expected)


def compile_once(source: str, scope: Scope, expected: Type | None = None) -> Compiled:
    """The same for what is not needed again: neither it nor its scope is kept."""
    tree = parse(source)
    checker = Checker(source, scope)
    plan = checker.check(tree)
    if expected is not None and not checker.problems:
        plan = checker.expect(plan, expected, phrase("The result"))
    if checker.problems:
        raise ExpressionError(checker.problems)
    if expected is BOOLEAN and not isinstance(plan, (Logic, Not)):
        plan = Logic(BOOLEAN, plan.place, "or", [plan])  # a boolean place: null becomes false
    return replace(checker.finish(plan), source=source, type=settled(plan.type))


@dataclass(frozen=True, slots=True)
class ParsedReference:
    """A text that is one field reference and nothing else; names only, nothing checked.

    ``kind`` is event, datasource or property; ``root`` the event or source (empty for properties).
    """

    kind: str
    root: str
    group: str | None
    path: tuple[str, ...]


def parse_reference(source: str) -> ParsedReference | None:
    """The reference that a text is, when it is a plain one: no collection functions, params or default.

    None for every other expression. Raises ``ExpressionError`` for a text that is no expression.
    """
    tree = parse(source)
    if not isinstance(tree, syntax.Field) or not tree.sign or tree.options:
        return None
    if any(step.called for step in tree.steps):
        return None
    root, *names = (step.name for step in tree.steps)
    if tree.sign == "@":
        is_property = root == PROPERTIES_ROOT
        return ParsedReference(
            "property" if is_property else "event", "" if is_property else root, None, tuple(names)
        )
    return ParsedReference("datasource", root, names[0] if names else None, tuple(names[1:]))
