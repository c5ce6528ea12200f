"""PostgreSQL's arrays in their binary form, one per column of a bulk statement.

psycopg can do this for any list; knowing the type beforehand costs a third of the time, which a wave spends
on thousands of values, and the parameters of a statement have the same types whatever the values are.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import DataError
from psycopg import pq
from psycopg.adapt import Buffer, Dumper

_EPOCH, _DAY = datetime(2000, 1, 1, tzinfo=UTC), date(2000, 1, 1)
# Dimensions, whether NULLs may occur (PostgreSQL looks itself), type of the elements; length, first index.
_HEAD = struct.Struct(">iiIii")
_NULL = struct.pack(">i", -1)
_UUID_LENGTH = struct.pack(">i", 16)


class Encoded(bytes):
    """An array ready to be sent; its type is that of the cast in the statement."""


class EncodedDumper(Dumper):
    """Sends it as it is."""

    format = pq.Format.BINARY

    def dump(self, obj: Any) -> Buffer | None:
        return bytes(obj)


def encoded(pg_type: str, values: Sequence[Any]) -> Encoded | list[Any]:
    """The values as an array of ``pg_type``; as a plain list if psycopg has to find out how.

    ``DataError`` for a number out of range, a value of another type, or a time without a zone.
    """
    known = _TYPES.get(pg_type)
    if known is None:
        return list(values)
    oid, pack = known
    try:
        body = b"".join(_each(pack, values) if pg_type in _UNLIKE else _each_once(pack, values))
    except (struct.error, TypeError, AttributeError, UnicodeEncodeError) as error:
        raise DataError(f"A value cannot be stored as {pg_type}.") from error
    return Encoded(_HEAD.pack(1, 1, oid, len(values), 1) + body)


# Makes the elements of values, none of which is NULL.
_Pack = Callable[[Iterable[Any]], Iterable[bytes]]


def _each(pack: _Pack, values: Sequence[Any]) -> Iterable[bytes]:
    there = [value for value in values if value is not None]
    packed = iter(pack(there))
    return packed if len(there) == len(values) else (_NULL if one is None else next(packed) for one in values)


def _each_once(pack: _Pack, values: Sequence[Any]) -> Iterable[bytes]:
    """Each value is packed once: in a wave most columns repeat their values."""
    different = set(values)
    if 2 * len(different) > len(values):
        return _each(pack, values)
    different.discard(None)
    packed = dict(zip(different, pack(different), strict=True))
    packed[None] = _NULL
    return map(packed.__getitem__, values)


def _fixed(code: str, plain: Callable[[Any], Any] | None = None) -> _Pack:
    """Elements of one length: ``plain`` makes the number that ``code`` (of ``struct``) packs."""
    pack, size = struct.Struct(">i" + code).pack, struct.calcsize(">" + code)
    if plain is None:
        return lambda values: [pack(size, value) for value in values]
    return lambda values: [pack(size, value) for value in map(plain, values)]


def _sized(plain: Callable[[Any], bytes]) -> _Pack:
    """Elements as long as they are."""
    length = struct.Struct(">i").pack
    return lambda values: [length(len(data)) + data for data in map(plain, values)]


def _microseconds(at: datetime) -> int:
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _days(day: date) -> int:
    return (day - _DAY).days


def _uuids(values: Iterable[UUID]) -> Iterable[bytes]:
    return [_UUID_LENGTH + value.int.to_bytes(16, "big") for value in values]


def _json(text: str) -> bytes:
    return b"\x01" + text.encode()  # the version of jsonb's binary form


# By name: the type's number in PostgreSQL's catalogue, and how its values are written.
_TYPES: dict[str, tuple[int, _Pack]] = {
    "bigint": (20, _fixed("q")),
    "integer": (23, _fixed("i")),
    "smallint": (21, _fixed("h")),
    "boolean": (16, _fixed("?")),
    "float8": (701, _fixed("d")),
    "timestamptz": (1184, _fixed("q", _microseconds)),
    "date": (1082, _fixed("i", _days)),
    "uuid": (2950, _uuids),
    "text": (25, _sized(str.encode)),
    "jsonb": (3802, _sized(_json)),
}
# To a set 0.0 and -0.0 are the same, and hashing a UUID costs more than packing it.
_UNLIKE = ("uuid", "float8")
