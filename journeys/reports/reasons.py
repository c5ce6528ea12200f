"""Why events did nothing, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

# By the code of a discard (journeys.md, Discard reasons).
_REASONS = {
    "eventWithNoJourney": _("no live journey listens to it"),
    "reentranceNotAllowed": _("the person was inside before, and may not come again"),
    "reentranceWait": _("too early after the last entrance"),
    "alreadyInside": _("the person is already inside"),
    "notListening": _("no step was waiting for it"),
    "noKey": _("it does not say whom it is about"),
    "wrongNamespace": _("it is about a person of another namespace"),
    "notATestProfile": _("not a test profile"),
    "testLimit": _("too many people in the test"),
    "outsideDates": _("outside of the journey's dates"),
    "journeyClosed": _("the journey is closed"),
    "wrongSegmentStatus": _("the other change of the segment"),
    "capped": _("over the limit"),
    "internal": _("a fault of Journeyorch"),
}


def reason_in_words(code: str) -> Any:
    """A discard reason; one that is not known here as it is."""
    return _REASONS.get(code, code)
