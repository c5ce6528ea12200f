"""What may be changed while people are inside: name, tags, descriptions and labels (users.md, Publishing)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from journeyorch.access.models import User
from journeys.activities.base import kinds, read_config
from journeys.definition.document import ActivityDocument, Document
from journeys.models import Journey, JourneyVersion
from journeys.publishing import NotAllowed, locked, require

Status = JourneyVersion.Status


class Labels(NamedTuple):
    """What an activity is called, what it is for, and what its paths are called, by their ids."""

    label: str
    description: str
    paths: Mapping[str, str] = {}  # of those that ``labelled_paths`` names; others stay as they are


#: So many tags a journey may have, of so many letters each.
MOST_TAGS, LONGEST_TAG = 20, 40


def read_tags(names: Iterable[str]) -> list[str]:
    """Tags without what is empty or there twice, however it is written. Raises ``NotAllowed``."""
    found: dict[str, str] = {}
    for name in names:
        if tag := " ".join(name.replace(",", " ").split()):
            found.setdefault(tag.casefold(), tag)
    if len(found) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in found.values()):
        message = _(
            "A journey has at most %(most)d tags of at most %(longest)d letters each; leave some out."
        )
        raise NotAllowed(message % {"most": MOST_TAGS, "longest": LONGEST_TAG})
    return list(found.values())


def labelled_paths(activity: ActivityDocument) -> dict[str, str]:
    """The labels of the paths that a user may label, by their ids; none for kinds without such paths."""
    config, _problem = read_config(activity)
    field = kinds()[activity.kind].labelled if config is not None else ""
    return {path.id: path.label for path in getattr(config, field)} if field else {}


def unlabelled(activity: ActivityDocument) -> ActivityDocument:
    """The activity with labels that say nothing: its paths are called as its kind calls them."""
    return _relabelled(activity, Labels("", "", dict.fromkeys(labelled_paths(activity), "")))


def rename_journey(
    journey: Journey, *, name: str, description: str, tags: Iterable[str] | None = None, by: User | None
) -> None:
    """What all versions are called; ``tags`` None: they stay. Raises ``NotAllowed`` for a name in use."""
    with transaction.atomic():
        stored = Journey.objects.select_for_update(of=("self",)).select_related("sandbox").get(pk=journey.pk)
        taken = Journey.objects.filter(sandbox=stored.sandbox_id, name=name).exclude(pk=stored.pk)
        if taken.exists():
            raise NotAllowed(
                _("There is already a journey “%(name)s”; choose another name.") % {"name": name}
            )
        stored.name, stored.description = name, description
        if tags is not None:
            stored.tags = ", ".join(read_tags(tags))
        stored.save(update_fields=["name", "description", "tags", "updated_at"])


def relabel(version: JourneyVersion, labels: Mapping[str, Labels], *, by: User | None) -> None:
    """Change labels and descriptions of a live version's activities; nothing that people walk by."""
    with transaction.atomic():
        stored = locked(version)
        require(stored, Status.LIVE, _("Only a live version is relabelled; edit a draft instead."))
        document = Document.model_validate(stored.document)
        activities = {
            id: _relabelled(activity, labels[id]) if id in labels else activity
            for id, activity in document.activities.items()
        }
        changed = document.model_copy(update={"activities": activities})
        stored.document = Document.model_validate(changed.model_dump(mode="json")).model_dump(mode="json")
        stored.revision += 1
        stored.save(update_fields=["document", "revision", "updated_at"])
    version.refresh_from_db()


def _relabelled(activity: ActivityDocument, given: Labels) -> ActivityDocument:
    changes = {"label": given.label, "description": given.description}
    known = labelled_paths(activity)
    labels = known | {path: label for path, label in given.paths.items() if path in known}
    if labels:
        field = kinds()[activity.kind].labelled
        paths = [{**path, "label": labels[path["id"]]} for path in activity.config[field]]
        return activity.model_copy(update={**changes, "config": {**activity.config, field: paths}})
    return activity.model_copy(update=changes)
