"""What each operator does for each pair of types (expressions.md, Operators).

``binary`` is asked by the checker, and at run time again for values whose type nobody knew before.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from journeyorch.phrases import phrase, sentence

from . import types
from .durations import to_milliseconds, whole_milliseconds
from .errors import Failure, misfit, out_of_range
from .limits import TEXT_LENGTH
from .patterns import too_long
from .plan import Nulls
from .times import format_time, to_zone
from .types import (
    BOOLEAN,
    DATE_ONLY,
    DATE_TIME,
    DATE_TIME_ONLY,
    DECIMAL,
    DURATION,
    INTEGER,
    NULL,
    STRING,
    ListType,
    Scalar,
    TimeText,
    Type,
)
from .values import in_range, reader, same, shown_type, type_of

_NO_PAIR = sentence("{sign} takes no {left} with {right}. Check the data or convert it.")
_NO_SUCH = sentence("{sign} takes no {type}. Check the data or convert it.")
_NO_LIST = sentence("has null takes a list, no {type}. Check the data.")


@dataclass(frozen=True, slots=True)
class Rule:
    """An operator for known types: what it gives and how."""

    type: Type
    function: Callable[[Any, Any], Any]
    nulls: Nulls = Nulls.GIVE_NULL


def finite(value: float) -> float:
    """The same decimal, or a failure for NaN and infinities, which never leave an expression.

    There is one zero only: -0.0 becomes 0.0, in texts too.
    """
    if math.isfinite(value):
        return value + 0.0
    raise Failure(
        "ERR_EXPR_NOT_FINITE", phrase("The result is too large for a decimal. Use smaller numbers.")
    )


def _integer_quotient(left: int, right: int) -> int:
    if right == 0:
        return 0
    quotient = abs(left) // abs(right)
    return in_range(quotient if (left < 0) == (right < 0) else -quotient)


def _quotient(left: float, right: float) -> float:
    return 0.0 if right == 0 else finite(left / right)


def _integer_remainder(left: int, right: int) -> int:
    rest = abs(left) % abs(right) if right else 0
    return -rest if left < 0 else rest


def _remainder(left: float, right: float) -> float:
    return 0.0 if right == 0 else math.fmod(left, right) + 0.0


_INTEGER_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": lambda left, right: in_range(left + right),
    "-": lambda left, right: in_range(left - right),
    "*": lambda left, right: in_range(left * right),
    "/": _integer_quotient,
    "%": _integer_remainder,
}
_DECIMAL_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: finite(float(left) + right),
    "-": lambda left, right: finite(float(left) - right),
    "*": lambda left, right: finite(left * right),
    "/": _quotient,
    "%": _remainder,
}
_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARISONS = ("==", "!=", *_ORDERINGS)
_WRITTEN_AS_TEXT = (DATE_ONLY, DATE_TIME_ONLY, DATE_TIME, DURATION)
_ORDERED = (DATE_TIME_ONLY, DATE_ONLY, DURATION)
_ORDERABLE = (*_ORDERED, INTEGER, DECIMAL, DATE_TIME, NULL)
_DIRECTLY_EQUAL = (STRING, INTEGER, DECIMAL, BOOLEAN, DATE_ONLY, DATE_TIME_ONLY, DURATION)


def plain_decimal(value: float) -> str:
    """A decimal without an exponent, always with a point, so that the language itself can read it."""
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text if "." in text else f"{text}.0"


def text_of(value: Any) -> str:
    """A scalar as text, as ``toString`` writes it: instants in UTC, durations in milliseconds."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return format_time(value if value.tzinfo is None else value.astimezone(UTC))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(to_milliseconds(value))
    return plain_decimal(value) if isinstance(value, float) else str(value)


def joined(left: Any, right: Any) -> str:
    """Both as text, one after the other."""
    text = text_of(left) + text_of(right)
    if len(text) > TEXT_LENGTH:
        raise too_long()
    return text


