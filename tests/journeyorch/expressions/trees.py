"""Random syntax trees for tests, and trees without their positions to compare by."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from hypothesis import strategies as st

from journeyorch.expressions import syntax

names = st.sampled_from(
    ["Order", "id", "first-name", "3h", "if", "null", "all", "a b", "déjà", 'quo"te', "x_1"]
)
plain_names = st.sampled_from(["Order", "id", "first-name", "if", "null", "x_1"])
words = st.sampled_from(["currentEventField", "someword"])
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
postfixes = ("is null", "is not null", "has null", "is numeric", "is integer", "is decimal")


def _node(class_, *parts):
    return st.builds(class_, st.just(0), st.just(0), st.just(0), *parts)


literals = _node(
    syntax.Literal,
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(0, 2**63 - 1),
        st.floats(0, 1e300).map(lambda value: value + 0.0),
        texts,
    ),
)


def _operands(inner):
    return st.lists(inner, min_size=2, max_size=3)


def _chains(inner, signs):
    def chain(operands, chosen):
        return syntax.Chain(0, 0, 0, operands, chosen[: len(operands) - 1])

    return st.builds(chain, _operands(inner), st.lists(st.sampled_from(signs), min_size=2, max_size=2))


def _steps(inner):
    named = st.builds(lambda name: syntax.Step(0, 0, name, quoted=not name.isidentifier()), names)
    called = st.builds(
        lambda name, argument: syntax.Step(0, 0, name, called=True, argument=argument),
        st.sampled_from(["all", "first", "at", "entry", "keys"]),
        st.none() | inner,
    )
    return named | called


def _options(inner):
    entry = st.tuples(st.builds(lambda name: syntax.Step(0, 0, name), plain_names), inner)
    return st.one_of(
        st.builds(lambda value: syntax.Option(0, 0, "defaultValue", value), inner),
        st.builds(lambda entries: syntax.Option(0, 0, "params", None, entries), st.lists(entry, max_size=2)),
    )


def _references(inner):
    first = st.builds(lambda name: syntax.Step(0, 0, name), plain_names)
    path = st.builds(lambda one, more: [one, *more], first, st.lists(_steps(inner), max_size=2))
    return _node(syntax.Field, st.sampled_from("@#"), path, st.lists(_options(inner), max_size=2))


def _bare(inner):
    path = st.builds(
        lambda word, more: [syntax.Step(0, 0, word), *more], words, st.lists(_steps(inner), max_size=2)
    )
    return _node(syntax.Field, st.just(""), path)


def _larger(inner):
    return st.one_of(
        _node(syntax.ListLiteral, st.lists(inner, max_size=3)),
        _node(syntax.Logic, st.sampled_from(["and", "or"]), _operands(inner)),
        _chains(inner, ["==", "!=", "<", "<=", ">", ">="]),
        _chains(inner, ["+", "-"]),
        _chains(inner, ["*", "/", "%"]),
        _node(syntax.Prefix, st.sampled_from(["not", "-"]), inner),
        _node(syntax.Postfix, st.sampled_from(postfixes), inner),
        _node(syntax.Prefix, st.just("-"), _node(syntax.Postfix, st.sampled_from(postfixes), inner)),
        _node(syntax.Conditional, inner, inner, inner),
        _node(syntax.Call, st.sampled_from(["now", "length", "inSegment"]), st.lists(inner, max_size=2)),
        _references(inner),
        _bare(inner),
    )


trees = st.recursive(literals, _larger, max_leaves=12)


def shape(part: Any) -> Any:
    """A tree without positions, depths and the marks of parentheses."""
    if is_dataclass(part):
        left_out = ("start", "end", "depth", "grouped", "quoted")
        return type(part).__name__, *(
            shape(getattr(part, field.name)) for field in fields(part) if field.name not in left_out
        )
    if isinstance(part, (list, tuple)):
        return tuple(map(shape, part))
    return type(part).__name__, part
