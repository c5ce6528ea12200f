"""Test mode: switched on, used, and switched off again (journeys.md, Test mode)."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from journeyorch import bulk, wakeup
from journeyorch.access.models import User
from journeys.definition.check import Reading
from journeys.definition.document import Document
from journeys.engine.catalog import read_catalog
from journeys.engine.sweeps import sweep_version
from journeys.models import Journey, JourneyVersion
from journeys.publishing import NotAllowed, locked, require, require_no_errors

Status = JourneyVersion.Status

#: How long the waits of a test may be made.
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(hours=1)
#: With reactions: what people do with a message takes its time to be known.
SHORTEST_WITH_REACTIONS = timedelta(seconds=40)


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
        now = bulk.database_now()
        sweep_version(stored.pk, sandbox_id=stored.sandbox_id, now=now, run=stored.test_run)
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