def _moved(moment: Any, duration: timedelta) -> Any:
    """A wall clock or a duration moved on directly, an instant by way of UTC (see ``times``)."""
    try:
        if isinstance(moment, timedelta):
            return whole_milliseconds(moment + duration)
        if moment.tzinfo is None:
            return moment + duration
        return to_zone(moment.astimezone(UTC) + duration, moment.tzinfo)
    except OverflowError:
        raise out_of_range(phrase("dates and durations")) from None


def _moved_back(moment: Any, duration: timedelta) -> Any:
    return _moved(moment, -duration)


def _distance(left: datetime, right: datetime) -> timedelta:
    return whole_milliseconds(left.astimezone(UTC) - right.astimezone(UTC))


def read_as(sign: str, left: Type, right: Type) -> tuple[Type, Type]:
    """What the operands are taken for: times, where one of them is a text that may be one."""
    right_as = _read_beside(sign, right, left)
    left_as = _read_beside(sign, left, right_as)
    return left_as, _read_beside(sign, right, left_as)


def _read_beside(sign: str, type_: Type, beside: Type) -> Type:
    """The type that an operand is taken for, beside one of another type.

    Where the JSON form of a time or duration is a text, a value of unknown type is read as that type, and a
    text of a sample as the time that it shows; beside other texts, and without a reason, it stays a text.
    """
    if type_ is types.ANY:
        return beside if sign in _COMPARISONS and beside in _WRITTEN_AS_TEXT else type_
    if isinstance(type_, TimeText):
        return type_.time if _asks_for_time(sign, type_.time, beside) else STRING
    if isinstance(type_, ListType) and isinstance(beside, ListType):
        return ListType(_read_beside(sign, type_.item, beside.item))
    return type_


def _asks_for_time(sign: str, time: Scalar, beside: Type) -> bool:
    if sign in _ORDERINGS or sign == "-":
        return beside is not STRING
    if sign == "+":
        return beside is DURATION
    return beside is time or beside == TimeText(time)


def binary(sign: str, left: Type, right: Type) -> Rule | None:
    """The rule for an operator between two types, None when it takes no such operands."""
    if sign in ("==", "!="):
        return _equality(sign, left, right)
    if types.ANY in (left, right) and not (sign == "+" and STRING in (left, right)):
        return _found_out_later(sign)
    if sign in _ORDERINGS:
        return _ordering(sign, left, right)
    if NULL in (left, right):
        return _with_null(sign, left, right)
    if types.is_number(left) and types.is_number(right):
        return _arithmetic(sign, left, right)
    return _text_or_time(sign, left, right)


def _equality(sign: str, left: Type, right: Type) -> Rule | None:
    if types.join(left, right) is None:
        return None
    direct = (left in _DIRECTLY_EQUAL and right in _DIRECTLY_EQUAL) or NULL in (left, right)
    if sign == "==":
        return Rule(BOOLEAN, operator.eq if direct else same, Nulls.PASS)
    return Rule(BOOLEAN, operator.ne if direct else _differ, Nulls.PASS)


def _differ(left: Any, right: Any) -> bool:
    return not same(left, right)


def _ordering(sign: str, left: Type, right: Type) -> Rule | None:
    compare = _ORDERINGS[sign]
    numbers = types.is_number(left) and types.is_number(right)
    with_null = NULL in (left, right) and all(type_ in _ORDERABLE for type_ in (left, right))
    if numbers or with_null or (left is right and left in _ORDERED):
        return Rule(BOOLEAN, compare, Nulls.GIVE_FALSE)
    if left is DATE_TIME and right is DATE_TIME:
        return Rule(BOOLEAN, _by_instant(compare), Nulls.GIVE_FALSE)
    return None


