"""The people of a batch of calls, as far as messages need to know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from datasources.platform.profiles.people import Needs, Pair, load_people
from journeyorch.outbound.calls import CallSpec


class Recipient(NamedTuple):
    """Without a profile, nothing is known."""

    profile_id: int | None = None
    attributes: Mapping[str, Any] = {}


NOBODY = Recipient()
# (sandbox, namespace, id)
PersonKey = tuple[int, str, str]


def person_key(call: CallSpec) -> PersonKey:
    return call.sandbox_id, call.namespace, call.person_id


def load_recipients(calls: Iterable[CallSpec]) -> dict[PersonKey, Recipient]:
    """Profiles of the people that the calls are about; those without one are left out."""
    wanted: dict[int, set[Pair]] = defaultdict(set)
    for call in calls:
        wanted[call.sandbox_id].add((call.namespace, call.person_id))
    return {
        (sandbox_id, *pair): Recipient(person.profile_id, person.attributes)
        for sandbox_id, pairs in wanted.items()
        for pair, person in load_people(sandbox_id, pairs, Needs(attributes=True)).items()
    }
