"""What the engine reads of people, for a whole wave in few queries (architecture.md, What a wave does).

A person is one profile, the **root**, and the profiles that were merged into it. Identities and experience
events stay with the profile that they were written to and are read through ``merged_into``: whoever loaded
the loser before the merge may still write them there, and nothing is lost. Roots are at most one step away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from datasources.platform.profiles.attributes import Attributes
from datasources.platform.profiles.models import ExperienceEvent, Identity, Profile
from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.expressions.scope import EXPERIENCE_EVENTS

# How far back, and how many, expressions see (technical.md, Namespaces).
HISTORY = timedelta(days=365)
HISTORY_EVENTS = 1000
# So many people are read at once where each may bring a thousand experience events.
WITH_EVENTS = 50
# What the columns take (models.py).
MAX_NAMESPACE, MAX_VALUE = 60, 512

Pair = tuple[str, str]

PROFILES, IDENTITIES, EVENTS = Profile._meta.db_table, Identity._meta.db_table, ExperienceEvent._meta.db_table
ID, SANDBOX, VERSION = Column("id", "bigint"), Column("sandbox_id", "bigint"), Column("version", "bigint")
MERGED_INTO, PROFILE = Column("merged_into_id", "bigint"), Column("profile_id", "bigint")
ATTRIBUTES, TIMES = Column("attributes", "jsonb"), Column("attribute_times", "jsonb")
TEST_PROFILE = Column("test_profile", "boolean")
NAMESPACE, VALUE, SEEN_AT = (
    Column("namespace", "text"),
    Column("value", "text"),
    Column("seen_at", "timestamptz"),
)
TYPE, TIMESTAMP, DATA = (
    Column("event_type", "text"),
    Column("timestamp", "timestamptz"),
    Column("data", "jsonb"),
)


class Needs(NamedTuple):
    """What compiled expressions refer to; nothing else is loaded.

    Attributes are loaded whole as soon as one is needed: a profile is small, and picking paths in the
    database costs more than reading it. ``event_types``: which experience events; ``None`` all of them, empty
    none. ``events_since`` narrows the year. ``identities``: all of a person's identities.
    """

    attributes: bool = False
    event_types: frozenset[str] | None = frozenset()
    events_since: datetime | None = None
    identities: bool = False

    @property
    def events(self) -> bool:
        return self.event_types is None or bool(self.event_types)

    def wants(self, event_type: str, at: datetime, now: datetime) -> bool:
        """Whether an experience event of this type and time is among them."""
        return (self.event_types is None or event_type in self.event_types) and at >= self.since(now)

    def since(self, now: datetime) -> datetime:
        return max(now - HISTORY, self.events_since or now - HISTORY)


NOTHING = Needs()


class HistoryEvent(NamedTuple):
    """One experience event; ``data`` is the XDM entity."""

    at: datetime
    type: str
    data: Mapping[str, Any]


class KnownIdentity(NamedTuple):
    namespace: str
    value: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A person as expressions see it; what was not asked for is empty."""

    profile_id: int
    version: int
    test_profile: bool
    attributes: Mapping[str, Any]
    history: tuple[HistoryEvent, ...] = ()
    identities: tuple[KnownIdentity, ...] = ()

    @property
    def fields(self) -> dict[str, Any]:
        """What references to the built-in source read: attributes, and events under ``experienceevent``."""
        return {**self.attributes, EXPERIENCE_EVENTS: [each.data for each in self.history]}


def load_people(
    sandbox_id: int,
    identities: Iterable[Pair],
    needs: Needs,
    *,
    now: datetime | None = None,
    lock: bool = False,
) -> dict[Pair, Person]:
    """The people behind canonical identities; who is unknown is left out. At most eight queries.

    ``now`` ends the year of experience events (default: the database's clock). ``lock`` keeps others from
    changing these people until the transaction ends.
    """
    found = identity_rows(sandbox_id, identities)
    roots = load_roots({row.profile_id for row in found.values()}, lock=lock)
    people = read_people(roots.values(), needs, now=now)
    return {
        pair: people[roots[row.profile_id].profile_id]
        for pair, row in found.items()
        if row.profile_id in roots
    }


def read_people(roots: Iterable[Root], needs: Needs, *, now: datetime | None = None) -> dict[int, Person]:
    """The people with these roots, by the root's profile id."""
    versions = {root.profile_id: root for root in roots}
    attributes = load_attributes(versions) if needs.attributes else {}
    members = members_of(versions) if needs.events or needs.identities else {}
    history = load_history(members, needs, now=now or bulk.database_now()) if needs.events else {}
    identities = load_identities(members) if needs.identities else {}
    return {
        id: Person(
            profile_id=id,
            version=root.version,
            test_profile=root.test_profile,
            attributes=attributes[id].values if id in attributes else {},
            history=tuple(history.get(id, ())),
            identities=tuple(identities.get(id, ())),
        )
        for id, root in versions.items()
    }


def read_in_portions(roots: Iterable[Root], needs: Needs, *, now: datetime) -> Iterator[dict[int, Person]]:
    """The same, few people at a time where their events are read: the memory for it is bounded."""
    ordered = sorted(roots)
    most = WITH_EVENTS if needs.events else max(1, len(ordered))
    for start in range(0, len(ordered), most):
        yield read_people(ordered[start : start + most], needs, now=now)


# --- The queries ----------------------------------------------------------------------------------


class IdentityRow(NamedTuple):
    id: int
    profile_id: int


class Root(NamedTuple):
    profile_id: int
    version: int
    test_profile: bool
    merged_into: int | None = None


_ROOT = (VERSION, TEST_PROFILE, MERGED_INTO)