def _by_instant(compare: Callable[[Any, Any], bool]) -> Callable[[datetime, datetime], bool]:
    def by_instant(left: datetime, right: datetime) -> bool:
        # Two values of one zone are compared by their wall clocks, which repeat when clocks go back.
        if left.tzinfo is right.tzinfo and left.tzinfo is not UTC:
            return compare(left.astimezone(UTC), right.astimezone(UTC))
        return compare(left, right)

    return by_instant


def _arithmetic(sign: str, left: Type, right: Type) -> Rule | None:
    if left is INTEGER and right is INTEGER:
        return Rule(INTEGER, _INTEGER_ARITHMETIC[sign])
    if sign == "*" and left is not right:
        return None
    return Rule(DECIMAL, _DECIMAL_ARITHMETIC[sign])


def _with_null(sign: str, left: Type, right: Type) -> Rule | None:
    """Null on a side: the result is null, of the type that the other side suggests."""
    other = right if left is NULL else left
    allowed = types.is_number(other) or other is NULL
    if sign in "+-":
        allowed = (
            allowed or other in (DATE_TIME, DATE_TIME_ONLY, DURATION) or (sign == "+" and other is STRING)
        )
    return Rule(other, _null) if allowed else None


def _null(left: Any, right: Any) -> None:
    return None


def _text_or_time(sign: str, left: Type, right: Type) -> Rule | None:
    textual = (*types.SCALARS, types.ANY)
    if sign == "+" and STRING in (left, right) and left in textual and right in textual:
        return Rule(STRING, joined_open if types.ANY in (left, right) else joined)
    if sign in "+-" and right is DURATION and left in (DATE_TIME, DATE_TIME_ONLY, DURATION):
        return Rule(left, _moved if sign == "+" else _moved_back)
    if sign == "-" and left is DATE_TIME and right is DATE_TIME:
        return Rule(DURATION, _distance)
    return None


def _found_out_later(sign: str) -> Rule:
    """For data without a declared type: choose the rule when the values are there."""

    def apply(left: Any, right: Any) -> Any:
        shown = shown_type(left), shown_type(right)
        left_as, right_as = read_as(sign, *shown)
        rule = None if types.ANY in (left_as, right_as) else binary(sign, left_as, right_as)
        if rule is None:
            raise misfit(_NO_PAIR(sign=sign, left=shown[0], right=shown[1]))
        return rule.function(_taken_as(left_as, left), _taken_as(right_as, right))

    ordering = sign in _ORDERINGS
    type_ = BOOLEAN if ordering else types.ANY
    return Rule(type_, apply, Nulls.GIVE_FALSE if ordering else Nulls.GIVE_NULL)


def _taken_as(type_: Type, value: Any) -> Any:
    return reader(type_)(value) if isinstance(value, str) else value


def negative(value: Any) -> Any:
    """Unary minus on a number."""
    if type(value) is int:
        return in_range(-value)
    if type(value) is float:
        return -value + 0.0
    raise misfit(_NO_SUCH(sign="-", type=type_of(value)))


def joined_open(left: Any, right: Any) -> str:
    """``+`` with a text and a value of unknown type, which has to be a scalar."""
    for value in (left, right):
        if isinstance(value, (list, dict)):
            raise misfit(_NO_SUCH(sign="+", type=type_of(value)))
    return joined(left, right)


def is_null(value: Any) -> bool:
    return value is None


def is_not_null(value: Any) -> bool:
    return value is not None


def is_null_or_empty(value: Any) -> bool:
    return not value


def is_not_null_or_empty(value: Any) -> bool:
    return bool(value)


def has_null(value: Any) -> bool:
    """At least one element of a list is null; a null list has none."""
    if value is not None and not isinstance(value, list):
        raise misfit(_NO_LIST(type=type_of(value)))
    return value is not None and None in value


def _has_type(*classes: type) -> Callable[[Any], bool]:
    return lambda value: type(value) in classes


KINDS: dict[str, Callable[[Any], bool]] = {
    "is numeric": _has_type(int, float),
    "is integer": _has_type(int),
    "is decimal": _has_type(float),
}
