"""For migrations: texts that indexes compare as bytes, and not by the rules of a language.

Names of people, activities and endpoints need an order, but no language's. By the rules of one, which a
database has from its operating system, every comparison on the way down an index costs many times as much,
and an upgrade of the system may change the order under an index that exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


def compare_as_bytes(app: str, columns: Mapping[str, Sequence[str]]) -> RunPython:
    """The operation for these columns of an app's models; SQLite compares bytes anyway.

    A migration that changes such a column later must set it again: its type comes with the database's order.
    """

    def set_order(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        for model, names in columns.items():
            options = apps.get_model(app, model)._meta
            kinds = {name: options.get_field(name).db_type(schema_editor.connection) for name in names}
            changes = (f'ALTER COLUMN {name} TYPE {kind} COLLATE "C"' for name, kind in kinds.items())
            schema_editor.execute(f"ALTER TABLE {options.db_table} {', '.join(changes)}")

    return RunPython(set_order, RunPython.noop)
