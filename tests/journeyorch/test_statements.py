"""Statements that are transactions by themselves: what they give, and what becomes of errors."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import OperationalError, ProgrammingError, connection
from psycopg.types.numeric import Int8

from journeyorch.arrays import encoded
from journeyorch.statements import fetch, fetch_alone

pytestmark = [pytest.mark.one_database("postgres"), pytest.mark.django_db(transaction=True)]

_VALUES = (
    "SELECT %b::bigint, %b::text, %b::timestamptz, %b::bigint IS NULL, cardinality(%b::text[]), n FROM {}"
)
_ROWS = _VALUES.format("generate_series(1, %b::bigint) AS n ORDER BY n")
_NOW = datetime(2026, 11, 28, 12, 0, 0, 123456, tzinfo=UTC)


def test_rows_are_those_of_a_cursor_whatever_the_types_and_however_often() -> None:
    for number in (2**63 - 1, -1, 0):
        for missing in (None, Int8(5)):
            array = encoded("text", ["a", None, "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}"])
            values = (Int8(number), "it's; -- %", _NOW, missing, array, Int8(2))
            rows = fetch_alone(_ROWS, values)
            assert rows == [(number, "it's; -- %", _NOW, missing is None, 3, n) for n in (1, 2)]
            assert rows == fetch(_ROWS, values)


def test_an_error_is_of_djangos_kind_and_the_next_statement_works() -> None:
    for statement in ("SELECT no_such_column", "SELECT 1 / (%b::bigint - 1)"):
        values = [Int8(1)] * statement.count("%b")
        with pytest.raises(Exception, match=r"no_such_column|division by zero") as alone:
            fetch_alone(statement, values)
        with pytest.raises(type(alone.value)):
            fetch(statement, values)
    with pytest.raises(ProgrammingError):
        fetch_alone("SELECT no_such_column", ())
    assert fetch_alone("SELECT %b::bigint", [Int8(1)]) == [(1,)]


def test_a_lost_connection_is_an_operational_error_and_a_new_one_begins_afresh() -> None:
    ask = "SELECT pg_backend_pid(), %b::bigint"
    ((backend, _),) = fetch_alone(ask, [Int8(1)])
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    other.close()
    with pytest.raises(OperationalError):
        fetch_alone(ask, [Int8(1)])
    connection.close_if_unusable_or_obsolete()
    ((another, _),) = fetch_alone(ask, [Int8(1)])
    assert another != backend
