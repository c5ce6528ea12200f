"""Bulk SQL for the hot path: one statement for hundreds of rows, the same on PostgreSQL and SQLite.

Django's cursors bind values on the client, at six times the CPU. Here PostgreSQL gets one array per column,
in binary, and each statement is prepared once; SQLite gets one prepared statement, run for each row.

arrays.py       values as PostgreSQL's arrays
sql.py          the texts of statements, of both databases
statements.py   the way to PostgreSQL
stored.py       values as SQLite has them

Values are what Python has for the column's type: aware ``datetime`` for ``timestamptz``, ``UUID`` for
``uuid``, ``bool`` for ``boolean``, JSON **text** for ``jsonb`` (both ways), ``None`` for NULL. They are
always bound, never written into the SQL. Names of tables and columns, and SQL fragments (``where``,
``condition``, ``order_by``, ``on_conflict``), are code: never make them from what a user typed.

In fragments the table is ``t``; a value of the row at hand is ``v.<name>``, one of its key ``v.key_<name>``.

Everything raises Django's database errors: ``IntegrityError`` for a broken constraint, ``DataError`` for a
value that the column cannot hold (text with a NUL character, numbers out of range, naive times).
Nothing here opens or ends a transaction: callers do, with ``transaction.atomic``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from journeyorch.bulk.arrays import encoded
from journeyorch.bulk.sql import (
    Column as Column,  # so that callers know this module only
)
from journeyorch.bulk.sql import (
    delete_arrays,
    delete_row,
    insert_arrays,
    insert_row,
    lookup_arrays,
    lookup_row,
    together,
    update_arrays,
    update_row,
)
from journeyorch.bulk.statements import Row, opened
from journeyorch.bulk.statements import count as _count
from journeyorch.bulk.statements import fetch as _fetch
from journeyorch.bulk.stored import LOADERS, STORERS, as_is, load, stored_time

# --- The verbs ------------------------------------------------------------------------------------


def insert(table: str, columns: Sequence[Column], rows: Sequence[Row], *, on_conflict: str = "") -> int:
    """Insert the rows in their order; returns how many were inserted or, by ``on_conflict``, updated.

    ``on_conflict`` is what follows ON CONFLICT, for example ``DO NOTHING`` or
    ``(key) DO UPDATE SET n = t.n + excluded.n``; with the latter no two rows may have the same key.
    """
    if not rows:
        return 0
    if connection.vendor == "postgresql":
        return _count(insert_arrays(table, tuple(columns), on_conflict), _arrays(columns, rows))
    return _run_each(insert_row(table, tuple(columns), on_conflict), columns, rows)


def update(
    table: str,
    key: Sequence[Column],
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    where: str = "",
    in_order: bool = False,
    then: str = "",
) -> int:
    """Update the row that each input's key names; returns how many rows were found and updated.

    An input row holds the key's values, then those of ``columns``. A guard, such as the revision that
    was read, is one more column of the key. ``in_order`` locks the rows in the order of the key first:
    without it, two transactions that update the same rows may wait for each other.
    ``then``: SQL that PostgreSQL evaluates for each updated row, for its effect.
    """
    if not rows:
        return 0
    inputs = [*key, *columns]
    if connection.vendor == "postgresql":
        sql = update_arrays(table, tuple(key), tuple(columns), where, in_order, then)
        return _count(sql, _arrays(inputs, rows))
    return _run_each(update_row(table, tuple(key), tuple(columns), where), inputs, rows)


def delete(table: str, key: Column, values: Iterable[Any]) -> int:
    """Delete the rows whose ``key`` column is among the values; returns how many there were."""
    rows = [(value,) for value in values]
    if not rows:
        return 0
    if connection.vendor == "postgresql":
        return _count(delete_arrays(table, key), _arrays([key], rows))
    return _run_each(delete_row(table, key), [key], rows)


class Missed(Exception):
    """Rows that had to be there were not; the message names their table."""


class Writes:
    """Several writes of one transaction that go to the database together: one statement on PostgreSQL.

    The way to and fro costs as much as a small write. None of them sees what another one writes, and their
    order is PostgreSQL's: they must not write the same row, and at most one of them rows that others write.
    """

    def __init__(self) -> None:
        self._statements: list[str] = []
        self._values: list[Any] = []
        self._wanted: list[tuple[str, int | None]] = []
        self._written: list[int] = []  # SQLite writes at once: nothing is to and fro there

    def insert(
        self, table: str, columns: Sequence[Column], rows: Sequence[Row], *, on_conflict: str = ""
    ) -> None:
        """See ``bulk.insert``."""
        if connection.vendor != "postgresql":
            self._done(table, insert(table, columns, rows, on_conflict=on_conflict), None)
        elif rows:
            self._add(table, insert_arrays(table, tuple(columns), on_conflict), _arrays(columns, rows), None)

    def update(
        self,
        table: str,
        key: Sequence[Column],
        columns: Sequence[Column],
        rows: Sequence[Row],
        *,
        every: bool,
    ) -> None:
        """See ``bulk.update``; ``every``: each of the rows must be found."""
        wanted = len(rows) if every else None
        if connection.vendor != "postgresql":
            self._done(table, update(table, key, columns, rows), wanted)
        elif rows:
            sql = update_arrays(table, tuple(key), tuple(columns), "", False, "")
            self._add(table, sql, _arrays([*key, *columns], rows), wanted)

    def delete(self, table: str, key: Column, values: Sequence[Any]) -> None:
        """See ``bulk.delete``; each of the rows must be found."""
        if connection.vendor != "postgresql":
            self._done(table, delete(table, key, values), len(values))
        elif values:
            self._add(table, delete_arrays(table, key), [encoded(key.type, values)], len(values))

    def run(self) -> None:
        """Write; raises ``Missed``, after which the transaction has to be rolled back."""
        if self._statements:
            self._written = list(_fetch(together(tuple(self._statements)), self._values)[0])
        for (table, wanted), written in zip(self._wanted, self._written, strict=True):
            if wanted not in (None, written):
                raise Missed(table)

    def _add(self, table: str, sql: str, values: Sequence[Any], wanted: int | None) -> None:
        self._statements.append(sql)
        self._values.extend(values)
        self._wanted.append((table, wanted))

    def _done(self, table: str, written: int, wanted: int | None) -> None:
        self._wanted.append((table, wanted))
        self._written.append(written)


def lookup(
    table: str,
    key: Sequence[Column],
    rows: Sequence[Row],
    select: Sequence[Column],
    *,
    given: Sequence[Column] = (),
    condition: str = "",
    order_by: str = "",
    limit: int | None = 1,
    lock: bool = False,
) -> list[Row]:
    """The rows found by each input's key: ``(ordinal of the input, *values of select)``.

    At most ``limit`` for an input, in the order of the inputs. An input holds the key's values, then those of
    ``given``, which ``condition`` may compare with as ``v.<name>``. Every input is an index probe of its own,
    even on tables without statistics (engine.md, Waves); with ``= ANY`` the planner chose to scan.
    ``lock`` locks the rows until the transaction ends, in the order of the inputs: sort them, so that two
    transactions do not wait for each other.
    """
    if not rows:
        return []
    inputs = [*key, *given]
    parts = (table, tuple(key), tuple(given), tuple(select), condition, order_by, limit)
    if connection.vendor == "postgresql":
        return _fetch(lookup_arrays(*parts, lock), _arrays(inputs, rows))
    return list(_look_up_each(lookup_row(*parts), inputs, rows, select))


def by_ids(table: str, key: Column, ids: Iterable[Any], select: Sequence[Column]) -> list[Row]:
    """The values of ``select`` for the rows with these ids, in the order of the ids; without unknown ones."""
    return [row[1:] for row in lookup(table, [key], [(value,) for value in ids], select)]


def new_ids(table: str, count: int) -> list[int]:
    """Ids for new rows; on SQLite only inside the transaction that inserts these."""
    if not count:
        return []
    if connection.vendor == "postgresql":
        sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')::regclass) FROM generate_series(1, %s)"
        return [row[0] for row in _fetch(sql, [f'"{table}"', count])]
    with opened() as database:
        found = database.connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", [table]
        ).fetchone()
    last = found[0] if found else 0
    return list(range(last + 1, last + 1 + count))


def run(sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows of a statement written by hand, with ``%s`` for its parameters; planned once a connection.

    Write it the same every time: a text made of the parameters would be planned anew. Times go in with
    ``to_database`` and come out with ``from_database``; SQLite gives what it stores.
    """
    if connection.vendor == "postgresql":
        return _fetch(sql, parameters)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def database_now() -> datetime:
    """The database's clock, for times that several processes compare; on SQLite all share this machine's."""
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    ((now,),) = _fetch("SELECT clock_timestamp()", [])
    return now.astimezone(UTC)


