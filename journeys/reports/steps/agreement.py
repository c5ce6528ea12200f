"""Whether the sums of step events are what the step events themselves add up to, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from journeyorch import bulk


class Disagreement(NamedTuple):
    """So many step events, and so many counted, of one kind in one hour."""

    version_id: int
    activity: str
    path: str
    status: int
    run: int
    hour: str
    found: int
    counted: int


_KEY = "version_id, activity, path, status, run, hour"


def disagreements(*, since: datetime | None = None, version_id: int | None = None) -> Iterator[Disagreement]:
    """What does not agree; nothing, if all is well. One statement sees one moment, so everything may run on.

    ``since``: only from the first full hour after it on. Step events are deleted after their time, their sums
    are not.
    """
    hour = _next_hour(since) if since else None
    events, parameters = _condition("at", hour, version_id)
    counts, more = _condition("hour", hour, version_id)
    # Nothing in it comes from outside: names of columns, and places for values.
    sql = f"""
        SELECT {_KEY}, sum(found), sum(counted) FROM (
            SELECT version_id, activity, path, status, run, {_hour_of("at")} AS hour, 1 AS found, 0 AS counted
              FROM journeys_stepevent WHERE {events}
            UNION ALL
            SELECT version_id, activity, path, status, run, {_hour_of("hour")} AS hour, 0, n
              FROM journeys_stepcount WHERE {counts}
        ) AS both_of_them GROUP BY {_KEY} HAVING sum(found) <> sum(counted) ORDER BY {_KEY}
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, *more])
        for row in cursor.fetchall():
            version, activity, path, status, run, hour, found, counted = row
            yield Disagreement(version, activity, path, status, run, hour, int(found), int(counted))


def _next_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _condition(column: str, hour: datetime | None, version_id: int | None) -> tuple[str, list[Any]]:
    conditions: list[str] = []
    parameters: list[Any] = []
    if hour is not None:
        conditions.append(f"{column} >= %s")
        parameters.append(bulk.to_database(hour))
    if version_id is not None:
        conditions.append("version_id = %s")
        parameters.append(version_id)
    return " AND ".join(conditions) or "1 = 1", parameters


def _hour_of(column: str) -> str:
    """The hour in UTC, as text: dates, and hours of the day, are never those of the server's time zone."""
    if connection.vendor == "postgresql":
        return f"to_char(\"{column}\" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"
    return f'substr("{column}", 1, 13)'
