"""Code of the release before goes on working on a database that is migrated already.

While an upgrade rolls over several hosts, old processes and a new schema meet. A migration may therefore only
add what old code need not know of; what goes, goes a release after the code has stopped using it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED, CharField, Field, ManyToManyField, TextField

#: Up to here migrations are those of the first release, before which there was no older code.
FIRST_RELEASE = {
    "access": 2, "actions": 1, "datasources": 1, "events": 1, "journeyorch": 1, "journeys": 2,
    "outbound": 1,
}  # fmt: skip
_TAKES_AWAY = (
    migrations.DeleteModel,
    migrations.RemoveField,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)


def faults_of(operation: Operation) -> Iterator[str]:
    """Why old code would stumble over it."""
    if isinstance(operation, _TAKES_AWAY):
        yield f"{type(operation).__name__} takes away what the release before still uses"
    if isinstance(operation, migrations.AddField) and _must_be_given(operation.field):
        yield f"old code inserts rows without {operation.name}: it needs a db_default, or null"


def _must_be_given(field: Field) -> bool:
    """Whether a row cannot be inserted without it; Django's own defaults are not the database's."""
    has_column = not isinstance(field, ManyToManyField)
    return has_column and not field.null and field.db_default is NOT_PROVIDED


def test_migrations_only_add_what_old_code_need_not_know_of() -> None:
    loaded = MigrationLoader(None).disk_migrations
    found = [
        f"{app}.{name}: {fault}"
        for (app, name), migration in loaded.items()
        if app in FIRST_RELEASE and int(name[:4]) > FIRST_RELEASE[app]
        for operation in migration.operations
        for fault in faults_of(operation)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("operation", "is_fine"),
    [
        (migrations.RemoveField("journey", "name"), False),
        (migrations.RenameField("journey", "name", "title"), False),
        (migrations.AddField("journey", "name", TextField(default="")), False),
        (migrations.AddField("journey", "name", TextField(null=True)), True),
        (migrations.AddField("journey", "name", CharField(max_length=9, db_default="")), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_rule_itself(operation: Operation, is_fine: bool) -> None:
    assert (not list(faults_of(operation))) is is_fine
