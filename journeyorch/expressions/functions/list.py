"""Lists made from lists (expressions.md, Functions). Order is kept unless the function is about order."""

from __future__ import annotations

from typing import Any

from ..limits import TEXT_LENGTH
from ..operators import text_of
from ..patterns import too_long
from ..registry import function
from ..values import identity
from .parameters import Key, Scalar, T


@function(examples={"distinct([3, 1, 3, null])": [3, 1]})
def distinct(values: list[T | None]) -> list[T | None]:
    """The different values, each at its first place, without null; objects also by one of their fields."""
    return _first_of_each(values, keep_null=False)


@function(name="distinct", examples={})
def distinct_by_key(values: list[dict[str, Any] | None], key: Key) -> list[dict[str, Any] | None]:
    """The first object for each value of a field."""
    return _first_of_each_by(values, key)


@function(examples={"distinctWithNull([3, null, 3, null])": [3, None]})
def distinct_with_null(values: list[T | None]) -> list[T | None]:
    """The different values, each at its first place, null among them; objects also by one of their fields."""
    return _first_of_each(values, keep_null=True)


@function(name="distinctWithNull", examples={})
def distinct_by_key_with_null(values: list[dict[str, Any] | None], key: Key) -> list[dict[str, Any] | None]:
    """The first object for each value of a field, and the first null."""
    return _first_of_each_by(values, key, keep_null=True)


def _first_of_each(values: list[Any], *, keep_null: bool) -> list[Any]:
    first: dict[Any, Any] = {}
    for value in values:
        if keep_null or value is not None:
            first.setdefault(identity(value), value)
    return list(first.values())


def _first_of_each_by(values: list[Any], key: Any, *, keep_null: bool = False) -> list[Any]:
    """Objects by a field of theirs. An object without the field is as null."""
    first: dict[Any, Any] = {}
    for value in values:
        known_by = None if value is None else key(value)
        if keep_null or known_by is not None:
            first.setdefault(identity(known_by), value)
    return list(first.values())


@function(name="filter", examples={})
def filter_(
    values: list[dict[str, Any] | None], key: Key, wanted: list[T | None]
) -> list[dict[str, Any] | None]:
    """The objects of a list whose field is among the values."""
    kept = {identity(value) for value in wanted}
    return [value for value in values if value is not None and identity(key(value)) in kept]


@function(examples={'getListItem(["a", "b"], 1)': "b", 'getListItem(["a"], 5)': None})
def get_list_item(values: list[T | None], index: int) -> T | None:
    """The element at a place, counted from 0; null outside the list."""
    return values[index] if 0 <= index < len(values) else None


@function(name="in", examples={'in("b", ["a", "b"])': True, "in(3, [1, 2])": False})
def in_(value: T, values: list[T | None] | None) -> bool:
    """Whether the value stands in the list; false for a null list."""
    wanted = identity(value)
    return any(identity(item) == wanted for item in values or [])


@function(examples={"intersect([1, 2, 2, 3], [2, 3, 4])": [2, 3]})
def intersect(first: list[T | None] | None, second: list[T | None] | None) -> list[T | None]:
    """The values of the first list that stand in the second, without repeats; empty when a list is null."""
    shared = {identity(value) for value in second or []}
    return [value for value in _first_of_each(first or [], keep_null=False) if identity(value) in shared]


@function(examples={"limit([1, 2, 3], 2)": [1, 2], "limit([1, 2, 3], 2, false)": [2, 3]})
def limit(values: list[T | None], count: int, from_start: bool = True) -> list[T | None]:
    """The first n elements, or the last n with false."""
    count = max(0, count)
    return values[:count] if from_start else values[max(0, len(values) - count) :]


@function(examples={'listSize(["a", null])': 2})
def list_size(values: list[Any] | None) -> int:
    """How many elements there are, nulls included; 0 for a null list."""
    return len(values or [])


@function(
    examples={
        'serializeList(["a", "b"], ", ", true)': '"a", "b"',
        'serializeList([1, 2], ";", false)': "1;2",
    }
)
def serialize_list(values: list[Scalar | None], separator: str, quotes: bool) -> str:
    """The elements as one text, nulls left out; with true each stands in double quotes."""
    texts = [text_of(value) for value in values if value is not None]
    # Measured before it is made: a long separator times a long list is more than memory.
    if sum(map(len, texts)) + len(separator) * len(texts) > TEXT_LENGTH:
        raise too_long()
    return separator.join(f'"{text}"' if quotes else text for text in texts)


@function(examples={"sort([3, null, 1], true)": [1, 3, None], 'sort(["a", "b"], false)': ["b", "a"]})
def sort(values: list[Scalar | None], ascending: bool) -> list[Scalar | None]:
    """The elements in order, nulls last; objects by one of their fields."""
    return _sorted(values, lambda value: value, ascending=ascending)


@function(name="sort", examples={})
def sort_by_key(
    values: list[dict[str, Any] | None], key: Key, ascending: bool
) -> list[dict[str, Any] | None]:
    """The objects in order of a field of theirs."""
    return _sorted(values, lambda value: None if value is None else key(value), ascending=ascending)


def _sorted(values: list[Any], key: Any, *, ascending: bool) -> list[Any]:
    keyed = [(key(value), value) for value in values]
    present = [pair for pair in keyed if pair[0] is not None]
    present.sort(key=lambda pair: identity(pair[0]), reverse=not ascending)
    return [value for _, value in present] + [value for known_by, value in keyed if known_by is None]
