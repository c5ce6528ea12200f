"""Whether hourly sums are what the rows that they were made of add up to, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from actions.messages.traits import Traits
from journeyorch import bulk
from journeys.durations import MOST_BUCKETS, least_of
from journeys.engine.message_counts import MIRRORED
from journeys.reports.steps.agreement_of_days import disagreements_of_days
from journeys.reports.steps.disagreement import Disagreement

_SENT_BY = "JOIN journeys_call c ON c.id = f.message_id JOIN journeys_instance i ON i.id = c.instance_id"
# What was still waiting when the person's journey ended is told by the delivery alone.
_HISTORY = (
    f"FROM actions_feedback f {_SENT_BY} WHERE f.kind <> 'queued'"  # noqa: S608
    " AND NOT EXISTS (SELECT 1 FROM actions_delivery d"
    " WHERE d.message_id = f.message_id AND d.code = 'journeyEnded' AND f.kind = 'held')"
)
_PAGES = (
    f"SELECT i.version_id, c.activity, '{MIRRORED}' AS status, i.run, f.seen_at AS received_at"  # noqa: S608
    f" FROM actions_mirrorpage f {_SENT_BY} WHERE f.seen_at IS NOT NULL"
)
_LINKS = (
    "SELECT i.version_id, c.activity, 'clicked' AS status, 'link' AS trait, f.link AS value, i.run,"  # noqa: S608
    f" f.received_at FROM actions_linkclick f {_SENT_BY}"
)


class _Compared(NamedTuple):
    """A table of sums, and the statement whose rows it is the sum of: each with ``key``, version and hour."""

    sums: str
    table: str
    key: tuple[str, ...]
    rows: str
    time: str  # the column of the rows that says the hour
    wrong: str = "<>"  # how found and counted stand to each other when something is wrong


def disagreements(*, since: datetime | None = None, version_id: int | None = None) -> Iterator[Disagreement]:
    """What does not agree; nothing, if all is well. A statement sees one moment, so everything may run on.

    ``since``: only from the first full hour after it on. Step events are deleted after their time, their sums
    are not. Of messages it is asked only whether too few are counted: when somebody's data are deleted, so is
    what says which journey a message was from.
    """
    hour = _next_hour(since) if since else None
    for compared in _all():
        yield from _compare(compared, hour, version_id)
    yield from disagreements_of_days(version_id=version_id)


def _compare(compared: _Compared, hour: datetime | None, version_id: int | None) -> Iterator[Disagreement]:
    events, parameters = _condition(compared.time, hour, version_id)
    counts, more = _condition("hour", hour, version_id)
    key = ", ".join(("version_id", "hour", *compared.key))
    columns = ", ".join(compared.key)
    # Nothing in it comes from outside: names of columns, and places for values.
    sql = f"""
        SELECT {key}, sum(found), sum(counted) FROM (
            SELECT version_id, {_hour_of(compared.time)} AS hour, {columns}, 1 AS found, 0 AS counted
              FROM ({compared.rows}) AS counted_rows WHERE {events}
            UNION ALL
            SELECT version_id, {_hour_of("hour")} AS hour, {columns}, 0, n
              FROM {compared.table} WHERE {counts}
        ) AS both_of_them
        GROUP BY {key} HAVING sum(found) {compared.wrong} sum(counted) ORDER BY {key}
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, *more])
        for version, of_hour, *values, found, counted in cursor.fetchall():
            kind = dict(zip(compared.key, values, strict=True))
            yield Disagreement(compared.sums, version, of_hour, kind, int(found), int(counted))


