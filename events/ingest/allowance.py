"""The rate limit of an inlet: so many messages a second, over all web processes."""

from __future__ import annotations

from django.db import connection

from events.ingest.doors import Door
from events.ingest.refusals import Refused, too_large

# Counting and comparing in one statement, so that no two requests see the same free place. It makes the
# requests of a limited inlet wait for each other's commit, which a limited inlet can afford.
_TAKE = """
INSERT INTO events_inletallowance AS a (inlet_id, second, taken) VALUES (%s, {second}, %s)
ON CONFLICT (inlet_id) DO UPDATE
SET second = excluded.second,
    taken = excluded.taken + CASE WHEN a.second = excluded.second THEN a.taken ELSE 0 END
WHERE excluded.taken + CASE WHEN a.second = excluded.second THEN a.taken ELSE 0 END <= %s
RETURNING taken
"""
_SECOND = {
    "postgresql": "extract(epoch FROM clock_timestamp())::bigint",
    "sqlite": "CAST(strftime('%%s', 'now') AS INTEGER)",
}


def take(door: Door, *, count: int) -> None:
    """Take ``count`` places of the current second, within the transaction that stores the messages.

    ``Refused``: 429 if fewer are left, 413 if there can never be as many.
    """
    limit = door.rate_limit
    if limit is None or count == 0:
        return
    if count > limit:
        raise too_large(f"This inlet takes at most {limit} messages a second; send smaller batches.")
    statement = _TAKE.format(second=_SECOND[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(statement, [door.inlet_id, count, limit])
        if cursor.fetchone() is None:
            raise _over(limit)


def _over(limit: int) -> Refused:
    headers = {
        "Retry-After": "1",
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "1",
    }
    return Refused(429, "Too Many Requests", f"This inlet takes {limit} messages a second.", headers=headers)
