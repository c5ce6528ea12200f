"""What may still be changed once people are inside: the name, descriptions and labels (journeys.md, Life)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from journeyorch.access.models import User
from journeys.definition.document import Document
from journeys.models import Journey, JourneyVersion
from journeys.publishing import NotAllowed, locked, require

Status = JourneyVersion.Status


class Labels(NamedTuple):
    """What an activity is called, and what it is for."""

    label: str
    description: str


def rename_journey(journey: Journey, *, name: str, description: str, by: User | None) -> None:
    """Give all versions another name. Raises ``NotAllowed`` for one that is taken."""
    with transaction.atomic():
        stored = Journey.objects.select_for_update(of=("self",)).select_related("sandbox").get(pk=journey.pk)
        taken = Journey.objects.filter(sandbox=stored.sandbox_id, name=name).exclude(pk=stored.pk)
        if taken.exists():
            raise NotAllowed(
                _("There is already a journey “%(name)s”; choose another name.") % {"name": name}
            )
        stored.name, stored.description = name, description
        stored.save(update_fields=["name", "description", "updated_at"])


def relabel(version: JourneyVersion, labels: Mapping[str, Labels], *, by: User | None) -> None:
    """Change labels and descriptions of a live version's activities; nothing that people walk by."""
    with transaction.atomic():
        stored = locked(version)
        require(stored, Status.LIVE, _("Only a live version is relabelled; edit a draft instead."))
        document = Document.model_validate(stored.document)
        activities = {
            id: activity.model_copy(update=labels[id]._asdict()) if id in labels else activity
            for id, activity in document.activities.items()
        }
        changed = document.model_copy(update={"activities": activities})
        stored.document = Document.model_validate(changed.model_dump(mode="json")).model_dump(mode="json")
        stored.revision += 1
        stored.save(update_fields=["document", "revision", "updated_at"])
    version.refresh_from_db()
