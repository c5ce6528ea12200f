"""How the database finds the rows that it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from unittest import mock

from django.db import connection

from journeyorch import bulk


@contextmanager
def explained() -> Iterator[list[str]]:
    """The plans of everything that is asked for within the block; on SQLite they are there when it ends."""
    plans: list[str] = []
    with (_on_postgresql if connection.vendor == "postgresql" else _on_sqlite)(plans):
        yield plans


@contextmanager
def _on_postgresql(plans: list[str]) -> Iterator[None]:
    def with_plan(run: Callable[..., Any]) -> Callable[..., Any]:
        def bulk_run(sql: str, parameters: Any) -> Any:
            found = run(sql, parameters)
            plans.append(_kept_plan(sql))
            return found

        return bulk_run

    def django_run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "UPDATE", "WITH")):
            execute(f"EXPLAIN {sql}", params, many, context)
            plans.append("\n".join(row[0] for row in context["cursor"].fetchall()))
        return execute(sql, params, many, context)

    _forget_plans()
    verbs = {name: with_plan(getattr(bulk, name)) for name in ("_fetch", "_count")}
    with mock.patch.multiple(bulk, **verbs), connection.execute_wrapper(django_run):
        yield


def _forget_plans() -> None:
    """A plan that this connection keeps may be one for tables that were nearly empty then."""
    connection.ensure_connection()
    connection.connection.execute("DEALLOCATE ALL")
    connection.direct = None  # journeyorch/bulk/statements.py: what it has prepared is gone


def _kept_plan(sql: str) -> str:
    """By which a prepared statement was run: one that is kept is the same for all values."""
    numbers = count(1)
    statement = re.sub("%[bs]", lambda _: f"${next(numbers)}", sql).replace("%%", "%")
    values = ", ".join("NULL" for _ in range(1, next(numbers)))
    ask = connection.connection.execute  # past Django, whose own statements are looked at, too
    assert ask("SHOW plan_cache_mode").fetchone() == ("force_generic_plan",)
    (name,) = ask("SELECT name FROM pg_prepared_statements WHERE statement = %s", [statement]).fetchone()
    plan = ask(f'EXPLAIN EXECUTE "{name}"' + (f"({values})" if values else ""))
    return "\n".join(row[0] for row in plan.fetchall())


@contextmanager
def _on_sqlite(plans: list[str]) -> Iterator[None]:
    """Its driver tells every statement with the values that it was given."""
    connection.ensure_connection()
    asked: dict[str, None] = {}
    connection.connection.set_trace_callback(lambda sql: asked.setdefault(sql))
    try:
        yield
    finally:
        connection.connection.set_trace_callback(None)
    for sql in asked:
        if sql.lstrip().startswith(("SELECT", "UPDATE", "WITH")):
            rows = connection.connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
            plans.append("\n".join(row[-1] for row in rows))
