"""Everything known of some people, with times and provenance: for pages, the API, and exports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from datasources.platform.namespaces.canonical import canonical
from datasources.platform.profiles.attributes import Attributes
from datasources.platform.profiles.models import Profile
from datasources.platform.profiles.people import (
    KnownIdentity,
    Pair,
    identity_rows,
    load_attributes,
    load_identities,
    load_roots,
    members_of,
)


@dataclass(frozen=True)
class Whole:
    """A person: the profile's own rows and those merged into it are one."""

    profile_id: int
    members: tuple[int, ...]
    attributes: Attributes
    identities: tuple[KnownIdentity, ...]  # the most recently seen first
    test_profile: bool
    created_at: datetime
    updated_at: datetime


def find_people(sandbox_id: int, pairs: Iterable[Pair]) -> dict[Pair, int]:
    """By identity as it was asked for, the root's profile id; who is unknown is left out."""
    asked = {pair: (pair[0], canonical(*pair)) for pair in pairs}
    rows = identity_rows(sandbox_id, asked.values())
    roots = load_roots({row.profile_id for row in rows.values()})
    return {
        pair: roots[rows[stored].profile_id].profile_id
        for pair, stored in asked.items()
        if stored in rows and rows[stored].profile_id in roots
    }


def read_whole(sandbox_id: int, profile_ids: Iterable[int]) -> dict[int, Whole]:
    """People by the id of any of their profiles; those of other sandboxes are left out. A few queries."""
    roots = load_roots(list(dict.fromkeys(profile_ids)))
    ids = {root.profile_id for root in roots.values()}
    profiles = Profile.objects.filter(pk__in=ids, sandbox=sandbox_id).defer("attributes", "attribute_times")
    attributes, members = load_attributes(ids), members_of(ids)
    identities = load_identities(members)
    people = {
        profile.pk: Whole(
            profile_id=profile.pk,
            members=tuple(member for member, root in members.items() if root == profile.pk),
            attributes=attributes[profile.pk],
            identities=tuple(identities.get(profile.pk, ())),
            test_profile=profile.test_profile,
            created_at=profile.created_at,
            updated_at=profile.updated_at,
        )
        for profile in profiles
        if profile.pk in attributes
    }
    return {id: people[root.profile_id] for id, root in roots.items() if root.profile_id in people}