def fits(identity: Pair) -> bool:
    """Whether the tables can hold it; what they cannot hold names nobody."""
    namespace, value = identity
    long = 0 < len(namespace) <= MAX_NAMESPACE and 0 < len(value) <= MAX_VALUE
    return long and "\x00" not in namespace + value


def identity_rows(sandbox_id: int, identities: Iterable[Pair]) -> dict[Pair, IdentityRow]:
    """The rows of known identities."""
    pairs = [pair for pair in dict.fromkeys(identities) if fits(pair)]
    inputs = [(sandbox_id, *pair) for pair in pairs]
    rows = bulk.lookup(IDENTITIES, [SANDBOX, NAMESPACE, VALUE], inputs, [ID, PROFILE])
    return {pairs[ordinal]: IdentityRow(*row) for ordinal, *row in rows}


def load_roots(profile_ids: Collection[int], *, lock: bool = False) -> dict[int, Root]:
    """By profile id, the root of the person that it belongs to. Ids that no longer exist are left out.

    ``lock`` keeps others from changing the roots until the transaction ends.
    """
    rows = _with_targets(profile_ids)
    roots = {profile: _last(rows, profile) for profile in profile_ids if profile in rows}
    if lock:
        wanted = [(id,) for id in sorted(set(roots.values()))]
        locked = bulk.lookup(PROFILES, [ID], wanted, [ID, *_ROOT], lock=True)
        rows |= {id: Root(id, *row) for _, id, *row in locked}
        if any(rows[id].merged_into is not None for _, id, *_ in locked):
            return load_roots(profile_ids, lock=True)  # Merged meanwhile; the next look sees where to.
    return {profile: rows[root] for profile, root in roots.items() if root in rows}


def _with_targets(profile_ids: Iterable[int]) -> dict[int, Root]:
    """These profiles' rows and those that they were merged into."""
    rows: dict[int, Root] = {}
    wanted, asked = set(profile_ids), set[int]()
    while wanted:
        rows |= {row[0]: Root(*row) for row in bulk.by_ids(PROFILES, ID, sorted(wanted), [ID, *_ROOT])}
        asked |= wanted
        wanted = {row.merged_into for row in rows.values() if row.merged_into is not None} - asked
    return rows


def _last(rows: Mapping[int, Root], profile: int) -> int:
    while profile in rows and (target := rows[profile].merged_into) is not None:
        profile = target
    return profile


def load_attributes(profile_ids: Iterable[int]) -> dict[int, Attributes]:
    rows = bulk.by_ids(PROFILES, ID, sorted(profile_ids), [ID, ATTRIBUTES, TIMES])
    return {row[0]: Attributes(orjson.loads(row[1]), orjson.loads(row[2])) for row in rows}


def members_of(roots: Iterable[int]) -> dict[int, int]:
    """By profile id, the root: for each root itself and those merged into it."""
    ordered = sorted(roots)
    rows = bulk.lookup(PROFILES, [MERGED_INTO], [(root,) for root in ordered], [ID], limit=None)
    return {root: root for root in ordered} | {member: ordered[ordinal] for ordinal, member in rows}


def load_identities(members: Mapping[int, int]) -> dict[int, list[KnownIdentity]]:
    """By root, every identity of the person, the most recently seen first."""
    profiles = list(members)
    rows = bulk.lookup(
        IDENTITIES, [PROFILE], [(each,) for each in profiles], [NAMESPACE, VALUE, SEEN_AT], limit=None
    )
    found: dict[int, list[KnownIdentity]] = defaultdict(list)
    for ordinal, *row in rows:
        found[members[profiles[ordinal]]].append(KnownIdentity(*row))
    for identities in found.values():
        identities.sort(key=lambda each: each.seen_at, reverse=True)
    return found


def load_history(members: Mapping[int, int], needs: Needs, *, now: datetime) -> dict[int, list[HistoryEvent]]:
    """By root, the experience events that are needed, newest first, of the latest 1,000 of all types.

    The limit comes before the choice of types: else an expression's answer would depend on which other
    expressions are live. Data is read only of the types that are needed.
    """
    found: dict[int, list[tuple[datetime, int, str]]] = defaultdict(list)
    for root, *row in _latest(members, needs.since(now)):
        found[root].append((row[1], row[0], row[2]))
    wanted = {root: _needed(rows, needs) for root, rows in found.items()}
    ids = [id for rows in wanted.values() for _, id, _ in rows]
    data = {row[0]: row[1] for row in bulk.by_ids(EVENTS, ID, ids, [ID, DATA])}
    return {
        root: [HistoryEvent(at, kind, orjson.loads(data[id])) for at, id, kind in rows if id in data]
        for root, rows in wanted.items()
    }


def _latest(members: Mapping[int, int], since: datetime) -> list[tuple[Any, ...]]:
    profiles = list(members)
    rows = bulk.lookup(
        EVENTS,
        [PROFILE],
        [(each, since) for each in profiles],
        [ID, TIMESTAMP, TYPE],
        given=[Column("since", "timestamptz")],
        condition="t.timestamp >= v.since",
        order_by="t.timestamp DESC",
        limit=HISTORY_EVENTS,
    )
    return [(members[profiles[ordinal]], *row) for ordinal, *row in rows]


def _needed(rows: Sequence[tuple[datetime, int, str]], needs: Needs) -> list[tuple[datetime, int, str]]:
    # Several profiles of one person each brought their latest.
    latest = sorted(rows, reverse=True)[:HISTORY_EVENTS]
    return [row for row in latest if needs.event_types is None or row[2] in needs.event_types]
