"""What must be done now and then: ends of journeys, finished versions, hourly sums, retention.

Every piece is small, conditional, and harmless when two workers do it at once.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from actions.contact.frequency import forget_expired as forget_expired_counts
from actions.models import CampaignMessage, Delivery, Feedback, LinkClick, MirrorPage
from datasources.external.models import FetchCache
from datasources.models import PendingImport
from datasources.platform.profiles.forgetting import forget_old_events
from datasources.platform.segments.sweep import sweep as sweep_segments
from events.ingest.sweep import forget_outdated_keys
from events.models import Quarantined, ReceivedEvent
from journeyorch import bulk
from journeyorch.access.locks import lock_sandbox
from journeyorch.api.models import forget_answers
from journeyorch.outbound.protection.lifecycle import forget_deleted as forget_deleted_throttles
from journeys.alerts.checking import check_all as check_alerts
from journeys.alerts.checking import forget_old_notices
from journeys.definition.document import Document
from journeys.engine.folding import fold
from journeys.engine.snapshots import complain_of_old_snapshots
from journeys.engine.sweeps import end_run
from journeys.models import Call, Instance, JourneyVersion, StepEvent

#: Rows deleted at a time.
BATCH = 1000
#: After so long without an event a test ends.
IDLE_TEST = timedelta(days=7)
_EVERY = 5.0
# While there is more to delete than a round takes, and work to do as well: 4,000 rows a second of a table.
_EVERY_IF_MORE = 0.25

# What is beyond its retention has time, and looking for all of it takes 25 statements.
_TIDY_EVERY = 60.0

_next_at = 0.0
_tidy_at = 0.0


def keep_up(*, idle: bool, leader: bool) -> bool:
    """Do what is due, if this process is the one to do it; True if there is more to do right away.

    Also without a quiet moment: a loaded system is the one that must not grow.
    """
    global _next_at, _tidy_at
    now = time.monotonic()
    if not leader or now < _next_at:
        return False
    moment = bulk.database_now()
    more = follow_time(moment)
    if now >= _tidy_at:
        left = tidy(moment)
        _tidy_at = now if left else now + _TIDY_EVERY
        more |= left
    at_once = more and idle
    _next_at = now + (0.0 if at_once else _EVERY_IF_MORE if more else _EVERY)
    return at_once


def upkeep(now: datetime) -> bool:
    """One round of everything; True if there is more to do."""
    return follow_time(now) | tidy(now)


def follow_time(now: datetime) -> bool:
    """What somebody would miss if it were late; True if there is more of it."""
    close_ended(now)
    finish_empty(now)
    complain_of_old_snapshots()
    end_idle_tests(now)
    check_alerts(now)
    return sweep_segments(now)


def tidy(now: datetime) -> bool:
    """Delete what is beyond its time and add up hours that are over, some of each; True if there is more."""
    deleted = (
        delete_old_instances(now),
        delete_old_step_events(now),
        delete_old_events(now),
        forget_old_events(now, most=BATCH),
        forget_outdated_keys(now.date()),
        delete_old_deliveries(now),
        forget_fetched(now),
        forget_expired_sessions(now),
        forget_uploads(now),
        forget_expired_counts(now, most=BATCH),
        forget_deleted_throttles(now),
        forget_answers(now, most=BATCH),
        forget_old_notices(now, most=BATCH),
    )
    return fold(now) or max(deleted) >= BATCH


def close_ended(now: datetime) -> None:
    """Close live versions whose end date has come (journey-format.md, The whole)."""
    live = JourneyVersion.objects.live()
    for version in live.filter(document__properties__end_at__isnull=False):
        end_at = Document.model_validate(version.document).properties.end_at
        if end_at is not None and end_at <= now:
            _move(live, version, JourneyVersion.Status.CLOSED, closed_at=now)


def finish_empty(now: datetime) -> None:
    """Closed versions become finished when nobody is left inside."""
    inside = Instance.objects.real().filter(version=OuterRef("pk"), ended_at=None)
    closed = JourneyVersion.objects.filter(~Exists(inside), status=JourneyVersion.Status.CLOSED)
    for version in closed:
        _move(closed, version, JourneyVersion.Status.FINISHED, finished_at=now)


def end_idle_tests(now: datetime) -> None:
    """A test that nobody has triggered for a week goes back to draft (users.md, Testing)."""
    idle = JourneyVersion.objects.filter(status=JourneyVersion.Status.TEST, tested_at__lte=now - IDLE_TEST)
    for version in idle:
        _move(idle, version, JourneyVersion.Status.DRAFT)


def _move(those: QuerySet[JourneyVersion], version: JourneyVersion, status: str, **moment: datetime) -> None:
    """Unless it is none of ``those`` any more: it may have been stopped, or an operator may have brought
    somebody back into it.

    The lock is the one that waves share, and comes first, as with them. Whoever holds the row changes it.
    """
    with transaction.atomic():
        lock_sandbox(version.sandbox_id)
        stored = bulk.skip_locked(those.filter(pk=version.pk)).first()
        if stored is None:
            return
        if stored.status == JourneyVersion.Status.TEST:
            end_run(stored, now=bulk.database_now())
        stored.status = status
        for name, value in moment.items():
            setattr(stored, name, value)
        stored.save(update_fields=["status", *moment, "updated_at"])


def delete_old_instances(now: datetime) -> int:
    """Ended instances beyond their time, with their calls; never one whose call is still open."""
    open_calls = Call.objects.filter(instance_id=OuterRef("pk"), status=Call.Status.OPEN)
    before = now - timedelta(days=settings.RETENTION_INSTANCES_DAYS)
    with transaction.atomic():
        old = Instance.objects.filter(~Exists(open_calls), ended_at__lt=before).order_by("ended_at")
        ids = list(bulk.skip_locked(old).values_list("pk", flat=True)[:BATCH])
        Call.objects.filter(instance_id__in=ids).delete()
        Instance.objects.filter(pk__in=ids).delete()
    return len(ids)


def delete_old_step_events(now: datetime) -> int:
    """Step events beyond their time; their sums stay."""
    before = now - timedelta(days=settings.RETENTION_STEP_EVENTS_DAYS)
    return _delete_old(StepEvent.objects.all(), "at", before)


def delete_old_deliveries(now: datetime) -> int:
    """Deliveries and feedback beyond their time; never what somebody inside may still react to."""
    days = settings.RETENTION_DELIVERIES_DAYS
    kept, looked_at = timedelta(days=days), timedelta(days=max(days, settings.JOURNEY_GLOBAL_TIMEOUT_DAYS))
    return max(
        _delete_old(Delivery.objects.all(), "created_at", now - kept),
        _delete_old(MirrorPage.objects.all(), "created_at", now - kept),
        _delete_old(LinkClick.objects.all(), "received_at", now - kept),
        _delete_old(Feedback.objects.all(), "received_at", now - looked_at),
        _delete_old(CampaignMessage.objects.all(), "created_at", now - kept),
    )


def _delete_old(rows: QuerySet[Any], time: str, before: datetime) -> int:
    """From the lowest id on, as long as they are old: ids grow with time, so no index on time is needed."""
    oldest = rows.order_by("pk").values_list("pk", time)[:BATCH]
    ids = [id for id, _ in takewhile(lambda row: row[1] < before, oldest)]
    rows.filter(pk__in=ids).delete()
    return len(ids)


def delete_old_events(now: datetime) -> int:
    """Received events beyond their time, from the lowest id on; never one that is not routed."""
    before = now - timedelta(days=settings.RETENTION_EVENTS_DAYS)
    oldest = ReceivedEvent.objects.order_by("pk").values_list("pk", "routed", "received_at")[:BATCH]
    ids = [id for id, _, _ in takewhile(lambda row: row[1] and row[2] < before, oldest)]
    with transaction.atomic():
        Quarantined.objects.filter(received_event_id__in=ids).delete()
        ReceivedEvent.objects.filter(pk__in=ids).delete()
    return len(ids)


def forget_fetched(now: datetime) -> int:
    """Answers of data sources whose time is over; one that is being fetched anew is left alone."""
    return _delete_some(FetchCache.objects.over(now).order_by("expires_at"))


def forget_expired_sessions(now: datetime) -> int:
    """Sessions of users whose time is over: Django deletes only those that log out."""
    return _delete_some(Session.objects.filter(expire_date__lt=now).order_by("expire_date"))


def forget_uploads(now: datetime) -> int:
    """Files that somebody wanted to import and has not come back to."""
    return _delete_some(PendingImport.objects.over(now).order_by("created_at"))


def _delete_some(rows: QuerySet[Any]) -> int:
    """The first of them that nobody holds."""
    with transaction.atomic():
        ids = list(bulk.skip_locked(rows).values_list("pk", flat=True)[:BATCH])
        rows.model._default_manager.filter(pk__in=ids).delete()
    return len(ids)
