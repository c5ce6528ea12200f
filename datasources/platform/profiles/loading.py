"""Loads what a wave needs to apply events to people, in a fixed number of queries (feed.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from datasources.platform.namespaces.standard import NamespaceInfo
from datasources.platform.profiles.changes import SOURCE
from datasources.platform.profiles.feed import Feed, Loaded, Received
from datasources.platform.profiles.joining import is_weak
from datasources.platform.profiles.people import (
    EVENTS,
    ID,
    NOTHING,
    PROFILES,
    SANDBOX,
    IdentityRow,
    Needs,
    Pair,
    Root,
    identity_rows,
    load_attributes,
    load_identities,
    load_roots,
    members_of,
    read_people,
)
from journeyorch import bulk


def load_feed(
    sandbox_id: int,
    received: Sequence[Received],
    *,
    namespaces: Mapping[str, NamespaceInfo],
    now: datetime,
    needs: Needs = NOTHING,
    others: Iterable[Pair] = (),
    writable: Iterable[Pair] = (),
    lock: bool = False,
) -> Feed:
    """What is known of everybody whom these events, or ``others``, name.

    ``writable``: those of the others who may get a profile if they have none (``Feed.enroll``).

    Call it in the transaction that writes the changes. ``lock`` keeps others from changing these people
    until that ends: for another try after ``Stale``, so that nobody whom many write is tried for ever.
    """
    rows = identity_rows(sandbox_id, [*(pair for event in received for pair in _pairs(event)), *others])
    roots = load_roots({row.profile_id for row in rows.values()}, lock=lock)
    joinable, changed = _concerned(received, rows, roots)
    unknown = sum(pair not in rows or rows[pair].profile_id not in roots for pair in writable)
    ids = {root.profile_id for root in roots.values()}
    attributes = load_attributes(ids if needs.attributes else changed)
    people = read_people(roots.values(), needs._replace(attributes=False), now=now)
    if needs.attributes:
        people = {id: replace(person, attributes=attributes[id].values) for id, person in people.items()}
    loaded = Loaded(
        sandbox_id=sandbox_id,
        now=now,
        rows=rows,
        roots=roots,
        attributes=attributes,
        known=_known(joinable, namespaces),
        people=people,
        applied=_applied(sandbox_id, received),
        fresh_ids=bulk.new_ids(PROFILES, _strangers(received, rows, roots) + unknown),
    )
    return Feed(loaded, namespaces=namespaces, needs=needs)


def _pairs(event: Received) -> list[Pair]:
    return [(namespace, value) for namespace, value, _ in event.identities]


def _owners(event: Received, rows: Mapping[Pair, IdentityRow], roots: Mapping[int, Root]) -> set[int]:
    found = (rows[pair].profile_id for pair in _pairs(event) if pair in rows)
    return {roots[profile].profile_id for profile in found if profile in roots}


def _strangers(
    received: Iterable[Received], rows: Mapping[Pair, IdentityRow], roots: Mapping[int, Root]
) -> int:
    return sum(not _owners(event, rows, roots) for event in received)


def _concerned(
    received: Sequence[Received], rows: Mapping[Pair, IdentityRow], roots: Mapping[int, Root]
) -> tuple[set[int], set[int]]:
    """The profiles that these events may show to be one person; all whose attributes they may write.

    Events with an identity in common are looked at together: one may bring the identity that another names.
    """
    joinable, writable = set[int](), set[int]()
    for group in _groups([event for event in received if event.identities]):
        owners = set[int]().union(*(_owners(event, rows, roots) for event in group))
        # An event that names nobody yet makes a profile that a later one may join with those of before.
        if len(owners) + _strangers(group, rows, roots) > 1:
            joinable |= owners
        if any(event.is_record for event in group):
            writable |= owners
    return joinable, writable | joinable


def _groups(received: Iterable[Received]) -> Iterable[list[Received]]:
    """The events in groups that share no identity with each other (union-find)."""
    above: dict[Pair, Pair] = {}

    def top(pair: Pair) -> Pair:
        while above.setdefault(pair, pair) != pair:
            above[pair] = above[above[pair]]
            pair = above[pair]
        return pair

    for event in received:
        first, *rest = _pairs(event)
        for pair in rest:
            above[top(pair)] = top(first)
    groups: dict[Pair, list[Received]] = defaultdict(list)
    for event in received:
        groups[top(_pairs(event)[0])].append(event)
    return groups.values()


def _known(profiles: Collection[int], namespaces: Mapping[str, NamespaceInfo]) -> set[int]:
    """Which of the people have an identity of their own (joining.py)."""
    if not profiles:
        return set()
    identities = load_identities(members_of(profiles))
    return {
        root
        for root, known in identities.items()
        if any(not is_weak(one.namespace, namespaces) for one in known)
    }


def _applied(sandbox_id: int, received: Iterable[Received]) -> set[int]:
    events = [event for event in received if not event.is_record]
    rows = [(sandbox_id, event.source) for event in events]
    return {events[ordinal].id for ordinal, _ in bulk.lookup(EVENTS, [SANDBOX, SOURCE], rows, [ID])}
