"""Making an answer fit the fields of its group. Pure.

An expression that passed the checker may meet null or missing data, "but never a type surprise that the
checker could have seen" (expressions.md). So a value of the wrong type is left out, which makes it null, and
its path is named; a field that the group does not have is left out in silence. Only an answer that is no JSON
object at all is a failed fetch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from journeyorch.expressions.errors import Failure
from journeyorch.expressions.limits import DATA_DEPTH, INTEGER_MAX, INTEGER_MIN
from journeyorch.expressions.times import parse_date, parse_time

_MAX_NAMED = 20


class Conformed(NamedTuple):
    """The fields that fit, and where values of a wrong type were left out (at most 20 paths)."""

    data: dict[str, Any]
    misfits: list[str]


class _Misfit(Exception):
    pass


def conform(answer: Mapping[str, Any], schema: Mapping[str, Any]) -> Conformed:
    """What of an answer may be referred to, by the schema of its field group."""
    misfits: list[str] = []
    data = _object(answer, schema, "", misfits)
    return Conformed(data, misfits[:_MAX_NAMED])


def _object(
    value: Mapping[str, Any], schema: Mapping[str, Any], path: str, misfits: list[str]
) -> dict[str, Any]:
    fitting = {}
    for name, inner in schema.get("properties", {}).items():
        if value.get(name) is None:
            continue
        inner_path = f"{path}.{name}" if path else name
        try:
            fitting[name] = _fit(value[name], inner, inner_path, misfits)
        except _Misfit:
            misfits.append(inner_path)
    return fitting


def _fit(value: Any, schema: Mapping[str, Any], path: str, misfits: list[str]) -> Any:
    kind = schema.get("type")
    if kind == "object":
        return _object(_checked(value, dict), schema, path, misfits)
    if kind == "array":
        return _list(_checked(value, list), schema.get("items", {}), path, misfits)
    read = _LEAVES.get(str(kind), _any)
    return read(value, schema.get("format", ""))


def _list(values: list[Any], schema: Mapping[str, Any], path: str, misfits: list[str]) -> list[Any]:
    """The list with its length kept: an element that does not fit becomes null."""
    fitting = []
    for position, value in enumerate(values):
        inner_path = f"{path}[{position}]"
        try:
            fitting.append(None if value is None else _fit(value, schema, inner_path, misfits))
        except _Misfit:
            misfits.append(inner_path)
            fitting.append(None)
    return fitting


def _checked(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise _Misfit
    return value


def _integer(value: Any, _: str) -> int:
    # JSON does not tell 3 from 3.0.
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is int and INTEGER_MIN <= value <= INTEGER_MAX:
        return value
    raise _Misfit


def _number(value: Any, _: str) -> float | int:
    if type(value) in (int, float) and math.isfinite(value):
        return value
    raise _Misfit


def _boolean(value: Any, _: str) -> bool:
    return _checked(value, bool)


def _text(value: Any, format_: str) -> str:
    # A NUL character cannot be stored by PostgreSQL.
    if type(value) is not str or "\x00" in value:
        raise _Misfit
    if format_ in _TIMES:
        _check_time(value, format_)
    return value


_TIMES: dict[str, Callable[[str], Any]] = {
    "date": parse_date,
    "date-time": parse_time,
    "local-date-time": parse_time,
}


def _check_time(text: str, format_: str) -> None:
    try:
        parsed = _TIMES[format_](text)
    except Failure:
        raise _Misfit from None
    # A wall clock is read as UTC where an instant is expected; an instant is no wall clock.
    if format_ == "local-date-time" and parsed.tzinfo is not None:
        raise _Misfit


def _any(value: Any, _: str, depth: int = 0) -> Any:
    """A value of a type that only the data knows."""
    if depth > DATA_DEPTH:
        raise _Misfit
    if isinstance(value, dict):
        return {name: _any(item, "", depth + 1) for name, item in value.items() if "\x00" not in name}
    if isinstance(value, list):
        return [_any(item, "", depth + 1) for item in value]
    if isinstance(value, str) and "\x00" in value:
        raise _Misfit
    return value


_LEAVES: dict[str, Callable[[Any, str], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "string": _text,
}
