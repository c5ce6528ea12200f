"""The people of a batch of calls: their profiles by identity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from datasources.models import Identity
from journeyorch.outbound.calls import CallSpec


class Recipient(NamedTuple):
    """A person as far as a message needs to know; without a profile, nothing is known."""

    profile_id: int | None = None
    attributes: Mapping[str, Any] = {}


NOBODY = Recipient()
# (sandbox, namespace, id)
PersonKey = tuple[int, str, str]


def person_key(call: CallSpec) -> PersonKey:
    return call.sandbox_id, call.namespace, call.person_id


def load_recipients(calls: Iterable[CallSpec]) -> dict[PersonKey, Recipient]:
    """Profiles of the people that the calls are about; those without one are left out."""
    wanted: dict[tuple[int, str], set[str]] = defaultdict(set)
    for call in calls:
        if call.namespace:
            wanted[call.sandbox_id, call.namespace].add(call.person_id)
    found: dict[PersonKey, Recipient] = {}
    for (sandbox_id, namespace), values in wanted.items():
        rows = Identity.objects.filter(sandbox_id=sandbox_id, namespace=namespace, value__in=values)
        for value, profile_id, attributes in rows.values_list("value", "profile_id", "profile__attributes"):
            found[sandbox_id, namespace, value] = Recipient(profile_id, attributes or {})
    return found
