"""Simple mode: a tree of groups and ``field operator value`` lines, and the text that it stands for.

The text is what is stored (users.md, Drawing). ``tree_of`` reads it back; an expression outside the
subset has no tree and opens in advanced mode. ``simple_json`` carries trees to the editor and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from journeyorch.phrases import phrase

from . import syntax, types
from .errors import ExpressionError
from .operators import plain_decimal
from .parse import parse
from .syntax import Node
from .types import ListType, Type

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Line:
    """One condition on a field. ``field`` is the reference's own text, ``@{Order.total}``.

    ``type`` is that of the values; times are ISO texts. ``values`` holds one, for between two, for inList any
    number, for exists and the like none. ``ignore_case`` only means something for texts.
    """

    field: str
    operator: str
    type: str = "string"
    values: tuple[Value, ...] = ()
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """The person is in a segment, or is not."""

    segment: str
    member: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Lines and groups of which all (and) or any (or) have to hold."""

    operator: Literal["and", "or"]
    items: tuple[Line | Membership | Group, ...]


Item = Line | Membership | Group

_TEXT = ("equal", "notEqual", "contains", "startsWith", "endsWith", "isEmpty", "inList")
_ORDER = ("equal", "notEqual", "less", "atMost", "greater", "atLeast", "between")
EXISTENCE = ("exists", "doesNotExist")
_UNITS = ("Hours", "Days", "Months", "Years")
WITHIN = tuple(f"in{side}{unit}" for side in ("Last", "Next") for unit in _UNITS)
SIGNS = {"equal": "==", "notEqual": "!=", "less": "<", "atMost": "<=", "greater": ">", "atLeast": ">="}
_BY_SIGN = {sign: operator for operator, sign in SIGNS.items()}
# The functions for texts: operator, whether case counts.
CALLS = {
    ("contains", False): "contain",
    ("contains", True): "containIgnoreCase",
    ("startsWith", False): "startWith",
    ("startsWith", True): "startWithIgnoreCase",
    ("endsWith", False): "endWith",
    ("endsWith", True): "endWithIgnoreCase",
    ("equal", True): "equalIgnoreCase",
    ("notEqual", True): "notEqualIgnoreCase",
}
_BY_CALL = {name: key for key, name in CALLS.items()}
TIMES = ("dateOnly", "dateTimeOnly", "dateTime")


def operators_for(type_: Type) -> tuple[str, ...]:
    """The operators to offer for a field of a type, in the order of the menu."""
    if type_ is types.STRING:
        return _TEXT + EXISTENCE
    if types.is_number(type_) or type_ is types.DURATION:
        return _ORDER + EXISTENCE
    if type_.name in TIMES:
        return _ORDER + WITHIN + EXISTENCE
    if type_ is types.BOOLEAN:
        return ("equal", "notEqual", *EXISTENCE)
    return ("listContains", *EXISTENCE) if isinstance(type_, ListType) else EXISTENCE


def text_of(tree: Group) -> str:
    """The expression that a tree stands for. Groups without lines are left out; no lines give no text."""
    return _group_text(tree) or ""


def _group_text(group: Group) -> str:
    parts = [text for item in group.items if (text := _item_text(item))]
    return f" {group.operator} ".join(parts)


def _item_text(item: Item) -> str:
    if isinstance(item, Membership):
        return f"{'' if item.member else 'not '}inSegment({_quoted(item.segment)})"
    if isinstance(item, Line):
        return _line_text(item)
    text = _group_text(item)
    return f"({text})" if text and _size(item) > 1 else text


def _size(group: Group) -> int:
    return sum(1 for item in group.items if not isinstance(item, Group) or _group_text(item))


