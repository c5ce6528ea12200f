"""The oldest snapshot is an alarm: one that stays open halves the rate of queues (engine.md, Workers)."""

from __future__ import annotations

import logging

from django.db import connection

from journeyorch import bulk

logger = logging.getLogger(__name__)

#: No transaction on the primary is to last longer, seconds.
ALARM_AFTER = 30.0
# The server's own clock: its times of transactions are of that one.
_OLDEST = """
SELECT application_name, client_addr::text, pid,
    extract(epoch FROM pg_catalog.clock_timestamp() - xact_start)::float8 AS seconds
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL
ORDER BY xact_start LIMIT 1
"""


def complain_of_old_snapshots() -> None:
    """Write into the log who keeps what was deleted from being cleared away. PostgreSQL only."""
    if connection.vendor != "postgresql":
        return
    for application, address, pid, seconds in bulk.run(_OLDEST):
        if seconds >= ALARM_AFTER:
            logger.error(
                "A transaction has been open for %.0f s and slows all workers (%s, %s, process %s). End it.",
                seconds,
                application or "unnamed",
                address or "local",
                pid,
            )
