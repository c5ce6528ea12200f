"""One value out of a list, nulls left out unless the name says otherwise (expressions.md, Functions)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from journeyorch.phrases import phrase

from ..durations import whole_milliseconds
from ..errors import out_of_range
from ..operators import finite
from ..registry import function
from ..values import identity, in_range
from .parameters import Number, Ordered, T


def _present(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def _exact_sum(values: list[Any]) -> Decimal:
    # As decimals, by their shortest texts: 10.5 and 8.1 make 18.6, not 18.599999999999998.
    return sum((Decimal(repr(value)) for value in values), Decimal(0))


@function(examples={"avg([1, 2, null, 6])": 3.0, "avg([])": None})
def avg(values: list[float | None]) -> float | None:
    """The mean of the numbers, as a decimal; null of an empty list."""
    numbers = _present(values)
    return finite(float(_exact_sum(numbers) / len(numbers))) if numbers else None


@function(name="avg", examples={"avg(1, 2)": 1.5})
def avg_of_two(first: float, second: float) -> float | None:
    """The mean of two numbers."""
    return avg([first, second])


@function(examples={'count(["a", null, "b"])': 2})
def count(values: list[Any] | None) -> int:
    """How many elements are not null."""
    return len(_present(values or []))


@function(examples={'countOnlyNull(["a", null, "b"])': 1})
def count_only_null(values: list[Any] | None) -> int:
    """How many elements are null."""
    return sum(value is None for value in values or [])


@function(examples={'countWithNull(["a", null, "b"])': 3})
def count_with_null(values: list[Any] | None) -> int:
    """How many elements there are, nulls included."""
    return len(values or [])


@function(examples={"distinctCount([1, 2, 1, null])": 2})
def distinct_count(values: list[T | None] | None) -> int:
    """How many different values there are, null not counted."""
    return len({identity(value) for value in _present(values or [])})


@function(examples={"distinctCountWithNull([1, 2, 1, null, null])": 3})
def distinct_count_with_null(values: list[T | None] | None) -> int:
    """How many different values there are; null counts as one."""
    return len({identity(value) for value in values or []})


@function(examples={"max([1, null, 7])": 7, "max([1, 2.5])": 2.5})
def max_(values: list[Ordered | None]) -> Ordered | None:
    """The largest value, null of an empty list."""
    return max(_present(values), key=identity, default=None)


@function(name="max", examples={"max(3, 7)": 7, 'max(toDuration("PT1H"), toDuration("PT90M"))': "PT1H30M"})
def max_of_two(first: Ordered, second: Ordered) -> Ordered:
    """The larger of two values."""
    return max(first, second, key=identity)


@function(examples={"min([4, null, 2])": 2, 'min([date("2024-03-01"), date("2024-02-01")])': "2024-02-01"})
def min_(values: list[Ordered | None]) -> Ordered | None:
    """The smallest value, null of an empty list."""
    return min(_present(values), key=identity, default=None)


@function(name="min", examples={"min(3, 7.5)": 3.0})
def min_of_two(first: Ordered, second: Ordered) -> Ordered:
    """The smaller of two values."""
    return min(first, second, key=identity)


@function(examples={"sum([10.5, null, 8.1])": 18.6, "sum([1, 2])": 3})
def sum_(values: list[int | None]) -> int:
    """The sum: integer when all are integers, else decimal without binary noise."""
    return in_range(sum(_present(values)))


@function(name="sum", examples={})
def sum_decimals(values: list[float | None]) -> float:
    """The sum of decimals."""
    return finite(float(_exact_sum(_present(values))))


@function(name="sum", examples={'sum([toDuration("PT1H"), toDuration("PT30M")])': "PT1H30M"})
def sum_durations(values: list[timedelta | None]) -> timedelta:
    """The sum of durations."""
    try:
        return whole_milliseconds(sum(_present(values), timedelta(0)))
    except OverflowError:
        raise out_of_range(phrase("durations")) from None


@function(name="sum", examples={"sum(1, 2)": 3, "sum(0.1, 0.2)": 0.3})
def sum_of_two(first: Number, second: Number) -> Number:
    """The sum of two numbers."""
    if isinstance(first, int) and isinstance(second, int):
        return in_range(first + second)
    return sum_decimals([first, second])
