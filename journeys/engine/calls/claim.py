"""Claims due calls: each by one worker at a time, endpoint by endpoint."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

import orjson
from django.db import InterfaceError, OperationalError, connection

from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.outbound.calls import CallSpec, Outcome, Prepared, handler_of
from journeyorch.phrases import phrase
from journeys.engine import tables
from journeys.engine.lanes import MAX_CRASHES
from journeys.engine.over import over_condition
from journeys.models import Call, Instance

logger = logging.getLogger(__name__)

#: Longer than the longest timeout (30 s) plus 10: only a dead or stopped worker loses a claim.
LEASE = timedelta(seconds=40)
# An attempt that comes late gets at least so many seconds.
_SHORTEST = 0.1


class Claimed(NamedTuple):
    """A call that we may make; ``token`` proves it when its result is written."""

    spec: CallSpec
    token: int
    lane_id: int
    instance_id: UUID
    endpoint: str
    timeout: float  # seconds for all attempts together
    attempts: int  # made before this one
    first_attempt_at: datetime | None
    prepared: Prepared | None
    created_at: datetime
    own_endpoint: str | None = None  # if it stands, or stood, in a throttle's line
    is_awaited: bool = True  # its instance is there, and neither its version nor its test is over
    spent: float = 0.0  # seconds since the first attempt, when this one was started

    @property
    def system(self) -> str:
        """The endpoint that is called, also of a call that stands in line."""
        return self.own_endpoint or self.endpoint

    @property
    def was_begun_by_dead(self) -> bool:
        """An attempt was counted, and whoever made it lost its claim without a result: see ``claim``."""
        return self.attempts > 0 and self.first_attempt_at is None

    def time_left(self, now: datetime) -> float:
        """Seconds until all attempts together have taken the call's timeout."""
        return self.timeout - self.since_first_attempt(now)

    def since_first_attempt(self, now: datetime) -> float:
        """Seconds; 0 before the first one."""
        return 0.0 if self.first_attempt_at is None else (now - self.first_attempt_at).total_seconds()

    @property
    def attempt_timeout(self) -> float:
        """Seconds for the attempt that has been started: what earlier attempts and pauses left over."""
        return max(_SHORTEST, self.timeout - self.spent)


# A walk over the index from endpoint to endpoint, never over all the calls of one.
_ENDPOINTS = """
WITH RECURSIVE found(endpoint) AS (
    SELECT (SELECT endpoint FROM journeys_call WHERE status = 0 ORDER BY endpoint LIMIT 1)
    UNION ALL
    SELECT (SELECT c.endpoint FROM journeys_call c
             WHERE c.status = 0 AND c.endpoint > found.endpoint ORDER BY c.endpoint LIMIT 1)
      FROM found WHERE found.endpoint IS NOT NULL
) SELECT endpoint FROM found WHERE endpoint IS NOT NULL
"""
_STORED = (
    "id, sandbox_id, kind, spec, namespace, person_id, in_test, token, lane_id, instance_id, endpoint, "
    "timeout_seconds, attempts, first_attempt_at, request, created_at, own_endpoint"
)
# One probe for each call: EXISTS might be planned as a look through all instances.
_IS_AWAITED = (
    f"(SELECT i.status FROM {tables.INSTANCE} AS i WHERE i.id = {tables.CALL}.instance_id"
    f" AND i.status = {Instance.Status.RUNNING:d} AND NOT EXISTS (SELECT 1 FROM {tables.VERSION} AS o"
    f" WHERE o.id = i.version_id AND {over_condition('o', run='i.run')})) IS NOT NULL"
)
_CLAIMED = f"{_STORED}, {_IS_AWAITED}"


def open_endpoints() -> list[str]:
    """The endpoints that have open calls, due or not."""
    return [row[0] for row in bulk.run(_ENDPOINTS)]