def _line_text(line: Line) -> str:
    values = [_value_text(value, line.type) for value in line.values]
    if line.operator in EXISTENCE:
        return f"{line.field} is {'not ' if line.operator == 'exists' else ''}null"
    if line.operator == "isEmpty":
        return f"isEmpty({line.field})"
    if line.operator == "inList":
        return f"in({line.field}, [{', '.join(values)}])"
    if line.operator == "listContains":
        return f"in({values[0]}, {line.field})"
    if line.operator == "between":
        return f"({line.field} >= {values[0]} and {line.field} <= {values[1]})"
    return _comparison_text(line, values[0])


def _comparison_text(line: Line, value: str) -> str:
    call = line.operator if line.operator in WITHIN else CALLS.get((line.operator, line.ignore_case))
    if call:
        return f"{call}({line.field}, {value})"
    return f"{line.field} {SIGNS[line.operator]} {value}"


def _value_text(value: Value, type_: str) -> str:
    if type_ in TIMES:
        return f"date({_quoted(str(value))})"
    if type_ == "duration":
        return f"toDuration({_quoted(str(value))})"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return plain_decimal(value)
    return str(value) if isinstance(value, int) else _quoted(value)


def _quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


def tree_of(source: str) -> Group | None:
    """The tree of an expression; None when it is outside the subset, or no expression at all."""
    found = tree_or_reason(source)
    return found if isinstance(found, Group) else None


def tree_or_reason(source: str) -> Group | str:
    """The tree of an expression, or a sentence that says why the simple editor cannot show it."""
    try:
        item = _Reader(source).item(parse(source))
    except ExpressionError:
        return phrase("The expression has a problem. Correct it first.")
    except _NotSimpleError as refusal:
        return phrase("{refusal} Use the advanced editor for that.", refusal=refusal.args[0])
    return item if isinstance(item, Group) else Group("and", (item,))


class _NotSimpleError(Exception):
    """Something that the simple editor cannot show; the message says what."""


class _Reader:
    """From syntax to items. Everything not recognised raises ``_NotSimpleError``."""

    def __init__(self, source: str) -> None:
        self.source = source

    def item(self, node: Node) -> Item:
        if isinstance(node, syntax.Logic):
            return self._between(node) or self._group(node)
        if isinstance(node, syntax.Chain):
            return self._comparison(node)
        if isinstance(node, syntax.Postfix):
            return self._existence(node)
        if isinstance(node, syntax.Call):
            return self._call(node)
        if isinstance(node, syntax.Prefix) and node.operator == "not":
            return self._not_in_segment(node)
        raise _NotSimpleError(phrase("Each condition compares a field with a value."))

    def _group(self, node: syntax.Logic) -> Group:
        return Group("and" if node.operator == "and" else "or", tuple(map(self.item, node.operands)))

    def _between(self, node: syntax.Logic) -> Line | None:
        """Only in parentheses: without them they are two lines."""
        if not node.grouped or node.operator != "and" or len(node.operands) != 2:
            return None
        low, high = (
            self._comparison(one) if isinstance(one, syntax.Chain) else None for one in node.operands
        )
        if low is None or high is None or (low.field, low.type) != (high.field, high.type):
            return None
        if (low.operator, high.operator) != ("atLeast", "atMost"):
            return None
        return Line(low.field, "between", low.type, low.values + high.values)

    def _comparison(self, node: syntax.Chain) -> Line:
        if len(node.operands) != 2 or node.operators[0] not in _BY_SIGN:
            raise _NotSimpleError(phrase("The simple editor does not calculate."))
        type_, value = _literal(node.operands[1])
        return Line(self._field(node.operands[0]), _BY_SIGN[node.operators[0]], type_, (value,))

    def _existence(self, node: syntax.Postfix) -> Line:
        operator = {"is null": "doesNotExist", "is not null": "exists"}.get(node.operator)
        if operator is None:
            raise _NotSimpleError(phrase("The simple editor has no “{operator}”.", operator=node.operator))
        return Line(self._field(node.operand), operator)

    def _call(self, node: syntax.Call) -> Item:
        if node.name == "inSegment" and len(node.arguments) == 1:
            return Membership(_text_literal(node.arguments[0]))
        if node.name == "isEmpty" and len(node.arguments) == 1:
            return Line(self._field(node.arguments[0]), "isEmpty")
        if len(node.arguments) != 2:
            raise _no_such_function(node.name)
        return (
            self._in(*node.arguments)
            if node.name == "in"
            else self._call_on_field(node.name, *node.arguments)
        )

    def _call_on_field(self, name: str, field: Node, value: Node) -> Line:
        type_, constant = _literal(value)
        if name in WITHIN and type_ == "integer":
            return Line(self._field(field), name, type_, (constant,))
        if name not in _BY_CALL or type_ != "string":
            raise _no_such_function(name)
        operator, ignore_case = _BY_CALL[name]
        return Line(self._field(field), operator, type_, (constant,), ignore_case)

    def _in(self, value: Node, values: Node) -> Line:
        if isinstance(values, syntax.Field):
            type_, constant = _literal(value)
            return Line(self._field(values), "listContains", type_, (constant,))
        if not isinstance(values, syntax.ListLiteral):
            raise _no_such_function("in")
        literals = [_literal(item) for item in values.items]
        kinds = {type_ for type_, _ in literals}
        if len(kinds) > 1:
            raise _NotSimpleError(phrase("The values of a list are of one type."))
        type_ = kinds.pop() if kinds else "string"
        return Line(self._field(value), "inList", type_, tuple(constant for _, constant in literals))

    def _not_in_segment(self, node: syntax.Prefix) -> Membership:
        inner = self.item(node.operand) if isinstance(node.operand, syntax.Call) else None
        if not isinstance(inner, Membership):
            raise _NotSimpleError(phrase("The simple editor has “not” for segments only."))
        return Membership(inner.segment, member=False)

    def _field(self, node: Node) -> str:
        """A reference without collection functions; those are for advanced mode (Corners)."""
        if not isinstance(node, syntax.Field) or not node.sign:
            raise _NotSimpleError(phrase("A condition begins with a field."))
        if any(step.called for step in node.steps):
            raise _NotSimpleError(phrase("The simple editor does not look into lists and maps."))
        return self.source[node.start : node.end]


