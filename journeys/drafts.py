"""Drafts: create, save, copy and delete what is not published yet (journeys.md, Life of a journey version)."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from journeyorch.access.models import Sandbox, User
from journeys.definition.document import Document
from journeys.models import Journey, JourneyVersion

Status = JourneyVersion.Status


class Refused(Exception):
    """The draft cannot be made, saved or deleted; the message says why and what to do."""


class Conflict(Refused):
    """Somebody else has saved the draft since it was read."""


@transaction.atomic
def create_journey(
    sandbox: Sandbox, *, name: str, by: User | None, document: dict[str, Any] | None = None
) -> JourneyVersion:
    """A new journey with one draft; ``name`` must be free in the sandbox."""
    journey = Journey.objects.create(sandbox=sandbox, name=name, created_by=by)
    drawing = document if document is not None else Document.empty().model_dump(mode="json")
    return JourneyVersion.objects.create(sandbox=sandbox, journey=journey, document=drawing)


def save_draft(version: JourneyVersion, *, document: dict[str, Any], revision: int) -> None:
    """Replace a draft's drawing, if it is still a draft and at the ``revision`` that was edited.

    No new generation of the sandbox: the engine never looks at drafts.
    """
    drafts = JourneyVersion.objects.filter(pk=version.pk, status=Status.DRAFT, revision=revision)
    if not drafts.update(document=document, revision=F("revision") + 1, updated_at=timezone.now()):
        raise Conflict(
            _("Somebody else has changed this draft meanwhile; copy your text, load the page again and repeat it.")
        )


@transaction.atomic
def new_version(version: JourneyVersion) -> JourneyVersion:
    """A draft copy of the latest version, to be published in its place."""
    latest = JourneyVersion.objects.select_for_update().filter(journey=version.journey).order_by("-number").first()
    assert latest is not None  # noqa: S101 - the given one is a version of it
    if latest.status == Status.DRAFT:
        raise Refused(_("There is a draft of this journey already; edit that one."))
    if latest.status == Status.STOPPED:
        raise Refused(_("A stopped journey gets no new versions; duplicate it."))
    if latest.pk != version.pk:
        raise Refused(_("New versions are made from the latest one only; open that one."))
    return JourneyVersion.objects.create(
        sandbox_id=latest.sandbox_id,
        journey_id=latest.journey_id,
        number=latest.number + 1,
        document=latest.document,
    )


def duplicate(version: JourneyVersion, *, by: User | None) -> JourneyVersion:
    """A new journey that begins with a draft copy of this version."""
    name = _free_name(version.journey)
    return create_journey(version.sandbox, name=name, by=by, document=version.document)


@transaction.atomic
def delete_draft(version: JourneyVersion) -> None:
    """Delete a draft, and its journey with it if there are no other versions."""
    if version.status != Status.DRAFT:
        raise Refused(_("Only drafts can be deleted here; this version has been published."))
    journey = version.journey
    version.delete()
    if not journey.versions.exists():
        journey.delete()


def _free_name(journey: Journey) -> str:
    taken = set(Journey.objects.filter(sandbox=journey.sandbox).values_list("name", flat=True))
    base = _("%(name)s (copy)") % {"name": journey.name[:100]}
    names = (base if number == 1 else f"{base} {number}" for number in count(1))
    return next(name for name in names if name not in taken)
