"""Why events did nothing, and why steps failed, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from actions.messages.reasons import REASONS as MESSAGE_REASONS

# By the code of a discard (users.md, Who enters).
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

# By the code that a step failed with.
_FAILURES = {
    **MESSAGE_REASONS,
    "badAnswer": _("the answer cannot be used"),
    "badValue": _("a value cannot be sent"),
    "capped": _("over the limit of calls"),
    "connect": _("no connection to the other system"),
    "crashed": _("it made the worker crash again and again"),
    "cutShort": _("the answer broke off"),
    "gone": _("what it needs does not exist any more"),
    "internal": _("a fault of Journeyorch"),
    "notJson": _("the answer is no JSON"),
    "refused": _("the other system must not be called, or refused"),
    "resolve": _("the other system's name is not known"),
    "timedOut": _("no answer in time"),
    "timeout": _("no answer in time"),
    "tls": _("no secure connection to the other system"),
    "token": _("no token for the other system"),
}


def failure_in_words(code: str) -> Any:
    """What a step failed with, for people; "" for a code that is not known here, such as a status of HTTP."""
    return _FAILURES.get(code, "")


def reason_in_words(code: str) -> Any:
    """A discard reason; one that is not known here as it is."""
    return _REASONS.get(code, code)
