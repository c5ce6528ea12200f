"""Events that feed profiles, applied in memory while a wave decides; written at its end (changes.py). Pure.

A wave loads a ``Feed`` (loading.py), applies its events one by one, asks it for people in between, so that a
journey sees the event that starts it and none that comes later, and writes ``feed.changes()``. Applying makes
no query, and an event that cannot be applied raises ``ValueError`` before anything has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NamedTuple

from datasources.platform.namespaces.canonical import canonical
from datasources.platform.namespaces.standard import NamespaceInfo
from datasources.platform.profiles.attributes import (
    EMPTY,
    Attributes,
    ByPath,
    joined,
    stamp,
    with_record,
    with_values,
)
from datasources.platform.profiles.changes import Changes, Content, NewEvent, NewIdentity, json_text
from datasources.platform.profiles.joining import choose, is_weak
from datasources.platform.profiles.people import (
    HISTORY_EVENTS,
    HistoryEvent,
    IdentityRow,
    KnownIdentity,
    Needs,
    Pair,
    Person,
    Root,
    fits,
)

# What the column takes (models.py); longer types are cut.
MAX_TYPE = 120
# Who a record is about is kept as identities, not as an attribute.
_NO_ATTRIBUTES = {"identityMap", "_id", "_repo"}


class Touch(Enum):
    """What of a person has changed."""

    EVENTS = "a new experience event"
    ATTRIBUTES = "attributes"
    ALL = "somebody new, or two who are one now"


class Received(NamedTuple):
    """A received event that feeds profiles; ``identities``: canonical, as (namespace, value, primary)."""

    id: int
    received_at: datetime
    identities: Sequence[tuple[str, str, bool]]
    entity: Mapping[str, Any]
    is_record: bool = False  # of a profile schema: its fields are attributes
    origin: str = ""  # where it came from, if not as an event (attributes.stamp)

    @property
    def source(self) -> str:
        """What makes it the same event again in the history."""
        return f"event:{self.id}"


@dataclass
class Loaded:
    """What the database knew; ``attributes`` and ``known`` only for those whom they can matter for."""

    sandbox_id: int
    now: datetime
    rows: dict[Pair, IdentityRow]
    roots: dict[int, Root]  # by profile id
    attributes: dict[int, Attributes]
    known: set[int]
    people: dict[int, Person]
    applied: set[int]  # received events that are in the history already
    fresh_ids: list[int]  # enough for every event that names nobody we know


class Feed:
    """The people of one wave as they are after the events applied so far."""

    def __init__(self, loaded: Loaded, *, namespaces: Mapping[str, NamespaceInfo], needs: Needs) -> None:
        self._loaded = loaded
        self._namespaces = namespaces
        self._needs = needs
        self._fresh = iter(loaded.fresh_ids)
        self._roots = {root.profile_id: root for root in loaded.roots.values()}
        self._profile_of = {
            pair: loaded.roots[row.profile_id].profile_id
            for pair, row in loaded.rows.items()
            if row.profile_id in loaded.roots
        }
        self._attributes = dict(loaded.attributes)
        self._known = set(loaded.known)
        self._people = dict(loaded.people)
        self._applied = set(loaded.applied)
        self._merged: dict[int, int] = {}
        self._created: set[int] = set()
        self._updated: set[int] = set()
        self._guarded: set[int] = set()
        self._linked: dict[Pair, datetime] = {}
        self._seen: dict[int, datetime] = {}
        self._events: list[tuple[int, NewEvent]] = []
        self._touched: dict[int, set[Touch]] = {}

    @property
    def events_read(self) -> int:
        """How many experience events of these people were read, before any was applied."""
        return sum(len(person.history) for person in self._loaded.people.values())

    # --- What a wave asks and does ----------------------------------------------------------------

    def apply(self, event: Received) -> None:
        """Let the event change the people it names; once, however often it is applied."""
        identities = [one for one in event.identities if fits(one[:2])]
        if event.id in self._applied or not identities:
            return
        at = _time_of(event.entity) or event.received_at
        data = event.entity if event.is_record else _with_time(event.entity, at)
        text = json_text(data)
        self._applied.add(event.id)
        profile = self._settle(event, identities)
        if event.is_record:
            record = {name: value for name, value in event.entity.items() if name not in _NO_ATTRIBUTES}
            changed = with_record(
                self._attributes[profile], record, stamp(event.received_at, event.id, event.origin)
            )
            self._rewrite(profile, changed)
        else:
            kind = _type_of(event.entity)
            self._events.append((profile, NewEvent(event.source, profile, kind, at, text)))
            self._remember(profile, HistoryEvent(at, kind, data))
            self._touch(profile, Touch.EVENTS)

    def set_attributes(self, identity: Pair, values: ByPath, at: datetime) -> bool:
        """Set attributes by path (Update profile); False if nobody has this identity.

        The feed must have been loaded with ``Needs(attributes=True)``.
        """
        profile = self._find(identity)
        if profile is None:
            return False
        json_text(list(values.values()))
        self._rewrite(profile, with_values(self._attributes[profile], values, stamp(at, source="journey")))
        return True

    def enroll(self, identity: Pair, at: datetime) -> None:
        """Make a profile for an identity that nobody has, loaded as ``writable``."""
        self._link(identity, self._new_profile(), at)

    def person(self, identity: Pair) -> Person | None:
        """The person as of now; ``None`` if unknown. For identities named when the feed was loaded."""
        profile = self._find(identity)
        return None if profile is None else self._people[profile]

    def take_touched(self) -> list[tuple[Person, set[Touch]]]:
        """Whom what was applied since the last time has changed, and how."""
        touched, self._touched = self._touched, {}
        found: dict[int, set[Touch]] = {}
        for profile, how in touched.items():
            found.setdefault(self._root(profile), set()).update(how)
        return [(self._people[profile], how) for profile, how in found.items()]

    def guard(self, profile: int) -> None:
        """Something was concluded from what this person is like: nobody else may change it meanwhile."""
        self._guarded.add(profile)

    def merged_into(self, profile: int) -> list[int]:
        """The profiles that became this one in this wave."""
        return [loser for loser in self._merged if self._root(loser) == profile]

    def profiles(self) -> list[int]:
        """The roots of all who were loaded."""
        return list(self._roots)

    def changes(self) -> Changes:
        """What is to be written of all that was applied."""
        versions = {id: self._roots[id].version for id in self._guarded if id not in self._created}
        merged = {loser: self._root(loser) for loser in self._merged if loser not in self._created}
        created = [self._content(id) for id in sorted(self._created - self._merged.keys())]
        updated = sorted(self._updated - self._created - self._merged.keys())
        new, adopted = self._links()
        return Changes(
            sandbox_id=self._loaded.sandbox_id,
            at=self._loaded.now,
            versions=versions,
            created=created,
            updated=[self._content(id) for id in updated],
            merged=merged,
            identities=new,
            adopted=adopted,
            seen=self._seen,
            events=[event._replace(profile_id=self._root(profile)) for profile, event in self._events],
        )

    # --- Whom an event is about -------------------------------------------------------------------

    def _settle(self, event: Received, identities: Sequence[tuple[str, str, bool]]) -> int:
        """The profile that the event belongs to, after joining and linking what it shows to be one."""
        named = self._named(event.entity, identities)
        if not named:
            profile = self._new_profile()
        else:
            primary = next(
                (self._find((name, value)) for name, value, primary in identities if primary), None
            )
            profile, losers = choose(named, known=self._known, primary=primary)
            for loser in losers:
                self._merge(profile, loser)
        for namespace, value, _ in identities:
            self._link((namespace, value), profile, event.received_at)
        return profile

    def _named(
        self, entity: Mapping[str, Any], identities: Iterable[tuple[str, str, bool]]
    ) -> dict[int, bool]:
        """By profile, whether an identity names it that is its own, or that the sender authenticated."""
        named: dict[int, bool] = {}
        for namespace, value, _ in identities:
            profile = self._find((namespace, value))
            if profile is not None:
                strong = not self._is_weak(namespace) or _is_authenticated(entity, namespace, value)
                named[profile] = named.get(profile, False) or strong
        return named

    def _new_profile(self) -> int:
        profile = next(self._fresh)
        self._created.add(profile)
        self._touch(profile, Touch.ALL)
        self._attributes[profile] = EMPTY
        self._people[profile] = Person(profile_id=profile, version=1, test_profile=False, attributes={})
        return profile

    def _merge(self, winner: int, loser: int) -> None:
        self._guarded |= {winner, loser}
        self._merged[loser] = winner
        self._touch(winner, Touch.ALL)
        kept, gone = self._people[winner], self._people[loser]
        self._people[winner] = replace(
            kept,
            test_profile=kept.test_profile or gone.test_profile,
            history=_newest([*kept.history, *gone.history]),
            identities=kept.identities + gone.identities,
        )
        if loser in self._known:
            self._known.add(winner)
        self._rewrite(winner, joined(self._attributes[winner], self._attributes[loser]), always=True)

    def _link(self, identity: Pair, profile: int, at: datetime) -> None:
        owner = self._find(identity)
        if owner is None:
            self._profile_of[identity] = profile
            self._linked[identity] = at
            if not self._is_weak(identity[0]):
                # Whether somebody is known decides about joining: those who loaded before must miss.
                self._known.add(profile)
                self._guarded.add(profile)
        elif owner != profile:
            return  # The cookie of somebody else who is known: it stays theirs.
        elif identity in self._linked:
            self._linked[identity] = max(self._linked[identity], at)
        else:
            row = self._loaded.rows[identity].id
            self._seen[row] = max(self._seen.get(row, at), at)
        self._saw(profile, KnownIdentity(*identity, at))

    def _touch(self, profile: int, how: Touch) -> None:
        self._touched.setdefault(profile, set()).add(how)

    def _find(self, identity: Pair) -> int | None:
        profile = self._profile_of.get(identity)
        return None if profile is None else self._root(profile)

    def _root(self, profile: int) -> int:
        while profile in self._merged:
            profile = self._merged[profile]
        return profile

    def _is_weak(self, namespace: str) -> bool:
        return is_weak(namespace, self._namespaces)

    # --- What becomes of them ---------------------------------------------------------------------

    def _rewrite(self, profile: int, attributes: Attributes, *, always: bool = False) -> None:
        if not always and attributes == self._attributes[profile]:
            return
        self._attributes[profile] = attributes
        self._updated.add(profile)
        self._guarded.add(profile)
        self._touch(profile, Touch.ATTRIBUTES)
        flag = attributes.values.get("testProfile")
        person = self._people[profile]
        self._people[profile] = replace(
            person,
            attributes=attributes.values if self._needs.attributes else {},
            test_profile=flag if isinstance(flag, bool) else person.test_profile,
        )

    def _saw(self, profile: int, seen: KnownIdentity) -> None:
        if not self._needs.identities:
            return
        person = self._people[profile]
        before = [one.seen_at for one in person.identities if one[:2] == seen[:2]]
        others = [one for one in person.identities if one[:2] != seen[:2]]
        latest = seen._replace(seen_at=max([seen.seen_at, *before]))
        identities = sorted([latest, *others], key=lambda one: one.seen_at, reverse=True)
        self._people[profile] = replace(person, identities=tuple(identities))

    def _remember(self, profile: int, event: HistoryEvent) -> None:
        if self._needs.events and self._needs.wants(event.type, event.at, self._loaded.now):
            person = self._people[profile]
            self._people[profile] = replace(person, history=_newest([event, *person.history]))

    def _content(self, profile: int) -> Content:
        return Content(profile, self._attributes[profile], self._people[profile].test_profile)

    def _links(self) -> tuple[list[NewIdentity], dict[int, int]]:
        """New identities, and rows of identities whose profile is gone with the profile that adopts them."""
        new, adopted = [], {}
        for identity, at in self._linked.items():
            profile = self._root(self._profile_of[identity])
            if row := self._loaded.rows.get(identity):
                adopted[row.id] = profile
            else:
                new.append(NewIdentity(*identity, profile, at))
        return new, adopted


# --- Reading entities -----------------------------------------------------------------------------


def _newest(history: Iterable[HistoryEvent]) -> tuple[HistoryEvent, ...]:
    return tuple(sorted(history, key=lambda event: event.at, reverse=True)[:HISTORY_EVENTS])


def _time_of(entity: Mapping[str, Any]) -> datetime | None:
    """XDM's ``timestamp`` as UTC; ``None`` if there is none that the database could hold."""
    try:
        at = datetime.fromisoformat(entity["timestamp"])
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _with_time(entity: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """Expressions compare the time of events: one that came without gets the time of receipt."""
    return (
        entity if entity.get("timestamp") else {**entity, "timestamp": at.isoformat().replace("+00:00", "Z")}
    )


def _type_of(entity: Mapping[str, Any]) -> str:
    kind = entity.get("eventType")
    return kind.replace("\x00", "\ufffd")[:MAX_TYPE] if isinstance(kind, str) else ""


def _is_authenticated(entity: Mapping[str, Any], namespace: str, value: str) -> bool:
    """Whether the identityMap says that this person has proved to be the owner of this identity."""
    entries = entity.get("identityMap")
    entries = entries.get(namespace) if isinstance(entries, dict) else None
    return any(
        isinstance(entry, dict)
        and entry.get("authenticatedState") == "authenticated"
        and isinstance(entry.get("id"), str)
        and canonical(namespace, entry["id"]) == value
        for entry in (entries if isinstance(entries, list) else ())
    )