def unhurried() -> str:
    """A condition, always true, for raw SQL whose commit need not reach the disk before it returns.

    For leases and claims: a crash of the database server may lose the last of them, and whoever held one
    finds its token and name gone. The next durable commit brings them to the disk as well.
    """
    if connection.vendor != "postgresql":
        return ""
    return " AND (SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL"


def skip_locked(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Lock these rows until the transaction ends, but for those that others have locked.

    SQLite has one writer at a time, and no row locks.
    """
    return rows.select_for_update(skip_locked=True) if connection.vendor == "postgresql" else rows


def to_database(moment: datetime) -> Any:
    """A time as a parameter of raw SQL: SQLite compares texts, and they must be of the stored form."""
    return moment if connection.vendor == "postgresql" else stored_time(moment)


def from_database(value: Any) -> datetime | None:
    """A time as raw SQL gave it, aware."""
    if value is None or isinstance(value, datetime):
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


# --- PostgreSQL: arrays in binary -----------------------------------------------------------------


def _arrays(columns: Sequence[Column], rows: Sequence[Row]) -> list[Any]:
    values = list(zip(*rows, strict=True))
    if len(values) != len(columns):
        raise ValueError(f"Rows of {len(values)} values for {len(columns)} columns.")
    return [encoded(column.type, each) for column, each in zip(columns, values, strict=True)]


# --- SQLite: one prepared statement, row by row ---------------------------------------------------


def _run_each(sql: str, columns: Sequence[Column], rows: Sequence[Row]) -> int:
    with opened() as database:
        return database.connection.executemany(sql, _stored(columns, rows)).rowcount


def _look_up_each(
    sql: str, inputs: Sequence[Column], rows: Sequence[Row], select: Sequence[Column]
) -> Iterator[Row]:
    loaders = [LOADERS.get(column.type) for column in select]
    plain = not any(loaders)
    with opened() as database:
        execute = database.connection.execute
        for ordinal, row in enumerate(_stored(inputs, rows)):
            for found in execute(sql, row):
                yield (ordinal, *found) if plain else (ordinal, *map(load, loaders, found))


def _stored(columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[Row]:
    """The rows as Django stores their values in SQLite."""
    storers = [STORERS.get(column.type, as_is) for column in columns]
    for row in rows:
        if len(row) != len(storers):
            raise ValueError(f"A row of {len(row)} values for {len(storers)} columns.")
        yield tuple(
            [None if value is None else store(value) for store, value in zip(storers, row, strict=True)]
        )
