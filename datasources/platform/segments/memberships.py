"""The memberships of some people, as they are after what has happened to them so far. Pure.

A wave, or whoever changes a profile, loads them (store.py), lets ``follow`` look at people who have changed,
and writes ``changes``. A person's memberships belong to the root profile; those of profiles that were merged
into it are taken over: who was in by one of two profiles was in, and comes in no second time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from datasources.platform.profiles.feed import Touch
from datasources.platform.profiles.people import Person
from datasources.platform.segments.compiling import CompiledSegment, Segments
from datasources.platform.segments.evaluate import look
from datasources.platform.segments.models import SegmentMembership

Status = SegmentMembership.Status
INSIDE = (Status.REALIZED, Status.EXISTING)


class Stored(NamedTuple):
    """A membership's row."""

    id: int
    profile_id: int
    segment_id: int
    status: str
    sequence: int
    changed_at: datetime
    recheck_at: datetime | None


class Turn(NamedTuple):
    """Somebody came in (``realized``) or left (``exited``)."""

    status: str
    sequence: int
    at: datetime


@dataclass
class Membership:
    """One person in one segment; ``stored`` is None while there is no row."""

    profile_id: int
    segment_id: int
    status: str
    sequence: int
    changed_at: datetime
    recheck_at: datetime | None
    stored: Stored | None = None
    absorbed: list[int] = field(default_factory=list)  # rows that this one takes the place of
    turns: list[Turn] = field(default_factory=list)

    @property
    def inside(self) -> bool:
        return self.status in INSIDE

    @property
    def is_changed(self) -> bool:
        now = (self.profile_id, self.status, self.sequence, self.recheck_at)
        before = self.stored and (
            self.stored.profile_id,
            self.stored.status,
            self.stored.sequence,
            self.stored.recheck_at,
        )
        return now != before or bool(self.absorbed)

    def look(self, inside: bool, now: datetime) -> None:
        """Take note of how an evaluation went."""
        if inside != self.inside:
            self.status = Status.REALIZED if inside else Status.EXITED
            self.sequence += 1
            self.changed_at = now
            self.turns.append(Turn(self.status, self.sequence, now))
        elif self.status == Status.REALIZED and not self.turns:
            self.status = Status.EXISTING


class Memberships:
    """Those of the people who were loaded, by person and segment."""

    def __init__(
        self, segments: Segments, stored: Iterable[Stored], *, roots: Mapping[int, int], now: datetime
    ) -> None:
        """``roots``: the root of each profile whose rows were loaded."""
        self._segments = segments
        self._now = now
        self._of: dict[int, dict[int, Membership]] = {}
        for row in sorted(stored):
            if row.segment_id in segments.by_id:
                self._add(roots[row.profile_id], Membership(*row[1:], stored=row))

    def names(self, profile: int) -> frozenset[str]:
        """The segments that the person is in."""
        found = self._of.get(profile, {}).values()
        return frozenset(self._segments.by_id[one.segment_id].name for one in found if one.inside)

    def follow(self, person: Person, touched: Collection[Touch], *, merged: Iterable[int] = ()) -> bool:
        """Look again at somebody who has changed; True if any segment had to be asked.

        ``merged``: profiles that became this person since they were loaded.
        """
        for loser in merged:
            for gone in self._of.pop(loser, {}).values():
                self._add(person.profile_id, gone)
        return self.evaluate(person, self._segments.concerned(touched))

    def evaluate(self, person: Person, segments: Collection[CompiledSegment]) -> bool:
        """Ask these segments; True if there is any."""
        fields = person.fields if segments else {}
        for segment in segments:
            self._evaluate(segment, person.profile_id, fields)
        return bool(segments)

    def _evaluate(self, segment: CompiledSegment, profile: int, fields: Mapping[str, object]) -> None:
        inside, again = look(segment, fields, self._now, self._segments.zone)
        known = self._of.setdefault(profile, {}).get(segment.id)
        if known is None:
            if not inside and again is None:
                return
            known = Membership(profile, segment.id, Status.EXITED, 0, self._now, again)
            self._of[profile][segment.id] = known
        known.look(inside, self._now)
        known.recheck_at = _sooner(known.recheck_at, again, self._now)

    def _add(self, profile: int, one: Membership) -> None:
        """Where two rows meet, the one by which the person is in stands for both."""
        mine = self._of.setdefault(profile, {})
        other = mine.get(one.segment_id)
        if other is not None:
            one, gone = (one, other) if _rank(one) > _rank(other) else (other, one)
            one.absorbed += [*gone.absorbed, *([gone.stored.id] if gone.stored else [])]
        one.profile_id = profile
        mine[one.segment_id] = one

    def changes(self) -> list[Membership]:
        """What is to be written, in the order of the keys."""
        found = [one for mine in self._of.values() for one in mine.values() if one.is_changed]
        return sorted(found, key=lambda one: (one.profile_id, one.segment_id))


def _rank(one: Membership) -> tuple[bool, int, int]:
    return one.inside, one.sequence, -one.profile_id


def _sooner(known: datetime | None, again: datetime | None, now: datetime) -> datetime | None:
    """A later look than the one that is planned changes nothing: the planned one finds out anew."""
    if again is None or known is None or known <= now:
        return again
    return min(known, again)
