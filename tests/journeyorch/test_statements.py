"""Statements of the hot path: what they give, what becomes of errors, and when they are prepared anew."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import (
    DataError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from psycopg.types.numeric import Int8

from journeyorch.bulk import statements
from journeyorch.bulk.arrays import encoded
from journeyorch.bulk.statements import count, fetch

pytestmark = [
    pytest.mark.one_database("postgres"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's have no connection of libpq"),
    pytest.mark.django_db(transaction=True),
]

_VALUES = (
    "SELECT %b::bigint, %b::text, %b::timestamptz, %b::bigint IS NULL, cardinality(%b::text[]), n FROM {}"
)
_ROWS = _VALUES.format("generate_series(1, %b::bigint) AS n ORDER BY n")
_NOW = datetime(2026, 11, 28, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def behind_a_pooler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing may be prepared, psycopg's cursor runs the statements."""
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    monkeypatch.setattr(connection, "direct", None, raising=False)


def _rows_as_they_should_be() -> None:
    for number in (2**63 - 1, -1, 0):
        for missing in (None, Int8(5)):
            array = encoded("text", ["a", None, "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}"])
            values = (Int8(number), "it's; -- %", _NOW, missing, array, Int8(2))
            rows = [(number, "it's; -- %", _NOW, missing is None, 3, n) for n in (1, 2)]
            assert fetch(_ROWS, values) == rows


def test_rows_are_what_was_sent_whatever_the_types_and_however_often() -> None:
    _rows_as_they_should_be()


def test_rows_are_the_same_behind_a_pooler(behind_a_pooler: None) -> None:
    _rows_as_they_should_be()


def test_an_error_is_of_djangos_kind_and_the_next_statement_works() -> None:
    with pytest.raises(ProgrammingError, match="no_such_column"):
        fetch("SELECT no_such_column", ())
    with pytest.raises(DataError, match="division by zero"):
        fetch("SELECT 1 / (%b::bigint - 1)", [Int8(1)])
    assert fetch("SELECT %b::bigint", [Int8(1)]) == [(1,)]


def test_the_first_statement_of_a_transaction_begins_it() -> None:
    fetch("CREATE TEMPORARY TABLE begun (n integer)", ())
    with transaction.atomic():
        count("INSERT INTO begun SELECT generate_series(1, 3)", ())
        transaction.set_rollback(True)
    assert fetch("SELECT * FROM begun", ()) == []
    with transaction.atomic():
        assert count("INSERT INTO begun SELECT generate_series(1, 3)", ()) == 3
    assert len(fetch("SELECT * FROM begun", ())) == 3


def test_what_is_prepared_outlives_a_transaction_that_failed() -> None:
    """psycopg deallocates everything after a rollback if one of its own cursors has prepared something."""
    ask = "SELECT %b::bigint"
    assert fetch(ask, [Int8(1)]) == [(1,)]
    with transaction.atomic():
        fetch("SELECT 1", ())
        transaction.set_rollback(True)
    assert fetch(ask, [Int8(2)]) == [(2,)]


def test_a_statement_is_prepared_anew_when_a_migration_has_changed_its_columns() -> None:
    ask = "SELECT * FROM changing"
    fetch("CREATE TEMPORARY TABLE changing (n integer)", ())
    assert fetch(ask, ()) == []
    fetch("ALTER TABLE changing ADD COLUMN m integer DEFAULT 5", ())
    with pytest.raises(NotSupportedError, match="cached plan"):
        fetch(ask, ())
    fetch("INSERT INTO changing VALUES (1)", ())
    assert fetch(ask, ()) == [(1, 5)]


def test_only_so_many_statements_stay_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MOST_PREPARED", 3)
    monkeypatch.setattr(connection, "direct", None, raising=False)
    fetch("SELECT 0", ())  # of a statement that is used again and again
    for number in range(1, 6):
        assert fetch(f"SELECT {number}", ()) == [(number,)]
        fetch("SELECT 0", ())
    prepared = fetch("SELECT statement FROM pg_prepared_statements WHERE statement ~ '^SELECT [0-9]$'", ())
    assert {text for (text,) in prepared} == {"SELECT 0", "SELECT 5"}


def test_a_lost_connection_is_an_operational_error_and_a_new_one_begins_afresh() -> None:
    ask = "SELECT pg_backend_pid(), %b::bigint"
    ((backend, _),) = fetch(ask, [Int8(1)])
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    other.close()
    with pytest.raises(OperationalError):
        fetch(ask, [Int8(1)])
    connection.close_if_unusable_or_obsolete()
    ((another, _),) = fetch(ask, [Int8(1)])
    assert another != backend
