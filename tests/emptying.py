"""How tables are emptied after a test with real transactions: what migrations wrote is there again at once.

Django truncates all hundred tables and then makes content types, permissions and groups anew, which takes
longer than most tests do. Here only the tables that a test filled are emptied, and the rows of migrations
come from a copy beside each table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.core.management.commands import flush
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

KEPT = "kept_"


def keep_rows() -> None:
    """Copy the rows that are there now; they are what remains whenever the tables are emptied."""
    with connection.cursor() as cursor:
        for table in _filled(connection):
            cursor.execute(f"CREATE TABLE {_quoted(KEPT + table)} AS SELECT * FROM {_quoted(table)}")


@contextmanager
def only_what_was_filled() -> Iterator[None]:
    """Django's ``flush``, with which its test cases empty the tables, works as described above."""
    with (
        mock.patch.object(flush, "sql_flush", _statements),
        mock.patch.object(flush, "emit_post_migrate_signal"),
    ):
        yield


def _statements(style: object, connection: BaseDatabaseWrapper, **options: object) -> list[str]:
    """In any order: foreign keys are checked at the end of the transaction."""
    kept = [table for table in connection.introspection.table_names() if table.startswith(KEPT)]
    emptied = [f"DELETE FROM {_quoted(table)}" for table in _filled(connection)]
    return emptied + [
        f"INSERT INTO {_quoted(table.removeprefix(KEPT))} SELECT * FROM {_quoted(table)}" for table in kept
    ]


def _filled(connection: BaseDatabaseWrapper) -> list[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        return [table for table in tables if _has_rows(cursor, table)]


def _has_rows(cursor: object, table: str) -> bool:
    cursor.execute(f"SELECT 1 FROM {_quoted(table)} LIMIT 1")  # type: ignore[attr-defined]
    return cursor.fetchone() is not None  # type: ignore[attr-defined, no-any-return]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
