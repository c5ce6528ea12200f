"""The columns that bulk SQL knows, against the models that made the tables."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL

from datasources.platform.profiles.models import Identity
from events.models import EventKey
from journeyorch.bulk import Column
from journeys.engine import receivers, router, tables
from journeys.engine.calls import claim, results
from journeys.engine.wave import load

# Which values a bulk statement may send for a column of the model's type.
SENT_AS = {"varchar": "text", "serial": "integer"}

TABLES = {model._meta.db_table: model for model in apps.get_models()}
INSERTED = {
    tables.LANE_INPUT: tables.INPUT_COLUMNS,
    tables.INSTANCE: tables.INSTANCE_COLUMNS,
    tables.ENTRANCE: (*tables.ENTRANCE_KEY, *tables.ENTRANCE_MOVING),
    tables.CALL: tables.CALL_COLUMNS,
    tables.STEP_EVENT: tables.STEP_EVENT_COLUMNS,
    tables.STEP_COUNT: (*tables.STEP_COUNT_KEY, tables.N),
    tables.STEP_ERROR_COUNT: (*tables.STEP_ERROR_COUNT_KEY, tables.N),
    tables.STEP_TIME_COUNT: (*tables.STEP_TIME_COUNT_KEY, tables.N),
    tables.MESSAGE_COUNT: (*tables.MESSAGE_COUNT_KEY, tables.N),
    tables.FETCH_COUNT: (*tables.FETCH_COUNT_KEY, tables.N),
    tables.MESSAGE_TRAIT_COUNT: (*tables.MESSAGE_TRAIT_COUNT_KEY, tables.N),
    tables.PROFILE_CAP: (*tables.PROFILE_CAP_KEY, *tables.PROFILE_CAP_MOVING),
    tables.QUARANTINED: router._QUARANTINED,
}
READ = [
    (tables.INSTANCE, load._INSTANCE_SELECT),
    (tables.LANE_INPUT, load._INPUT_SELECT),
    (tables.CALL, receivers._CALL),
    (tables.CALL, claim.CLAIM),
    (tables.CALL, claim._STARTED),
    (tables.CALL, claim.OPEN_CLAIM),
    (tables.CALL, results._DONE),
    (tables.RECEIVED_EVENT, (tables.ID, Column("routed", "boolean"))),
]


def type_of(field: models.Field) -> str:
    """The type of the field's column on PostgreSQL, without its length; asked without a server."""
    words = str(field.db_type(PostgreSQL({**connection.settings_dict, "ENGINE": "", "NAME": ""}))).split("(")
    name = words[0].split(" with")[0]
    return "timestamptz" if name == "timestamp" else SENT_AS.get(name, name)


def columns_of(table: str) -> dict[str, models.Field]:
    return {field.column: field for field in TABLES[table]._meta.concrete_fields}


@pytest.mark.parametrize(("table", "columns"), [*INSERTED.items(), *READ], ids=lambda value: str(value)[:24])
def test_each_column_exists_with_its_type(table: str, columns: tuple[Column, ...]) -> None:
    known = columns_of(table)

    assert {column.name: column.type for column in columns} == {
        column.name: type_of(known[column.name]) for column in columns
    }


@pytest.mark.parametrize("table", INSERTED)
def test_an_insert_names_every_column_that_must_have_a_value(table: str) -> None:
    named = {column.name for column in INSERTED[table]}
    needed = {
        name
        for name, field in columns_of(table).items()
        if not field.null and not field.has_db_default() and not isinstance(field, models.AutoField)
    }
    assert needed <= named


@pytest.mark.parametrize("table", INSERTED)
def test_no_column_is_named_twice(table: str) -> None:
    names = [column.name for column in INSERTED[table]]

    assert len(names) == len(set(names))


_NOT_AS_BYTES = """
SELECT c.relname, a.attname FROM pg_index i
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
  JOIN pg_collation o ON o.oid = a.attcollation
 WHERE c.relname = ANY (%s) AND o.collname <> 'C'
"""


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.django_db
def test_indexes_of_the_hot_path_compare_texts_as_bytes() -> None:
    hot = [*INSERTED.keys() - {tables.QUARANTINED}, EventKey._meta.db_table, Identity._meta.db_table]
    with connection.cursor() as cursor:
        cursor.execute(_NOT_AS_BYTES, [hot])
        assert cursor.fetchall() == []