def _all() -> Iterator[_Compared]:
    yield _Compared(
        "steps",
        "journeys_stepcount",
        ("activity", "path", "status", "run"),
        "SELECT version_id, activity, path, status, run, at FROM journeys_stepevent",
        "at",
    )
    yield _Compared(
        "errors",
        "journeys_steperrorcount",
        ("activity", "path", "status", "code", "run"),
        "SELECT * FROM (SELECT version_id, activity, path, status, run, at,"  # noqa: S608
        f" substr({_code_of('detail')}, 1, 40) AS code FROM journeys_stepevent WHERE status IN (2, 3, 4)"
        ") AS failed WHERE code <> ''",
        "at",
    )
    bucket = bucket_of(milliseconds("at", "entered_at"))
    yield _Compared(
        "times",
        "journeys_steptimecount",
        ("activity", "bucket", "run"),
        f"SELECT * FROM (SELECT version_id, activity, {bucket} AS bucket, run, at"  # noqa: S608
        " FROM journeys_stepevent WHERE entrance = 0 AND status NOT IN (7, 8)) AS lasted WHERE bucket > 0",
        "at",
    )
    yield _Compared(
        "fetches",
        "journeys_fetchcount",
        ("activity", "field_group", "code", "run"),
        _fetches(),
        "at",
    )
    yield _Compared(
        "messages",
        "journeys_messagecount",
        ("activity", "status", "run"),
        f"SELECT i.version_id, c.activity, f.kind AS status, i.run, f.received_at {_HISTORY}"
        f" UNION ALL {_PAGES}",
        "received_at",
        wrong=">",
    )
    yield _Compared(
        "traits",
        "journeys_messagetraitcount",
        ("activity", "status", "trait", "value", "run"),
        " UNION ALL ".join([*map(_by_trait, Traits._fields), _LINKS]),
        "received_at",
        wrong=">",
    )


def _by_trait(name: str) -> str:
    return (
        f"SELECT i.version_id, c.activity, f.kind AS status, '{name}' AS trait, f.{name} AS value, i.run,"
        f" f.received_at {_HISTORY} AND f.{name} <> ''"
    )


def _fetches() -> str:
    """What steps asked for, and once more what failed of that, with its code."""
    detail = "NULLIF(s.detail, '')"
    if connection.vendor == "postgresql":
        each = f"json_array_elements({detail}::json -> 'fetches') AS each(asked)"
        group, failed = "each.asked ->> 0", f"{detail}::json ->> 'fetch'"
    else:
        each = f"json_each({detail}, '$.fetches') AS each"
        group, failed = "json_extract(each.value, '$[0]')", f"json_extract({detail}, '$.fetch')"
    code = f"substr({_code_of('s.detail')}, 1, 40)"
    # Nothing in it comes from outside: names of columns, and parts of JSON.
    return (
        f"SELECT s.version_id, s.activity, {group} AS field_group, '' AS code, s.run, s.at"  # noqa: S608
        f" FROM journeys_stepevent s, {each}"
        f" UNION ALL SELECT s.version_id, s.activity, {failed} AS field_group, {code} AS code, s.run, s.at"
        f" FROM journeys_stepevent s WHERE {failed} IS NOT NULL"
    )


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


def _code_of(column: str) -> str:
    if connection.vendor == "postgresql":
        return f"(NULLIF({column}, '')::json ->> 'code')"
    return f"json_extract(NULLIF({column}, ''), '$.code')"


def milliseconds(at: str, entered_at: str) -> str:
    """How long a step lasted, in full milliseconds."""
    if connection.vendor == "postgresql":
        return f"floor(extract(epoch FROM ({at} - {entered_at})) * 1000)::bigint"
    return f"(django_timestamp_diff({at}, {entered_at}) / 1000)"


def bucket_of(milliseconds: str) -> str:
    """The same as ``durations.bucket_of``, in SQL."""
    bounds = [least_of(bucket) for bucket in range(1, MOST_BUCKETS)]
    if connection.vendor == "postgresql":
        return f"width_bucket({milliseconds}, ARRAY[{', '.join(map(str, bounds))}]::bigint[])"
    cases = " ".join(f"WHEN {milliseconds} >= {bounds[at]} THEN {at + 1}" for at in range(len(bounds))[::-1])
    return f"CASE {cases} ELSE 0 END"