def _literal(node: Node) -> tuple[str, Value]:
    """The type and value of a constant that the editor has a widget for."""
    if isinstance(node, syntax.Literal) and node.value is not None:
        names = {str: "string", bool: "boolean", int: "integer", float: "decimal"}
        return names[type(node.value)], node.value
    if isinstance(node, syntax.Prefix) and node.operator == "-":
        type_, value = _literal(node.operand)
        if type_ in ("integer", "decimal") and not isinstance(value, str):
            return type_, -value
    if isinstance(node, syntax.Call) and len(node.arguments) == 1:
        return _time_literal(node.name, _text_literal(node.arguments[0]))
    raise _no_constant()


def _time_literal(name: str, text: str) -> tuple[str, Value]:
    if name == "toDuration":
        return "duration", text
    if name != "date":
        raise _no_constant()
    if len(text) <= len("2021-02-19"):
        return "dateOnly", text
    zoned = text[-1:] in "Zz" or "+" in text or "-" in text[len("2021-02-19") :]
    return "dateTime" if zoned else "dateTimeOnly", text


def _text_literal(node: Node) -> str:
    if isinstance(node, syntax.Literal) and isinstance(node.value, str):
        return node.value
    raise _no_constant()


def _no_constant() -> _NotSimpleError:
    return _NotSimpleError(phrase("A field is compared with a constant only."))


def _no_such_function(name: str) -> _NotSimpleError:
    return _NotSimpleError(phrase("The simple editor has no {name}(…) of this form.", name=name))


def is_simple_field(text: str) -> bool:
    """Whether a text is one field reference that a line can stand on."""
    try:
        node = parse(text)
        return _Reader(text)._field(node) == text
    except (ExpressionError, _NotSimpleError):
        return False
