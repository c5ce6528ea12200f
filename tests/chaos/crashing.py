"""A process that dies at a chosen point: the connection breaks, and nothing after it runs.

Points are before and after every commit, also those of single statements outside a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db import connection

from journeyorch import bulk


class Crash(BaseException):
    """The process is dead. Not an Exception: no handler of ours may survive it."""


class Crasher:
    """Counts the points and dies at the one that it was told."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.seen = 0

    @property
    def crashed(self) -> bool:
        return self.seen >= self._at

    def point(self) -> None:
        self.seen += 1
        if self.seen == self._at:
            self._die()

    def _die(self) -> None:
        if connection.connection is not None:
            connection.connection.close()
        connection.closed_in_transaction = connection.in_atomic_block
        if not connection.in_atomic_block:
            connection.connection = None
        raise Crash


@contextmanager
def crash_at(number: int) -> Iterator[Crasher]:
    """Within the block the process dies at its ``number``-th point; afterwards everything works again."""
    crasher = Crasher(number)
    commit = connection._commit

    def commit_or_die() -> None:
        crasher.point()
        commit()
        crasher.point()

    def around(act: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            alone = not connection.in_atomic_block
            if alone:
                crasher.point()
            result = act(*arguments, **named)
            if alone:
                crasher.point()
            return result

        return run

    def statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        act = around(execute) if _writes(sql) else execute
        return act(sql, params, many, context)

    run = bulk.run

    def by_hand(sql: str, parameters: Any = ()) -> Any:
        # On SQLite these go through Django's cursor, where ``statement`` sees them.
        seen_here = _writes(sql) and connection.vendor == "postgresql"
        return (around(run) if seen_here else run)(sql, parameters)

    verbs = {verb: around(getattr(bulk, verb)) for verb in ("insert", "update", "delete")}
    with (
        mock.patch.object(connection, "_commit", commit_or_die),
        mock.patch.multiple(bulk, run=by_hand, **verbs),
        connection.execute_wrapper(statement),
    ):
        try:
            yield crasher
        except Crash:
            connection.close()
            connection.in_atomic_block = False
            connection.savepoint_ids = []
            connection.needs_rollback = False
            connection.run_on_commit = []


def _writes(sql: str) -> bool:
    return sql.lstrip()[:6].upper() in ("UPDATE", "INSERT", "DELETE")
