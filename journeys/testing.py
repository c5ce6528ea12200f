"""Test mode: switched on, used, and switched off again (users.md, Testing)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from datasources.models import Identity, Segment
from datasources.platform.namespaces.canonical import canonical
from events.models import Event, ReceivedEvent
from journeyorch import bulk, wakeup
from journeyorch.access import audit
from journeyorch.access.models import User
from journeys import firing
from journeys.definition.check import Reading
from journeys.definition.document import Document
from journeys.engine.catalog import read_catalog
from journeys.engine.lanes import lane_of
from journeys.engine.sweeps import end_run
from journeys.models import Journey, JourneyVersion, LaneInput, LastTrigger
from journeys.publishing import NotAllowed, locked, require, require_no_errors

Status = JourneyVersion.Status

#: How long the waits of a test may be made.
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(hours=1)
#: With reactions: what people do with a message takes its time to be known.
SHORTEST_WITH_REACTIONS = timedelta(seconds=40)
MOST_TO_CHOOSE = 50


def switch_on(version: JourneyVersion, *, by: User | None) -> None:
    """Let test profiles enter a draft. Raises ``NotAllowed`` while it has errors or knows no people."""
    with transaction.atomic():
        stored = locked(version)
        require(stored, Status.DRAFT, _("Only a draft can be tested; begin a new version."))
        require_no_errors(stored, _("The journey has errors; correct them before testing."), testing=True)
        document = Document.model_validate(stored.document)
        if Reading(document, read_catalog(stored.sandbox_id)).namespaces() == {""}:
            raise NotAllowed(_("Without a namespace nobody is a test profile; give the journey's event one."))
        journey = Journey.objects.select_for_update().get(pk=stored.journey_id)
        journey.test_runs += 1
        Journey.objects.filter(pk=journey.pk).update(test_runs=journey.test_runs)
        stored.status = Status.TEST
        stored.test_run, stored.test_people = journey.test_runs, 0
        stored.test_wait = max(stored.test_wait, shortest_wait(document))
        stored.tested_at = bulk.database_now()
        stored.save()
    version.refresh_from_db()


def switch_off(version: JourneyVersion, *, by: User | None) -> None:
    """Make it a draft again. From this commit on nothing of the test is seen; the lanes delete it."""
    with transaction.atomic():
        stored = locked(version)
        require(stored, Status.TEST, _("The version is not in test."))
        end_run(stored, now=bulk.database_now())
        stored.status = Status.DRAFT
        stored.save()
    version.refresh_from_db()
    wakeup.notify("drain")


def change_options(version: JourneyVersion, *, wait: timedelta, from_outside: bool, by: User | None) -> None:
    """How long waits last, and whether events from outside come in; from the next step on."""
    with transaction.atomic():
        stored = locked(version)
        require(stored, Status.TEST, _("The version is not in test."))
        shortest = max(SHORTEST_WAIT, shortest_wait(Document.model_validate(stored.document)))
        if not shortest <= wait <= LONGEST_WAIT:
            message = _("The wait time in test is between %(shortest)d and %(longest)d seconds.")
            limits = {"shortest": shortest.total_seconds(), "longest": LONGEST_WAIT.total_seconds()}
            raise NotAllowed(message % limits)
        stored.test_wait, stored.test_from_outside = wait, from_outside
        stored.save(update_fields=["test_wait", "test_from_outside", "updated_at"])
    version.refresh_from_db()


def shortest_wait(document: Document) -> timedelta:
    """What waits of a test last at least."""
    reacts = any(activity.kind == "reaction" for activity in document.activities.values())
    return SHORTEST_WITH_REACTIONS if reacts else SHORTEST_WAIT


def trigger(
    version: JourneyVersion, event: Event, *, person: str, payload: dict[str, Any], by: User, now: datetime
) -> ReceivedEvent:
    """Receive an event for the test, and remember what it was.

    Raises ``NotAllowed`` for somebody who would not get in, ``firing.NotFired`` for what breaks the schema.
    """
    known = canonical(event.namespace, person)
    if not _testers(version.sandbox_id, event.namespace).filter(value=known).exists():
        message = _("“%(person)s” is no test profile; choose one, or flag it under Profiles.")
        raise NotAllowed(message % {"person": person})
    entity = firing.for_person(event, payload, person)
    received = firing.fire(event, entity=entity, now=now, test_of=version.pk)
    values = {"person": person, "payload": payload}
    LastTrigger.objects.update_or_create(user=by, event=event, defaults=values)
    JourneyVersion.objects.filter(pk=version.pk).update(tested_at=now)
    return received


def qualify(version: JourneyVersion, segment: str, *, entered: bool, person: str, now: datetime) -> None:
    """Tell the test, and nobody else, that a test profile came into a segment or left it.

    Raises ``NotAllowed`` for a segment that the version does not name and for no test profile.
    """
    namespace = namespace_of(version)
    known = canonical(namespace, person)
    if version.status != Status.TEST or segment not in segments_of(version):
        raise NotAllowed(_("The version is not in test, or knows no such segment; load the page again."))
    if not _testers(version.sandbox_id, namespace).filter(value=known).exists():
        message = _("“%(person)s” is no test profile; choose one, or flag it under Profiles.")
        raise NotAllowed(message % {"person": person})
    found = Segment.objects.get(sandbox=version.sandbox_id, name=segment)
    detail = {
        "segment": found.pk, "name": found.name, "status": "realized" if entered else "exited",
        "sequence": str(uuid.uuid4()), "at": now, "namespaces": [namespace], "starts": True,
        "test": version.pk, "journey": version.journey_id,
    }  # fmt: skip
    lane = lane_of(version.sandbox_id, namespace, known)
    LaneInput.objects.create(
        lane_id=lane, kind=LaneInput.Kind.SEGMENT, namespace=namespace, person_id=known,
        detail=orjson.dumps(detail).decode(), occurred_at=now,
    )  # fmt: skip
    JourneyVersion.objects.filter(pk=version.pk).update(tested_at=now)
    audit.record("tested a segment", version)
    wakeup.notify("drain")


def segments_of(version: JourneyVersion) -> list[str]:
    """The names of the segments that the version listens to."""
    document = Document.model_validate(version.document)
    named = (activity.config.get("segment") for activity in document.activities.values())
    return list(dict.fromkeys(name for name in named if isinstance(name, str)))


def namespace_of(version: JourneyVersion) -> str:
    """By which people are known in it."""
    document = Document.model_validate(version.document)
    return next(iter(Reading(document, read_catalog(version.sandbox_id)).namespaces()), "")


def events_of(version: JourneyVersion) -> list[str]:
    """The names of the events that the version listens to, those that start it first."""
    document = Document.model_validate(version.document)
    ids = [*document.start, *(id for id in document.activities if id not in document.start)]
    activities = (document.activities[id] for id in ids if id in document.activities)
    names = (activity.config.get("event") for activity in activities if activity.kind == "event")
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def last_trigger(version: JourneyVersion, *, by: User, event: str = "") -> LastTrigger | None:
    """What the user last sent to a version like this: of one event, else of whichever was the latest."""
    names = [event] if event else events_of(version)
    found = LastTrigger.objects.filter(user=by, event__sandbox=version.sandbox_id, event__name__in=names)
    return found.select_related("event__schema", "event__sandbox").order_by("-sent_at").first()


def test_profiles(sandbox_id: int, namespace: str) -> list[str]:
    """Ids of test profiles in a namespace, to choose from."""
    found = _testers(sandbox_id, namespace).order_by("value")
    return list(found.values_list("value", flat=True)[:MOST_TO_CHOOSE])


def _testers(sandbox_id: int, namespace: str) -> QuerySet[Identity]:
    """Identities whose person is flagged; a profile that was merged is that of the one it went into."""
    flagged = Q(profile__merged_into=None, profile__test_profile=True) | Q(
        profile__merged_into__test_profile=True
    )
    return Identity.objects.filter(flagged, sandbox=sandbox_id, namespace=namespace)
