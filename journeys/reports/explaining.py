"""Why a person took each path of a story, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext

from journeyorch.moments import in_text
from journeys.activities.words import Words
from journeys.definition.document import Document
from journeys.reports.story import Story
from journeys.reports.why import Why, why


def reasons_of(story: Story, document: Document) -> dict[int, Why]:
    """Why each path was taken, by the step event."""
    words = Words(gettext, in_text)
    found = {}
    for event in (passed.event for passed in story.passed if not passed.discarded):
        activity = document.activities.get(event.activity)
        reason = why(activity, event.activity, event.path, story.state, words) if activity else None
        if reason is not None:
            found[event.pk] = reason
    return found
