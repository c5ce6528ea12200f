"""Memberships read and written in bulk, with the news of them, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from datasources.platform.profiles.changes import Changes, Stale
from datasources.platform.profiles.changes import write as write_people
from datasources.platform.profiles.feed import Touch
from datasources.platform.profiles.people import (
    ID,
    PROFILE,
    KnownIdentity,
    load_identities,
    load_roots,
    members_of,
    read_in_portions,
)
from datasources.platform.segments.compiling import Segments, needs_of, segments_of
from datasources.platform.segments.memberships import Membership, Memberships, Stored, Turn
from datasources.platform.segments.models import SegmentMembership
from datasources.signals import segment_membership_changed
from journeyorch import bulk
from journeyorch.bulk import Column

_TABLE = SegmentMembership._meta.db_table
_SEGMENT, _STATUS = Column("segment_id", "bigint"), Column("status", "text")
_SEQUENCE = Column("sequence", "bigint")
_CHANGED, _RECHECK = Column("changed_at", "timestamptz"), Column("recheck_at", "timestamptz")
_COLUMNS = [PROFILE, _SEGMENT, _STATUS, _SEQUENCE, _CHANGED, _RECHECK]


class MembershipNews(NamedTuple):
    """Somebody came into a segment or left it; ``identities``: all the person's, latest seen first."""

    membership_id: int
    segment_id: int
    segment_name: str
    turn: Turn
    identities: tuple[KnownIdentity, ...]


def load_memberships(segments: Segments, profiles: Iterable[int], now: datetime) -> Memberships:
    """The memberships of the people with these roots, those of merged profiles included."""
    roots = members_of(profiles) if segments.by_id else {}
    found = bulk.lookup(_TABLE, [PROFILE], [(each,) for each in roots], [ID, *_COLUMNS], limit=None)
    return Memberships(segments, [Stored(*row[1:]) for row in found], roots=roots, now=now)


def write_memberships(
    sandbox_id: int, memberships: Memberships, segments: Segments, *, in_bulk: bool = False
) -> None:
    """Write what changed and tell it; raises ``Stale`` if that must be rolled back.

    The profiles have been written, and with them checked to be as they were loaded.
    """
    changed = memberships.changes()
    bulk.delete(_TABLE, ID, sorted(id for one in changed for id in one.absorbed))
    known, new = [one for one in changed if one.stored], [one for one in changed if not one.stored]
    written = [*_updated(known), *_inserted(new)]
    _tell(sandbox_id, [(id, one) for id, one in written if one.turns], segments, in_bulk=in_bulk)


def _updated(changed: Sequence[Membership]) -> list[tuple[int, Membership]]:
    rows = [(one.stored.id, one.stored.sequence, *_values(one)) for one in changed if one.stored]
    if bulk.update(_TABLE, [ID, _SEQUENCE], _COLUMNS, rows, in_order=True) != len(rows):
        raise Stale
    return [(one.stored.id, one) for one in changed if one.stored]


def _inserted(changed: Sequence[Membership]) -> list[tuple[int, Membership]]:
    ids = bulk.new_ids(_TABLE, len(changed))
    rows = [(id, *_values(one)) for id, one in zip(ids, changed, strict=True)]
    if bulk.insert(_TABLE, [ID, *_COLUMNS], rows, on_conflict="DO NOTHING") != len(rows):
        raise Stale
    return list(zip(ids, changed, strict=True))


def _values(one: Membership) -> tuple[Any, ...]:
    return one.profile_id, one.segment_id, one.status, one.sequence, one.changed_at, one.recheck_at


def _tell(
    sandbox_id: int, turned: Sequence[tuple[int, Membership]], segments: Segments, *, in_bulk: bool
) -> None:
    if not turned:
        return
    identities = load_identities(members_of({one.profile_id for _, one in turned}))
    news = [
        MembershipNews(
            id,
            one.segment_id,
            segments.by_id[one.segment_id].name,
            turn,
            tuple(identities.get(one.profile_id, ())),
        )
        for id, one in turned
        for turn in one.turns
    ]
    segment_membership_changed.send(sender=SegmentMembership, sandbox_id=sandbox_id, news=news, bulk=in_bulk)


def look_again(
    sandbox_id: int,
    profile_ids: Iterable[int],
    now: datetime,
    *,
    touched: Touch = Touch.ALL,
    only: Iterable[int] | None = None,
    in_bulk: bool = False,
) -> None:
    """Evaluate segments of people who have changed outside of waves; in the caller's transaction.

    ``only``: these segments, also those that are no streaming ones; else the streaming ones concerned.
    The people stay locked until the transaction ends. The version goes up of those whose membership changed:
    a wave that concluded something from what it was before decides again.
    """
    segments = segments_of.current([sandbox_id]).get(sandbox_id, Segments())
    asked = segments.concerned({touched}) if only is None else segments.named(only)
    if not asked:
        return
    roots = load_roots(sorted(set(profile_ids)), lock=True).values()
    for people in read_in_portions(set(roots), needs_of(asked, now), now=now):
        memberships = load_memberships(segments, people, now)
        for person in people.values():
            memberships.evaluate(person, asked)
        moved = {one.profile_id for one in memberships.changes()}
        versions = {id: person.version for id, person in people.items() if id in moved}
        write_people(Changes(sandbox_id=sandbox_id, at=now, versions=versions))
        write_memberships(sandbox_id, memberships, segments, in_bulk=in_bulk)
