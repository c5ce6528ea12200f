"""Values as Django stores them in SQLite, and back: what bulk SQL writes there, the ORM reads."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db import DataError


def as_is(value: Any) -> Any:
    return value


def _stored_text(value: str) -> str:
    # SQLite would keep it; PostgreSQL cannot, and the same data must be good on both.
    if "\x00" in value:
        raise DataError("Text with a NUL character cannot be stored.")
    return value


@lru_cache(maxsize=4096)  # a wave stores the same few moments thousands of times
def stored_time(value: datetime) -> str:
    # Without a zone PostgreSQL would take the session's: no meaning may depend on a setting of the server.
    if value.tzinfo is None:
        raise DataError("A time without a time zone cannot be stored.")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def load(loader: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if loader is None or value is None else loader(value)


STORERS: dict[str, Callable[[Any], Any]] = {
    "text": _stored_text,
    "jsonb": _stored_text,
    "timestamptz": stored_time,
    "date": date.isoformat,
    "uuid": lambda value: value.hex,
}
LOADERS: dict[str, Callable[[Any], Any]] = {
    "timestamptz": lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC),
    "date": date.fromisoformat,
    "uuid": lambda text: uuid.UUID(hex=text),
    "boolean": bool,
}
