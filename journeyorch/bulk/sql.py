"""The texts of bulk statements: the same one for any number of rows, so that it is planned once.

Names of tables and columns, and SQL fragments, are code: never make them from what a user typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.db import connection


class Column(NamedTuple):
    """A column: its name, its PostgreSQL type, and for updates and upserts what to set it to.

    ``expression`` is SQL, such as ``t.taken + v.taken``; empty: the value itself.
    """

    name: str
    type: str
    expression: str = ""


# --- PostgreSQL: arrays, one for each column ------------------------------------------------------


@lru_cache(maxsize=512)
def insert_arrays(table: str, columns: tuple[Column, ...], on_conflict: str) -> str:
    """Insert the rows at hand, in their order."""
    conflict = f" ON CONFLICT {_fragment(on_conflict)}" if on_conflict else ""
    return f'INSERT INTO "{table}" AS t ({_names(columns)}) SELECT {", ".join(_spread(columns))}{conflict}'


@lru_cache(maxsize=512)
def update_arrays(
    table: str,
    key: tuple[Column, ...],
    columns: tuple[Column, ...],
    where: str,
    in_order: bool,
    then: str,
) -> str:
    """Update by the rows at hand, ``v``; with ``in_order`` all are locked in that of their keys first."""
    source = _given(key, columns)
    wanted = " AND ".join([_match(key, "key_"), *_and(where)])
    if in_order:
        order = ", ".join(f't."{column.name}"' for column in key)
        source = (
            f'(SELECT v.* FROM {source} JOIN "{table}" AS t ON {wanted}'
            f" ORDER BY {order} FOR NO KEY UPDATE OF t) AS v"
        )
    returning = f" RETURNING {_fragment(then)}" if then else ""
    return f'UPDATE "{table}" AS t SET {_assignments(columns)} FROM {source} WHERE {wanted}{returning}'


@lru_cache(maxsize=512)
def delete_arrays(table: str, key: Column) -> str:
    """Delete the rows that have one of the values."""
    return f'DELETE FROM "{table}" AS t USING {_given([key], [])} WHERE {_match([key], "key_")}'


@lru_cache(maxsize=512)
def together(statements: tuple[str, ...]) -> str:
    """One statement that runs them all and returns how many rows each has written."""
    parts = ", ".join(f"w{n} AS ({sql} RETURNING 1)" for n, sql in enumerate(statements))
    counts = ", ".join(f"(SELECT count(*) FROM w{n})" for n in range(len(statements)))
    return f"WITH {parts} SELECT {counts}"


@lru_cache(maxsize=512)
def lookup_arrays(
    table: str,
    key: tuple[Column, ...],
    given: tuple[Column, ...],
    select: tuple[Column, ...],
    condition: str,
    order_by: str,
    limit: int | None,
    lock: bool,
) -> str:
    """For each row at hand, its number from 0 on and the rows that it finds, by an index probe of its own."""
    found = ", ".join(_selected(column) for column in select)
    tail = _tail(key, condition, order_by, limit)
    # Without a limit the planner would make an ordinary join of it, and scan on fresh statistics.
    tail += (" OFFSET 0" if limit is None else "") + (" FOR NO KEY UPDATE OF t" if lock else "")
    arrays = ", ".join(f"%b::{column.type}[]" for column in [*key, *given])
    return (
        f"SELECT (v.ordinality - 1), found.* FROM unnest({arrays})"
        f" WITH ORDINALITY AS v({_aliases(key, given)}, ordinality)"
        f' CROSS JOIN LATERAL (SELECT {found} FROM "{table}" AS t {tail}) AS found'
    )


def _selected(column: Column) -> str:
    # psycopg would parse binary jsonb; SQLite has text, and so have we.
    cast = "::text" if column.type == "jsonb" else ""
    return f't."{column.name}"{cast}'


def _given(key: Sequence[Column], others: Sequence[Column]) -> str:
    """The rows at hand, as a table ``v``."""
    names = _aliases(key, others).split(", ")
    values = zip(_spread([*key, *others]), names, strict=True)
    return f"(SELECT {', '.join(f'{value} AS {name}' for value, name in values)}) AS v"


def _spread(columns: Iterable[Column]) -> list[str]:
    """Row by row, in step. ``FROM unnest(…, …)`` would store each column first, and take twice as long."""
    return [f"unnest(%b::{column.type}[])" for column in columns]


def _fragment(sql: str) -> str:
    """A single ``%`` is the place of a value (statements.py)."""
    return sql.replace("%", "%%") if connection.vendor == "postgresql" else sql


# --- SQLite: one prepared statement, run for each row ---------------------------------------------


@lru_cache(maxsize=512)
def insert_row(table: str, columns: tuple[Column, ...], on_conflict: str) -> str:
    """As ``insert_arrays``, of one row."""
    conflict = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    marks = ", ".join("?" * len(columns))
    return f'INSERT INTO "{table}" AS t ({_names(columns)}) VALUES ({marks}){conflict}'


@lru_cache(maxsize=512)
def update_row(table: str, key: tuple[Column, ...], columns: tuple[Column, ...], where: str) -> str:
    """As ``update_arrays``; there is one writer, and nothing to lock."""
    wanted = " AND ".join([_match(key, "key_"), *_and(where)])
    source = _one_row(_aliases(key, columns))
    return f'UPDATE "{table}" AS t SET {_assignments(columns)} FROM {source} WHERE {wanted}'


@lru_cache(maxsize=512)
def delete_row(table: str, key: Column) -> str:
    """As ``delete_arrays``, of one value."""
    return f'DELETE FROM "{table}" WHERE "{key.name}" = ?'


@lru_cache(maxsize=512)
def lookup_row(
    table: str,
    key: tuple[Column, ...],
    given: tuple[Column, ...],
    select: tuple[Column, ...],
    condition: str,
    order_by: str,
    limit: int | None,
) -> str:
    """As ``lookup_arrays``, of one row, which gives no number."""
    # The sign keeps the declared type from sqlite3, which would make naive times of "datetime" columns.
    found = ", ".join(f'+t."{column.name}"' for column in select)
    source = _one_row(_aliases(key, given))
    return f'SELECT {found} FROM {source} CROSS JOIN "{table}" AS t {_tail(key, condition, order_by, limit)}'


def _one_row(aliases: str) -> str:
    return "(SELECT " + ", ".join(f"? AS {alias}" for alias in aliases.split(", ")) + ") AS v"


# --- SQL that both share --------------------------------------------------------------------------


def _names(columns: Iterable[Column]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _aliases(key: Iterable[Column], others: Iterable[Column]) -> str:
    return ", ".join(
        [*(f'"key_{column.name}"' for column in key), *(f'"{column.name}"' for column in others)]
    )


def _match(key: Iterable[Column], prefix: str) -> str:
    return " AND ".join(f't."{column.name}" = v."{prefix}{column.name}"' for column in key)


def _and(condition: str) -> list[str]:
    return [f"({_fragment(condition)})"] if condition else []


def _assignments(columns: Iterable[Column]) -> str:
    return ", ".join(
        f'"{column.name}" = {_fragment(column.expression) or _value_of(column)}' for column in columns
    )


def _value_of(column: Column) -> str:
    return f'v."{column.name}"'


def _tail(key: Sequence[Column], condition: str, order_by: str, limit: int | None) -> str:
    wanted = " AND ".join([_match(key, "key_"), *_and(condition)])
    order = f" ORDER BY {_fragment(order_by)}" if order_by else ""
    return f"WHERE {wanted}{order}" + (f" LIMIT {limit:d}" if limit is not None else "")
