"""People who want to be left alone, and those who want to hear from us again."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from actions.contact.suppression import Addressee, Entry, Reason, release, suppress
from datasources.models import Profile
from datasources.platform.profiles.updates import set_attributes

# Which lines of a message's history take its address out, and for which reason.
_REASON_OF = {
    "bounced": Reason.BOUNCED,
    "complained": Reason.COMPLAINED,
    "unsubscribed": Reason.UNSUBSCRIBED,
}


class Told(NamedTuple):
    """A line of a message's history, with whom the message went to."""

    to: Addressee
    profile_id: int | None
    message_id: UUID
    line: str  # a ``Delivery.Status``


def leave_alone(told: Sequence[Told], now: datetime) -> None:
    """Who bounced, complained or unsubscribed gets no more; in the caller's transaction."""
    meant = [each for each in told if each.line in _REASON_OF and each.to.address]
    suppress((Entry(each.to, _REASON_OF[each.line], each.message_id) for each in meant), now)
    for each in meant:
        if each.line == "unsubscribed":
            set_consent(each.profile_id, each.to.kind, now, wanted=False)


def set_consent(profile_id: int | None, kind: str, now: datetime, *, wanted: bool) -> None:
    """Write the person's wish into their profile, if there is one."""
    profile = Profile.objects.filter(pk=profile_id).first() if profile_id else None
    if profile is None:
        return
    said = {"val": "y" if wanted else "n", "time": now.isoformat(timespec="seconds")}
    # Erased meanwhile: then there is nothing to write to.
    with contextlib.suppress(Profile.DoesNotExist):
        set_attributes(profile, {("consents", "marketing", kind): said}, now, source="person")


def choose(to: Addressee, profile_id: int | None, now: datetime, *, wanted: bool) -> None:
    """What a person says of one kind of messages on their preference page.

    Only their own no is taken back: an address that bounced, or was entered by hand, stays on the list.
    """
    with transaction.atomic():
        if wanted:
            release(to, Reason.UNSUBSCRIBED)
        elif to.address:
            suppress([Entry(to, Reason.UNSUBSCRIBED)], now)
        set_consent(profile_id, to.kind, now, wanted=wanted)
