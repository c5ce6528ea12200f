"""Who may change a sandbox's configuration while waves run by it (engine.md, Waves)."""

from django.db import connection

from journeyorch import bulk

# First half of the two-part key of PostgreSQL's advisory locks, so that ours meet no one else's.
_LOCK_CLASS = 0x4A4F


def lock_sandbox(sandbox_id: int) -> None:
    """Have the sandbox's configuration for oneself until the transaction ends, to change it.

    An advisory lock, because a row lock let a steady stream of waves starve publication. SQLite has one
    writer at a time and needs none.
    """
    if connection.vendor == "postgresql":
        bulk.run("SELECT pg_advisory_xact_lock(%s, %s)::text", [_LOCK_CLASS, sandbox_id])


def sandbox_lock(sandbox_id: str, *, shared: bool) -> str:
    """An expression of PostgreSQL that takes that lock until the transaction ends; ``sandbox_id``: a column.

    Routing and waves share it. What a change has written before is seen from the next statement on.
    """
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    return f"{function}({_LOCK_CLASS}, {sandbox_id}::integer)::text"
