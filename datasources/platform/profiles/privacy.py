"""What profiles, their identities, events and segments hold of a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F

from datasources.platform.namespaces.canonical import canonical
from datasources.platform.profiles.attributes import leaves, origin_of
from datasources.platform.profiles.models import ExperienceEvent, Identity, Profile
from datasources.platform.profiles.people import Pair, identity_rows, load_roots, members_of
from datasources.platform.profiles.reading import Whole, read_whole
from datasources.platform.segments.models import SegmentMembership
from journeyorch.privacy.stores import Cursor, Erased, Found
from journeyorch.privacy.subjects import Subject

#: Rows of a batch.
BATCH = 500
# Where profiles keep addresses that messages go to.
_ADDRESSES = ("personalEmail.address", "workEmail.address", "mobilePhone.number", "homePhone.number")


def subject_of(sandbox_id: int, pair: Pair) -> Subject:
    """The person with this identity, known or not: journeys may know somebody who has no profile."""
    return complete(Subject(sandbox_id, ((pair[0], canonical(*pair)),)))


def complete(subject: Subject) -> Subject:
    """With all the identities, profiles and addresses that are known now."""
    rows = identity_rows(subject.sandbox_id, subject.identities)
    there = Profile.objects.filter(pk__in=subject.profiles, sandbox=subject.sandbox_id)
    ids = {row.profile_id for row in rows.values()} | set(there.values_list("pk", flat=True))
    roots = {root.profile_id for root in load_roots(sorted(ids)).values()}
    people = read_whole(subject.sandbox_id, sorted(roots)).values()
    identities = [(one.namespace, one.value) for person in people for one in person.identities]
    addresses = [address for person in people for address in _addresses(person.attributes.values)]
    return Subject(
        subject.sandbox_id,
        tuple(dict.fromkeys([*subject.identities, *identities])),
        tuple(dict.fromkeys([*subject.profiles, *members_of(roots)])),
        tuple(dict.fromkeys([*subject.addresses, *addresses])),
    )


def _addresses(attributes: Mapping[str, Any]) -> Iterator[str]:
    by_path = dict(leaves(attributes))
    for path in _ADDRESSES:
        value = by_path.get(path)
        if isinstance(value, str) and value.strip():
            yield value


class People:
    """The store: a person's profiles go last, because they say what else is the person's."""

    name = "profiles"

    def export(self, subject: Subject, after: Cursor) -> Found:
        if after is None:
            people = read_whole(subject.sandbox_id, subject.profiles)
            items = [item for person in _each_once(people.values()) for item in _sections(person)]
            return Found(sorted(items, key=lambda item: item[0]), 0)
        rows = ExperienceEvent.objects.filter(profile__in=subject.profiles, pk__gt=after)
        # By what no index has: the database might walk through everybody's events in the order of their ids.
        rows = rows.order_by(F("pk") + 0)[:BATCH]
        events = [(row.pk, _event(row)) for row in rows]
        items = [("experienceEvents", event) for _, event in events]
        return Found(items, events[-1][0] if len(events) == BATCH else None)

    def erase(self, subject: Subject, after: Cursor) -> Erased:
        events = ExperienceEvent.objects.filter(profile__in=subject.profiles)
        ids = list(events.values_list("pk", flat=True)[:BATCH])
        if ids:
            return Erased(ExperienceEvent.objects.filter(pk__in=ids).delete()[0], "events")
        members = SegmentMembership.objects.filter(profile__in=subject.profiles).delete()[0]
        identities = Identity.objects.filter(profile__in=subject.profiles).delete()[0]
        profiles = Profile.objects.filter(pk__in=subject.profiles, sandbox=subject.sandbox_id).delete()[0]
        return Erased(members + identities + profiles)


def _each_once(people: Any) -> list[Whole]:
    return list({person.profile_id: person for person in people}.values())


def _sections(person: Whole) -> Iterator[tuple[str, Any]]:
    yield (
        "profiles",
        {
            "attributes": person.attributes.values,
            "testProfile": person.test_profile,
            "createdAt": person.created_at,
            "modifiedAt": person.updated_at,
        },
    )
    for path, stamp in sorted(person.attributes.times.items()):
        origin = origin_of(stamp)
        yield "provenance", {"path": path, "at": origin.at, "source": origin.source}
    for one in person.identities:
        yield "identities", {"namespace": one.namespace, "id": one.value, "seenAt": one.seen_at}
    rows = SegmentMembership.objects.filter(profile__in=person.members).select_related("segment")
    for row in rows.order_by("pk"):
        yield "segments", {"segment": row.segment.name, "status": row.status, "changedAt": row.changed_at}


def _event(row: ExperienceEvent) -> dict[str, Any]:
    return {"type": row.event_type, "timestamp": row.timestamp, "data": row.data}
