"""What alerts look for: each kind says in a sentence what is wrong, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from journeyorch.outbound.endpoints import endpoints_of
from journeyorch.outbound.models import Breaker
from journeys.engine.decide.operate import REOPENED
from journeys.models import Alert, Instance, JourneyVersion, StepCount, StepEvent
from journeys.reports.condition import lag_of
from journeys.reports.counts import FAILURES

#: Of fewer people whose journey ended no share is worked out.
LEAST = 10
#: Shares are those of the present hour and of so many before it.
HOURS = 1

Look = Callable[[Alert, datetime], str]
Status = StepEvent.Status
_OTHER_ENDS = (Status.ENDED, Status.INSTANCE_TIMED_OUT, Status.STOPPED)
# Whoever fails along a path goes on; a journey is also over behind a path that leads nowhere.
_ENDS = Q(path="") | Q(status=Status.ENDED) | Q(status=Status.OPERATED, path=REOPENED)


def look(alert: Alert, now: datetime) -> str:
    """What is wrong now, as a sentence; empty if all is well."""
    return _KINDS[alert.kind](alert, now)


def _failed_rate(alert: Alert, now: datetime) -> str:
    since = (now - timedelta(hours=HOURS)).replace(minute=0, second=0, microsecond=0)
    steps = StepCount.objects.filter(
        version__in=list(_versions(alert).values_list("pk", flat=True)), hour__gte=since, run=0
    )
    counts = Counter(dict(steps.filter(_ENDS).values_list("status").annotate(Sum("n"))))
    # Whom an operator brought back has not failed.
    failed = max(0, sum(counts[status] for status in FAILURES) - counts[Status.OPERATED])
    ended = failed + sum(counts[status] for status in _OTHER_ENDS)
    if ended < LEAST or failed * 100 <= alert.threshold * ended:
        return ""
    told = {"failed": failed, "ended": ended, "percent": round(failed * 100 / ended)}
    return _("Of the last %(ended)d people whose journey ended, %(failed)d failed: %(percent)d %%.") % told


def _no_entrance(alert: Alert, now: datetime) -> str:
    """Of live journeys, and not before they have been live for so long."""
    before = now - timedelta(hours=alert.threshold)
    live = _versions(alert).filter(status=JourneyVersion.Status.LIVE)
    newest = [_last_entrance(version) or version.published_at for version in live.defer("document")]
    if not newest or any(moment is None or moment > before for moment in newest):
        return ""
    return _("Nobody has entered for more than %(hours)g hours.") % {"hours": alert.threshold}


def _last_entrance(version: JourneyVersion) -> datetime | None:
    found: datetime | None = Instance.objects.filter(version=version, run=0).aggregate(
        last=Max("started_at")
    )["last"]
    return found


def _breaker_open(alert: Alert, now: datetime) -> str:
    opened = Breaker.objects.filter(
        sandbox=alert.sandbox_id, opened_at__lte=now - timedelta(minutes=alert.threshold)
    )
    names = {one.key: one.label for one in endpoints_of(alert.sandbox_id)}
    found = sorted(names.get(key, key) for key in opened.values_list("endpoint", flat=True))
    return _("Left alone because they fail: %(systems)s.") % {"systems": ", ".join(found)} if found else ""


def _lag(alert: Alert, now: datetime) -> str:
    lag = lag_of(alert.sandbox_id, now)
    if max(lag.unrouted_age, lag.inputs, lag.timers) <= alert.threshold:
        return ""
    return _(
        "Events wait %(events)d s to be routed, people %(inputs)d s for their turn; "
        "timers are %(timers)d s late."
    ) % {"events": lag.unrouted_age, "inputs": lag.inputs, "timers": lag.timers}


def _versions(alert: Alert) -> QuerySet[JourneyVersion]:
    published = JourneyVersion.objects.published().filter(sandbox=alert.sandbox_id)
    return published.filter(journey=alert.journey_id) if alert.journey_id else published


_KINDS: Mapping[str, Look] = {
    Alert.Kind.FAILED_RATE: _failed_rate,
    Alert.Kind.NO_ENTRANCE: _no_entrance,
    Alert.Kind.BREAKER_OPEN: _breaker_open,
    Alert.Kind.LAG: _lag,
}
