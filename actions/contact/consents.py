"""What somebody says for a person about what they want to get: written with its reason, time and author."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from actions.contact.leaving import choose
from actions.contact.suppression import Addressee
from actions.kinds import Kind
from actions.messages.recipients import address_of, usable_address
from datasources.models import Profile
from datasources.platform.profiles.attributes import Attributes
from datasources.platform.profiles.consents import ROOT, consents_in
from datasources.platform.profiles.people import load_attributes
from datasources.platform.profiles.updates import set_attributes
from journeyorch.access import audit

Path = tuple[str, ...]
_MARKETING = "marketing"
#: Those that can be given before anything is known of them.
USUAL: tuple[Path, ...] = tuple((_MARKETING, kind) for kind in Kind.values)


def answers_of(attributes: Attributes) -> dict[Path, str]:
    """By path: what the person has answered; "" for a channel of ours of which nothing is known."""
    return {**dict.fromkeys(USUAL, ""), **{one.path: one.answer for one in consents_in(attributes)}}


def answer_for(profile: Profile, wanted: Mapping[Path, str], *, reason: str, now: datetime) -> list[Path]:
    """Write the answers that differ ("y", "n"), each with the time and the reason; those that were written.

    A channel's no also puts the address on the suppression list, and a yes takes it off as far as the person
    had unsubscribed. Raises ``Profile.DoesNotExist`` if the person is gone.
    """
    with transaction.atomic():
        attributes = load_attributes([profile.pk])[profile.pk]
        known = answers_of(attributes)
        changed = {path: answer for path, answer in wanted.items() if known.get(path) != answer}
        for path, answer in changed.items():
            said = {"val": answer, "time": now.isoformat(timespec="seconds"), "reason": reason}
            set_attributes(profile, {(ROOT, *path): said}, now, source="edit")
            if to := _addressee(profile, attributes, path):
                choose(to, None, now, wanted=answer == "y")
        if changed:
            told = {
                ".".join((ROOT, *path)): [known.get(path, ""), answer] for path, answer in changed.items()
            }
            audit.record("changed", profile, changes=told)
    return list(changed)


def _addressee(profile: Profile, attributes: Attributes, path: Path) -> Addressee | None:
    """Where messages of the channel that the answer is about go to."""
    if path not in USUAL:
        return None
    address = usable_address(path[1], address_of(path[1], attributes.values))
    return Addressee(profile.sandbox_id, path[1], address) if address else None
