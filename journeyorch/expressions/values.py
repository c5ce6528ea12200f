"""Values at run time: from JSON by type, back to JSON, and as keys to compare by."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from journeyorch.phrases import phrase, sentence

from . import types
from .durations import format_duration, parse_duration, whole_milliseconds
from .errors import Failure, misfit, out_of_range
from .limits import DATA_DEPTH, INTEGER_MAX, INTEGER_MIN
from .times import checked, format_time, in_utc, parse_any, parse_date, parse_time
from .types import ListType, MapType, ObjectType, TimeText, Type

Reader = Callable[[Any], Any]

_EXPECTED = sentence("Expected {expected} in the data, found {found}. Check what was sent.")
_TOO_DEEP = sentence("The data is nested deeper than {levels} levels. Compare a field inside it instead.")


def type_of(value: Any) -> Type:
    """The type of a run-time value; lists take the type of their elements, ``listAny`` when mixed."""
    found = _TYPES.get(type(value))
    if found is not None:
        return found
    if isinstance(value, list):
        return ListType(types.join_all(map(_item_type, value)) or types.ANY)
    if isinstance(value, datetime):
        return types.DATE_TIME_ONLY if value.tzinfo is None else types.DATE_TIME
    return ObjectType() if isinstance(value, dict) else types.ANY


def _item_type(item: Any) -> Type:
    # Lists of lists are no type of the language, and hostile ones are deep: never look into them.
    return types.ANY if isinstance(item, list) else type_of(item)


_TYPES: dict[type, Type] = {
    str: types.STRING,
    bool: types.BOOLEAN,
    int: types.INTEGER,
    float: types.DECIMAL,
    type(None): types.NULL,
    date: types.DATE_ONLY,
    timedelta: types.DURATION,
}


def shown_type(value: Any) -> Type:
    """The type of a value that nobody has declared: a text that reads as a time may be that time."""
    if not isinstance(value, str):
        return type_of(value)
    try:
        time = type_of(parse_any(value))
    except Failure:
        return types.STRING
    return TimeText(time) if isinstance(time, types.Scalar) else types.STRING


def _wrong(value: Any, type_: Type) -> Failure:
    # Only the kind of the value is named: values are people's data and messages are logged.
    return misfit(_EXPECTED(expected=type_.name, found=type_of(value).name))


def in_range(value: int) -> int:
    """The same integer, or an overflow failure outside 64 bits."""
    if INTEGER_MIN <= value <= INTEGER_MAX:
        return value
    raise out_of_range(phrase("64-bit integers"))


def _read_string(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise _wrong(value, types.STRING)


def _read_boolean(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise _wrong(value, types.BOOLEAN)


def _read_integer(value: Any) -> int:
    if type(value) is int and INTEGER_MIN <= value <= INTEGER_MAX:
        return value
    if type(value) is int or (type(value) is float and value.is_integer()):
        return in_range(int(value))  # JSON does not tell 3 from 3.0
    raise _wrong(value, types.INTEGER)


def _read_decimal(value: Any) -> float:
    if type(value) is float and math.isfinite(value):
        return value + 0.0  # -0.0 reads as 0.0
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise out_of_range("decimals") from None
    raise _wrong(value, types.DECIMAL)


def _read_date(value: Any) -> date:
    if type(value) is str:
        return parse_date(value)
    if type(value) is date:
        return value
    raise _wrong(value, types.DATE_ONLY)


def _read_wall_time(value: Any) -> datetime:
    parsed = parse_time(value) if type(value) is str else value
    if isinstance(parsed, datetime) and parsed.tzinfo is None:
        return parsed
    raise _wrong(value, types.DATE_TIME_ONLY)


def _read_instant(value: Any) -> datetime:
    if type(value) is str:
        parsed = parse_time(value)
        return in_utc(parsed) if parsed.tzinfo is None else parsed
    if isinstance(value, datetime) and value.tzinfo is not None:
        return checked(value)
    raise _wrong(value, types.DATE_TIME)


def _read_duration(value: Any) -> timedelta:
    if type(value) is str:
        return parse_duration(value)
    if type(value) is timedelta:
        return whole_milliseconds(value)
    raise _wrong(value, types.DURATION)


def _read_any(value: Any) -> Any:
    """Scalars of an unknown type still have to be values of the language."""
    if type(value) is int:
        return in_range(value)
    if type(value) is float and not math.isfinite(value):
        raise misfit(phrase("Expected a finite number in the data. Check what was sent."))
    if isinstance(value, list):
        return [_read_any(item) for item in value] if not _holds_objects(value) else value
    return value


def _holds_objects(items: list[Any]) -> bool:
    return any(isinstance(item, (dict, list)) for item in items)


_READERS: dict[Type, Reader] = {
    types.STRING: _read_string,
    types.BOOLEAN: _read_boolean,
    types.INTEGER: _read_integer,
    types.DECIMAL: _read_decimal,
    types.DATE_ONLY: _read_date,
    types.DATE_TIME_ONLY: _read_wall_time,
    types.DATE_TIME: _read_instant,
    types.DURATION: _read_duration,
    types.ANY: _read_any,
}
# A value of exactly this class needs no reading at all. Integers are not here: their range is checked.
PLAIN: dict[Type, type] = {types.STRING: str, types.BOOLEAN: bool}


def reader(type_: Type) -> Reader:
    """How to turn a raw JSON value (never None) into a value of the type; it raises ``Failure``."""
    if isinstance(type_, ListType):
        return _list_reader(type_)
    if isinstance(type_, (ObjectType, MapType)):
        return _object_reader(type_)
    return _READERS.get(types.settled(type_), _read_any)


def _list_reader(type_: ListType) -> Reader:
    read_item = reader(type_.item)

    def read_list(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong(value, type_)
        return [None if item is None else read_item(item) for item in value]

    return read_list


def _object_reader(type_: Type) -> Reader:
    def read_object(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong(value, type_)
        return value

    return read_object


def to_json(value: Any) -> Any:
    """The JSON form of a result: dates, times and durations as ISO texts; a dateTime keeps its offset."""
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, list):
        # Objects and lists inside a list are data as it came in: JSON already.
        return [item if isinstance(item, (dict, list)) else to_json(item) for item in value]
    return value


def identity(value: Any, depth: int = 0) -> Any:
    """A hashable key, the same for equal values: instants whatever their offsets, objects by content."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, (list, dict)):
        return _deep_identity(value, depth)
    if isinstance(value, bool):
        return (bool, value)  # true is not 1
    return value


def _deep_identity(value: list[Any] | dict[str, Any], depth: int) -> Any:
    if depth > DATA_DEPTH:
        raise misfit(_TOO_DEEP(levels=DATA_DEPTH))
    if isinstance(value, list):
        return tuple(identity(item, depth + 1) for item in value)
    return frozenset((key, identity(item, depth + 1)) for key, item in value.items())


def same(left: Any, right: Any) -> bool:
    return bool(identity(left) == identity(right))
