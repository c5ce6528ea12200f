"""Who is in a segment, to be looked at."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from datasources.platform.namespaces.canonical import canonical
from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.profiles.models import Identity
from datasources.platform.segments.memberships import INSIDE
from datasources.platform.segments.models import Segment, SegmentMembership

#: Nobody reads a million names: more are found by an identity.
MOST_SHOWN = 100


class Member(NamedTuple):
    """Somebody inside: all their identities as (namespace, id), and since when they are in."""

    identities: list[tuple[str, str]]
    since: datetime


def members_of(segment: Segment, identity: str = "") -> list[Member]:
    """At most ``MOST_SHOWN`` of the people inside, in no order; or those with exactly this identity."""
    inside = SegmentMembership.objects.filter(segment=segment, status__in=INSIDE)
    if identity:
        inside = inside.filter(profile__in=_profiles(segment.sandbox_id, identity))
    rows = list(inside.values_list("profile", "changed_at")[:MOST_SHOWN])
    identities = defaultdict(list)
    known = Identity.objects.filter(profile__in=[profile for profile, _since in rows])
    for profile, namespace, value in known.order_by("namespace", "value").values_list(
        "profile", "namespace", "value"
    ):
        identities[profile].append((namespace, value))
    return [Member(identities[profile], since) for profile, since in rows]


def _profiles(sandbox_id: int, identity: str) -> list[int]:
    asked = Q(pk__in=[])
    for code in namespaces_of(sandbox_id):
        asked |= Q(namespace=code, value=canonical(code, identity))
    return list(Identity.objects.filter(asked, sandbox=sandbox_id).values_list("profile", flat=True))
