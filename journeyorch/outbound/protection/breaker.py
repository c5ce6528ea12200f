"""Circuit breakers: an endpoint that fails again and again is left alone for a while, then tried with a call.

Closed, calls are made. After many failures in a row, over some seconds, it opens: calls end at once as
errors. When its time is over one call is let through, the probe. If that succeeds it closes, else it stays
open for the same time again. All workers share the row; a healthy endpoint costs one look-up a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from journeyorch import bulk
from journeyorch.access import audit
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.protection.models import Breaker

#: A short outage, which retries would get over, opens nothing, however many calls fail in it.
PATIENCE = timedelta(seconds=10)
# Longer than a call may take: a probe whose worker died is made again.
_PROBE = timedelta(seconds=45)

# Asked for with every batch of calls.
_FAILING = """
SELECT endpoint, failures, failing_since, opened_at, probe_at FROM outbound_breaker WHERE failures > 0
"""
_SILENT = frozenset({"resolve", "connect", "tls", "timeout", "cutShort", "badAnswer", "tokenLater"})


class Condition(NamedTuple):
    """How an endpoint is: what of its row decides."""

    failures: int = 0
    failing_since: datetime | None = None
    opened_at: datetime | None = None
    probe_at: datetime | None = None


class Tally(NamedTuple):
    """What a batch of outcomes says of one endpoint."""

    failures: int = 0  # in a row, at the end
    succeeded: bool = False  # any of them
    error: str = ""


def failed(outcome: Outcome) -> bool | None:
    """Whether an outcome tells of a system in trouble; None for one that says nothing about the system.

    Who answers with a refusal, or asks for a pause, is there.
    """
    if outcome.status == "http":
        return outcome.code.startswith("5")
    if outcome.status in ("timedOut", "error"):
        return True if outcome.status == "timedOut" or outcome.code in _SILENT else None
    return False if outcome.status == "ok" and outcome.code != "cached" else None


def tally(outcomes: Iterable[Outcome]) -> Tally:
    """The outcomes of one endpoint, in their order. Pure."""
    found = Tally()
    for outcome in outcomes:
        match failed(outcome):
            case True:
                error = outcome.message or f"{outcome.status} {outcome.code}"
                found = found._replace(failures=found.failures + 1, error=error)
            case False:
                found = Tally(succeeded=True)
    return found


def after(condition: Condition, told: Tally, now: datetime, *, most: int, seconds: float) -> Condition:
    """The condition after a batch; opens at ``most`` failures in a row, for ``seconds``. Pure."""
    before = Condition() if told.succeeded else condition
    if not told.failures:
        return before
    failures = before.failures + told.failures
    since = before.failing_since or now
    tired = most > 0 and failures >= most and now - since >= PATIENCE
    if not before.opened_at and not tired:
        return Condition(failures, since)
    return Condition(failures, since, before.opened_at or now, now + timedelta(seconds=seconds))


def note(outcomes: Mapping[tuple[int, str], Iterable[Outcome]], now: datetime, *, failing: set[str]) -> None:
    """Write down what happened, by (sandbox, endpoint).

    ``failing`` names the endpoints that had failed when somebody looked: of others a success is no news.
    """
    for (sandbox_id, endpoint), happened in sorted(outcomes.items(), key=lambda item: item[0]):
        told = tally(happened)
        if told.failures or (told.succeeded and endpoint in failing):
            _note(sandbox_id, endpoint, told, now)


def _note(sandbox_id: int, endpoint: str, told: Tally, now: datetime) -> None:
    with transaction.atomic():
        rows = Breaker.objects.select_for_update()
        row, _ = rows.get_or_create(endpoint=endpoint, defaults={"sandbox_id": sandbox_id})
        condition = after(
            Condition(row.failures, row.failing_since, row.opened_at, row.probe_at),
            told,
            now,
            most=settings.BREAKER_FAILURES,
            seconds=settings.BREAKER_SECONDS,
        )
        for name, value in condition._asdict().items():
            setattr(row, name, value)
        if told.failures:
            row.last_error, row.last_failed_at = told.error[:500], now
        row.save()


def conditions() -> dict[str, Condition]:
    """The endpoints that have failed lately."""
    return {
        endpoint: Condition(failures, *map(bulk.from_database, moments))
        for endpoint, failures, *moments in bulk.run(_FAILING)
    }


def take_probe(endpoint: str, condition: Condition, now: datetime) -> bool:
    """Whether our call is the probe of an open breaker; of several who ask at once one gets it."""
    if condition.probe_at is None or condition.probe_at > now:
        return False
    unprobed = Breaker.objects.filter(endpoint=endpoint, probe_at=condition.probe_at)
    return bool(unprobed.update(probe_at=now + _PROBE))


def close(row: Breaker) -> None:
    """Somebody wants calls to be made again at once."""
    with transaction.atomic():
        reset(row.endpoint)
        audit.record("closed", row)


def reset(endpoint: str) -> None:
    """Forget the failures: calls are made again at once."""
    Breaker.objects.filter(endpoint=endpoint).update(**Condition()._asdict())
