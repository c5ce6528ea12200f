"""Permits to have a connection open: at most so many for an endpoint, over all workers.

A permit is a row with a number below the limit. Whoever dies with one leaves it to the end of its lease.
"""

from __future__ import annotations

import os
import threading
from typing import NamedTuple

from django.db import connection

from journeyorch import bulk
from journeyorch.outbound.capping import usable_connection

# An exchange ends by its timeout; so much later nobody can still be using the connection.
_MARGIN_SECONDS = 10.0
# Of several who saw the same number free, one got it; so often the others look for another one.
_TRIES = 3

_TAKE = """
WITH RECURSIVE numbers(n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %(most)s
), free(n) AS (
    SELECT n FROM numbers WHERE NOT EXISTS (
        SELECT 1 FROM outbound_connectionpermit held
         WHERE held.endpoint = %(endpoint)s AND held.number = n AND held.until_ms > %(now)s
    ) ORDER BY n LIMIT 1
)
INSERT INTO outbound_connectionpermit AS present (endpoint, number, owner, until_ms)
SELECT %(endpoint)s, n, %(owner)s, %(until)s FROM free WHERE true
ON CONFLICT (endpoint, number) DO UPDATE SET owner = excluded.owner, until_ms = excluded.until_ms
WHERE present.until_ms <= %(now)s
RETURNING number
"""
_RELEASE = """
UPDATE outbound_connectionpermit SET until_ms = 0
 WHERE endpoint = %(endpoint)s AND number = %(number)s AND owner = %(owner)s AND until_ms = %(until)s
"""


class Permit(NamedTuple):
    """The right to one connection; owner and end prove that it is still ours."""

    endpoint: str
    number: int
    owner: str
    until: int


def take_permit(endpoint: str, most: int, *, seconds: float) -> Permit | None:
    """A permit for an exchange of at most ``seconds``; None: all ``most`` connections are in use."""
    usable_connection()
    owner = f"{os.getpid()}.{threading.get_ident()}"
    for _ in range(_TRIES):
        now = int(bulk.database_now().timestamp() * 1000)
        until = now + int((seconds + _MARGIN_SECONDS) * 1000)
        values: dict[str, str | int] = {
            "endpoint": endpoint,
            "most": most,
            "owner": owner,
            "now": now,
            "until": until,
        }
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, values)
            row = cursor.fetchone()
        if row:
            return Permit(endpoint, row[0], owner, until)
    return None


def release(permit: Permit) -> None:
    """The connection is closed."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, permit._asdict())
