"""What the designer is told of a version in test: what can be triggered, about whom, the settings."""

from __future__ import annotations

from typing import Any

from actions.messages.testing import allowed_addresses
from events.models import Event
from journeyorch.access.models import User
from journeys import testing
from journeys.definition.document import Document, read_document
from journeys.designer.trigger import first_form
from journeys.models import JourneyVersion


def describe_test(version: JourneyVersion, user: User, *, event: str = "") -> dict[str, Any]:
    """All of it as plain JSON. ``event``: the one whose form is wanted; "": the one that was sent last."""
    form = first_form(version, by=user, asked=event)
    namespace = testing.namespace_of(version)
    return {
        "events": _events(version),
        "form": form.describe() if form else None,
        "segments": testing.segments_of(version),
        "namespace": namespace,
        "testers": testing.test_profiles(version.sandbox_id, namespace),
        "wait": _wait(version),
        "fromOutside": version.test_from_outside,
        # Empty: messages go to whom they go in production.
        "addresses": list(allowed_addresses(version.sandbox)),
    }


def _events(version: JourneyVersion) -> list[dict[str, str]]:
    names = testing.events_of(version)
    found = {one.name: one for one in Event.objects.filter(sandbox=version.sandbox_id, name__in=names)}
    return [
        {
            "name": name,
            "description": found[name].description,
            "condition": found[name].condition if found[name].type == Event.Type.RULE else "",
        }
        for name in names
        if name in found
    ]


def _wait(version: JourneyVersion) -> dict[str, Any]:
    """How long waits last, in seconds. ``matters``: the journey has something that waits."""
    document = read_document(version.document)[0] or Document.empty()
    return {
        "seconds": int(version.test_wait.total_seconds()),
        "shortest": int(testing.shortest_wait(document).total_seconds()),
        "longest": int(testing.LONGEST_WAIT.total_seconds()),
        "matters": any(
            activity.kind in ("wait", "reaction") or bool(activity.config.get("timeout"))
            for activity in document.activities.values()
        ),
    }