def claim(
    endpoint: str,
    *,
    owner: str,
    most: int,
    now: datetime,
    due: datetime | None = None,
    becomes: str | None = None,
) -> list[Claimed]:
    """Claim due calls of an endpoint, in order; what others hold is passed over.

    ``due``: only what has been due since then. ``becomes`` is the endpoint that they have from then on.

    A claim moves ``not_before`` to the end of its lease: if we die, the call comes due again by itself.
    Taken over from a dead worker, it gets its whole timeout again: the endpoint is not to blame.
    """
    first = (
        "FROM journeys_call WHERE status = 0 AND endpoint = %s AND not_before <= %s"
        " ORDER BY not_before, id LIMIT %s"
    )
    change = (
        "UPDATE journeys_call SET owner = %s, token = token + 1, not_before = %s, endpoint = %s,"
        " first_attempt_at = CASE WHEN owner IS NULL THEN first_attempt_at END"
    )
    of_first: list[Any] = [endpoint, bulk.to_database(due or now), most]
    changed = [owner, bulk.to_database(now + LEASE), becomes or endpoint]
    if connection.vendor == "postgresql":
        # They are looked for once. A plain IN may be asked again for each row that it is compared with, skip
        # what it has locked itself, and so claim more than ``most``. And they are found again by their place:
        # by id and status the planner went through all open calls. What has just moved is left for later.
        sql = (
            f"WITH first AS (SELECT ctid AS place {first} FOR NO KEY UPDATE SKIP LOCKED)"
            f" {change} FROM first WHERE journeys_call.ctid = place{bulk.unhurried()} RETURNING {_CLAIMED}"
        )
        return [_claimed(row) for row in bulk.run(sql, [*of_first, *changed])]
    sql = f"{change} WHERE id IN (SELECT id {first}) RETURNING {_CLAIMED}"
    return [_claimed(row) for row in bulk.run(sql, [*changed, *of_first])]


def given_up(keys: Collection[UUID]) -> list[Claimed]:
    """Calls that nobody waits for any more, as they are stored, claimed or not."""
    columns = _STORED.split(", ")
    return [_claimed((*row, False)) for row in Call.objects.filter(pk__in=keys).values_list(*columns)]


def _claimed(row: Sequence[Any]) -> Claimed:
    """A row as ``_CLAIMED`` names its columns; raw SQL gives SQLite's texts and numbers."""
    id, sandbox_id, kind, spec, namespace, person_id, in_test, *rest = row
    token, lane_id, instance_id, endpoint, timeout, attempts, first_attempt_at, request, *rest = rest
    created_at, own_endpoint, is_awaited = rest
    return Claimed(
        spec=CallSpec(_uuid(id), sandbox_id, kind, orjson.loads(spec), namespace, person_id, bool(in_test)),
        token=token,
        lane_id=lane_id,
        instance_id=_uuid(instance_id),
        endpoint=endpoint,
        timeout=timeout,
        attempts=attempts,
        first_attempt_at=bulk.from_database(first_attempt_at),
        prepared=Prepared(orjson.loads(request)) if request else None,
        created_at=cast(datetime, bulk.from_database(created_at)),
        own_endpoint=own_endpoint,
        is_awaited=bool(is_awaited),
    )


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def without_owner_gone(claimed: Sequence[Claimed]) -> tuple[list[Claimed], list[Claimed]]:
    """(calls to be made, calls nobody waits for: their instance has ended, its version or test is over)."""
    return [call for call in claimed if call.is_awaited], [call for call in claimed if not call.is_awaited]


_CRASHED = Outcome(
    "error", "crashed", message=phrase("The worker that made the call died, again and again; it is given up.")
)


def without_killers(claimed: Sequence[Claimed]) -> tuple[list[Claimed], list[tuple[Claimed, Outcome]]]:
    """(calls to be made, calls that are given up because every worker that began them died).

    An attempt is counted before it is made: after so many, the call itself must be what kills the workers.
    """
    ended = [(call, _CRASHED) for call in claimed if call.attempts >= MAX_CRASHES]
    return [call for call in claimed if call.attempts < MAX_CRASHES], ended


def without_unknown(claimed: Sequence[Claimed]) -> tuple[list[Claimed], list[Claimed]]:
    """(calls to be made, calls to be parked: begun by a worker that died, and not to be repeated unasked)."""
    parked: set[UUID] = set()
    for kind, calls in _by_kind(call for call in claimed if call.was_begun_by_dead).items():
        answers = zip(calls, handler_of(kind).parks([call.spec for call in calls]), strict=True)
        parked.update(call.spec.key for call, parks in answers if parks)
    wanted = [call for call in claimed if call.spec.key not in parked]
    return wanted, [call for call in claimed if call.spec.key in parked]


