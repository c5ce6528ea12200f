"""Who may change a sandbox's configuration while waves run by it (engine.md § 3)."""

from django.db import connection

from journeyorch import bulk

# First half of the two-part key of PostgreSQL's advisory locks, so that ours meet no one else's.
_LOCK_CLASS = 0x4A4F


def lock_sandbox(sandbox_id: int, *, shared: bool) -> None:
    """Lock the sandbox's configuration until the transaction ends.

    Routing and waves share the lock; a change takes it alone. An advisory lock, because a row lock let a
    steady stream of waves starve publication. SQLite has one writer at a time and needs none.
    """
    if connection.vendor != "postgresql":
        return
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    bulk.run(f"SELECT {function}(%s, %s)::text", [_LOCK_CLASS, sandbox_id])
