"""PostgreSQL's arrays in their binary form, one per column of a bulk statement (bulk.py).

psycopg can do this for any list; knowing the type beforehand costs a third of the time, which a wave spends
on thousands of values, and the parameters of a statement have the same types whatever the values are.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import DataError
from psycopg import pq
from psycopg.adapt import Buffer, Dumper

_EPOCH, _DAY = datetime(2000, 1, 1, tzinfo=UTC), date(2000, 1, 1)
_HEAD = struct.Struct(">iiIii")  # dimensions, whether NULLs occur, type of the elements; length, first index
_NULL = struct.pack(">i", -1)


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
        # Hashing these costs more than packing them, and to a dictionary 0.0 and -0.0 are the same.
        made = (
            _each(pack, values) if pg_type in ("uuid", "float8") else map(_Packed(pack).__getitem__, values)
        )
        body = b"".join(made)
    except (struct.error, TypeError, AttributeError, UnicodeEncodeError) as error:
        raise DataError(f"A value cannot be stored as {pg_type}.") from error
    return Encoded(_HEAD.pack(1, None in values, oid, len(values), 1) + body)


def _each(pack: Callable[[Any], bytes], values: Sequence[Any]) -> Iterator[bytes]:
    return (_NULL if value is None else pack(value) for value in values)


class _Packed(dict[Any, bytes]):
    """Values in their binary form, made once each: in a wave nearly every column repeats its values."""

    __slots__ = ("_pack",)

    def __init__(self, pack: Callable[[Any], bytes]) -> None:
        super().__init__({None: _NULL})
        self._pack = pack

    def __missing__(self, value: Any) -> bytes:
        packed = self[value] = self._pack(value)
        return packed


def _fixed(code: str, plain: Callable[[Any], Any] | None = None) -> Callable[[Any], bytes]:
    """Elements of one length: ``plain`` makes the number that ``code`` (of ``struct``) packs."""
    layout = struct.Struct(">i" + code)
    pack, size = layout.pack, struct.calcsize(">" + code)
    if plain is None:
        return lambda value: pack(size, value)
    return lambda value: pack(size, plain(value))


def _sized(plain: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Elements as long as they are."""
    length = struct.Struct(">i").pack

    def pack(value: Any) -> bytes:
        data = plain(value)
        return length(len(data)) + data

    return pack


def _microseconds(at: datetime) -> int:
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _days(day: date) -> int:
    return (day - _DAY).days


def _uuid(value: UUID) -> bytes:
    return value.bytes


def _json(text: str) -> bytes:
    return b"\x01" + text.encode()  # the version of jsonb's binary form


# By name: the type's number in PostgreSQL's catalogue, and how its values are written.
_TYPES: dict[str, tuple[int, Callable[[Any], bytes]]] = {
    "bigint": (20, _fixed("q")),
    "integer": (23, _fixed("i")),
    "smallint": (21, _fixed("h")),
    "boolean": (16, _fixed("?")),
    "float8": (701, _fixed("d")),
    "timestamptz": (1184, _fixed("q", _microseconds)),
    "date": (1082, _fixed("i", _days)),
    "uuid": (2950, _fixed("16s", _uuid)),
    "text": (25, _sized(str.encode)),
    "jsonb": (3802, _sized(_json)),
}