def prepare(claimed: Sequence[Claimed]) -> tuple[list[Claimed], list[tuple[Claimed, Outcome]]]:
    """Render the requests of calls that have none: (calls with a request, calls that end without one)."""
    ready = [call for call in claimed if call.prepared is not None]
    ended: list[tuple[Claimed, Outcome]] = []
    for kind, calls in _by_kind(call for call in claimed if call.prepared is None).items():
        for call, result in zip(calls, _rendered(kind, [call.spec for call in calls]), strict=True):
            if isinstance(result, Outcome):
                ended.append((call, result))
            else:
                ready.append(call._replace(prepared=result))
    return ready, ended


_UNPREPARED = Outcome("error", "internal", message=phrase("The call could not be prepared; see the log."))


def _rendered(kind: str, specs: Sequence[CallSpec]) -> Sequence[Prepared | Outcome]:
    """Render together; if that fails one by one: a bad call must not keep the others from being made."""
    try:
        return handler_of(kind).prepare(specs)
    except (OperationalError, InterfaceError):
        raise  # no call is to blame for the database
    except Exception:
        logger.exception("Calls of the kind %s could not be prepared", kind)
        return [_UNPREPARED] if len(specs) == 1 else [_rendered(kind, [spec])[0] for spec in specs]


def _by_kind(claimed: Iterable[Claimed]) -> Mapping[str, list[Claimed]]:
    found: dict[str, list[Claimed]] = {}
    for call in claimed:
        found.setdefault(call.spec.kind, []).append(call)
    return found


CLAIM = (tables.UUID, Column("token", "integer"))
#: Of a call that nobody has settled meanwhile.
OPEN_CLAIM = (*CLAIM, Column("status", "smallint"))
_STARTED = (
    Column("request", "text"),
    Column("attempts", "smallint"),
    Column("first_attempt_at", "timestamptz"),
)


def start(calls: Sequence[Claimed], now: datetime) -> list[Claimed]:
    """Store each request and count the attempt before it is made, so that a crash counts it, too.

    Returns the calls that may be made now: one whose claim was lost meanwhile may have been rendered anew by
    its next owner, and must not leave in two forms.
    """
    started = [
        call._replace(
            attempts=call.attempts + 1,
            first_attempt_at=call.first_attempt_at or now,
            spent=call.since_first_attempt(now),
        )
        for call in calls
    ]
    rows = [
        (call.spec.key, call.token, request_text(call.prepared), call.attempts, call.first_attempt_at)
        for call in started
    ]
    if bulk.update(tables.CALL, CLAIM, _STARTED, rows) == len(rows):
        return started
    ours = bulk.lookup(tables.CALL, CLAIM, [row[:2] for row in rows], [tables.UUID])
    return [started[ordinal] for ordinal, _ in ours]


def unstart(calls: Sequence[Claimed], now: datetime) -> None:
    """Let others make calls that were begun and never sent: the attempt is not counted."""
    rows = [
        (
            call.spec.key,
            call.token,
            now,
            None,
            call.attempts - 1,
            call.first_attempt_at if call.attempts > 1 else None,
        )
        for call in calls
    ]
    columns = (Column("not_before", "timestamptz"), Column("owner", "text"), *_STARTED[1:])
    bulk.update(tables.CALL, CLAIM, columns, rows)


def request_text(prepared: Prepared | None) -> str | None:
    return orjson.dumps(prepared.request).decode() if prepared else None


def drop(calls: Sequence[Claimed]) -> None:
    """End calls that nobody waits for, unmade."""
    rows = [(call.spec.key, call.token, Call.Status.DROPPED, None) for call in calls]
    bulk.update(tables.CALL, CLAIM, (Column("status", "smallint"), Column("owner", "text")), rows)


def give_back(calls: Sequence[Claimed], now: datetime) -> None:
    """Let others make calls that we claimed and have not begun."""
    postpone([(call, now) for call in calls])


def postpone(calls: Sequence[tuple[Claimed, datetime]]) -> None:
    """Make calls due again, each at its time."""
    rows = [(call.spec.key, call.token, moment, None, call.attempts) for call, moment in calls]
    columns = (Column("not_before", "timestamptz"), Column("owner", "text"), Column("attempts", "smallint"))
    bulk.update(tables.CALL, CLAIM, columns, rows)
