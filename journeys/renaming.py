"""Documents refer to events, actions and templates by name: all versions follow when one is renamed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, TextField
from django.db.models.functions import Cast

from journeys.activities.base import kinds, read_config
from journeys.definition.document import ActivityDocument, Document, read_document
from journeys.models import JourneyVersion

#: Under which key of an activity's configuration things of a kind are named.
KEYS: Mapping[str, str] = {"event": "event", "action": "action", "template": "template"}


def follow(kind: str, obj: Model, old: str) -> None:
    """Rewrite the drawings of all versions of the sandbox, for ``journeyorch.renaming``.

    Inside the transaction of the change, which raises the generation.
    """
    key, named = KEYS.get(kind), vars(obj)
    if key is None or named["name"] == old:
        return
    versions = JourneyVersion.objects.filter(sandbox_id=named["sandbox_id"]).select_for_update()
    holding = versions.annotate(drawn=Cast("document", TextField())).filter(drawn__contains=old)
    for version in holding.order_by("pk"):
        document, _problems = read_document(version.document)
        if document is None:
            continue
        changed = with_renamed(document, key=key, old=old, new=named["name"])
        if changed != document:
            data: Any = changed.model_dump(mode="json")
            # Without a new revision a draft that somebody is editing would bring the old name back.
            JourneyVersion.objects.filter(pk=version.pk).update(document=data, revision=version.revision + 1)


def with_renamed(document: Document, *, key: str, old: str, new: str) -> Document:
    """The same drawing, naming it anew; names by which expressions refer to it stay. Pure."""
    activities = {
        id: _renamed(activity, key=key, old=old, new=new) for id, activity in document.activities.items()
    }
    return document.model_copy(update={"activities": activities})


def _renamed(activity: ActivityDocument, *, key: str, old: str, new: str) -> ActivityDocument:
    if activity.config.get(key) != old:
        return activity
    changed = activity.model_copy(update={"config": {**activity.config, key: new}})
    reference = _reference(activity)
    if reference and reference != _reference(changed):
        return changed.model_copy(update={"name": reference})
    return changed


def _reference(activity: ActivityDocument) -> str:
    """The name by which expressions refer to what the activity leaves."""
    config, _problem = read_config(activity)
    return kinds()[activity.kind].stores(activity, config) if config is not None else ""
