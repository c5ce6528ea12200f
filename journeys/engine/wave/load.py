"""Reads everything that a wave needs, in a few bulk queries, before anything is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

import orjson

from datasources.platform.profiles.feed import Feed
from datasources.platform.profiles.loading import load_feed
from datasources.platform.segments.memberships import Memberships
from datasources.platform.segments.store import load_memberships
from events.catalog import catalog_of
from journeyorch import bulk
from journeyorch.bulk import Column
from journeys.engine import tables
from journeys.engine.codec import decode
from journeys.engine.decide import Returned, State
from journeys.engine.entrance import Entered
from journeys.engine.lanes import WAVE_INPUTS, Leased
from journeys.engine.operations import Asked, next_sequences, read_asked
from journeys.engine.over import over
from journeys.engine.plans import SandboxPlans
from journeys.engine.wave.caps import Caps, load_caps
from journeys.engine.wave.feedback import FeedbackOf, recorded_feedback
from journeys.engine.wave.linked import with_records
from journeys.engine.wave.news import NEWS, Arrived, Input, read_news
from journeys.engine.wave.portions import learn, most_for
from journeys.models import Instance, JourneyVersion, LaneInput

# Shares of a wave; what one does not use goes to the others (architecture.md, What a wave does).
_LIVE, _TIMERS, _BULK = 200, 200, 100
_ONE_PERSON = 20
#: How many people of a stopped version one wave ends in a lane.
SWEEP = 1000


class Row(NamedTuple):
    """A row of ``Instance`` with its state read."""

    state: State
    revision: int
    version_id: int
    journey_id: int
    run: int
    lane_id: int
    namespace: str
    person_id: str
    started_at: datetime

    @property
    def in_test(self) -> bool:
        return self.run > 0

    @property
    def person(self) -> tuple[str, str]:
        return self.namespace, self.person_id


EntranceKey = tuple[int, bool, str, str]


class Loaded(NamedTuple):
    """What a wave works on."""

    now: datetime
    inputs: list[Input]
    due: list[UUID]  # instances whose wake_at has come, earliest first
    rows: dict[UUID, Row]
    entrances: dict[EntranceKey, Entered]
    arrived: dict[int, Arrived]  # by input
    results: dict[int, tuple[UUID, Returned]]  # by input: whose call it was, and its result
    feed: Feed
    memberships: Memberships
    caps: Caps
    over: Set[tuple[int, int]]  # (version, run) among those of ``rows`` whose people count as ended
    swept: dict[int, list[UUID]]  # by sweep input: instances to be ended, or of a test to be deleted
    operations: dict[int, Asked]  # by input: what is to be done with which instance
    test_people: dict[int, int]  # by version in test: how many have entered
    # Lane → the oldest event that may still come: timers racing with events must not overtake it.
    horizons: dict[int, datetime]
    feedback: FeedbackOf  # by instance, what was recorded of its messages
    is_part: bool  # more waits in its lanes


class Reading(NamedTuple):
    """How a wave is read: as of ``now``."""

    now: datetime
    due: bool = True  # False: it is known that no timers are
    single: bool = False  # only what waits first
    lock: bool = False  # people's rows are locked, too


def load(sandbox_id: int, leases: Sequence[Leased], plans: SandboxPlans, reading: Reading) -> Loaded:
    """Read the wave of these lanes."""
    now, due, single, lock = reading
    lanes = [lease.id for lease in leases]
    due_ids = _due_instances(lanes, now) if due else []
    # Before the inputs: an event that is routed in between is seen twice rather than not at all.
    oldest_unrouted = _oldest_unrouted(sandbox_id) if due_ids else None
    waiting = _waiting_inputs(lanes)
    # Never before anything that it handles: a timer due until then would lose against a later event.
    now = max([now, *(one.occurred_at for one in waiting)])
    things = len(waiting) + len(due_ids)
    reads_history = plans.needs(now).events
    most = most_for(sandbox_id) if reads_history else WAVE_INPUTS
    inputs, due_ids, left = share(waiting, due_ids, most=most)
    if single:
        inputs, due_ids = inputs[:1], [] if inputs else due_ids[:1]
    catalog = catalog_of(sandbox_id, generation=plans.generation)
    arrived = with_records(read_news(inputs, catalog), catalog, plans)
    results = _results([one for one in inputs if one.kind == LaneInput.Kind.CALL_RESULT])
    operations = {one.id: read_asked(one.detail) for one in inputs if one.kind == LaneInput.Kind.OPERATION}
    places = {asked.place for asked in operations.values() if asked.place}
    entrances = _entrances(_entrance_keys(arrived.values(), plans) | places)
    ids = {entered.active_instance for entered in entrances.values() if entered.active_instance}
    ids.update(instance for instance, _ in results.values())
    ids.update(due_ids)
    ids.update(one.instance_id for one in arrived.values() if one.instance_id is not None)
    ids.update(asked.instance_id for asked in operations.values())
    swept = {one.id: _inside(one) for one in inputs if one.kind == LaneInput.Kind.SWEEP}
    ids.update(id for found in swept.values() for id in found)
    rows = _instances(ids)
    if operations:
        rows |= _brought_up_to_date(rows, operations.values())
    feed = _feed(sandbox_id, list(arrived.values()), rows.values(), plans, now=now, lock=lock)
    if reads_history:
        learn(sandbox_id, things=len(inputs) + len(due_ids), events=feed.events_read)
    memberships = load_memberships(plans.segments, feed.profiles() if plans.asks_segments else (), now)
    # After the people, as they are written: whoever locks both does it in this order.
    caps = load_caps(plans.versions.values(), now=now, lock=lock)
    horizons = _horizons(lanes, left, oldest_unrouted)
    feedback = recorded_feedback([id for id, row in rows.items() if plans.has_reactions(row.version_id)])
    return Loaded(
        now, inputs, due_ids, rows, entrances, arrived, results, feed, memberships, caps,
        _over(rows.values(), plans), swept, operations, _test_people(arrived.values(), plans),
        horizons, feedback, len(inputs) + len(due_ids) < things,
    )  # fmt: skip


def waiting_things(leased: Leased, now: datetime) -> list[str]:
    """What waits in a lane, in the order of waves of one, as it is written down as the lane's suspect."""
    inputs = [f"input:{one.id}" for one in _waiting_inputs([leased.id])]
    return [*inputs, *(f"instance:{id}" for id in _due_instances([leased.id], now))]


def share(
    waiting: Sequence[Input], due: Sequence[UUID], *, most: int = WAVE_INPUTS
) -> tuple[list[Input], list[UUID], list[Input]]:
    """What of it goes into the wave, and what is left: (inputs, due instances, inputs left for later)."""
    most_live, most_due, most_slow = (max(1, part * most // WAVE_INPUTS) for part in (_LIVE, _TIMERS, _BULK))
    live = [one for one in waiting if not one.bulk]
    slow = [one for one in waiting if one.bulk]
    unused = max(0, most_live - len(live)) + max(0, most_due - len(due)) + max(0, most_slow - len(slow))
    taken_live, left_live = _of_each_person(live, most_live + unused)
    unused -= max(0, len(taken_live) - most_live)
    taken_due = list(due[: most_due + unused])
    unused -= max(0, len(taken_due) - most_due)
    taken_slow, left_slow = slow[: most_slow + unused], slow[most_slow + unused :]
    taken = sorted([*taken_live, *taken_slow], key=lambda one: one.id)
    return taken, taken_due, [*left_live, *left_slow]


def _of_each_person(inputs: Sequence[Input], most: int) -> tuple[list[Input], list[Input]]:
    """At most twenty of one person, unless nobody else waits: one person's flood must not hold up the others.

    Once one of a person's inputs is left, all later ones are: their order counts.
    """
    alone = len({one.person for one in inputs}) <= 1
    counts: Counter[tuple[str, str]] = Counter()
    taken: list[Input] = []
    left: list[Input] = []
    for one in inputs:
        counts[one.person] += 1
        fits = alone or counts[one.person] <= _ONE_PERSON
        (taken if fits and len(taken) < most else left).append(one)
    return taken, left


_INPUT_SELECT = (tables.ID, *tables.INPUT_COLUMNS)


def _waiting_inputs(lanes: Sequence[int]) -> list[Input]:
    """The oldest inputs of each lane, live ones and bulk ones, in the order of their ids."""
    keys = [(lane, group) for lane in lanes for group in (LaneInput.Class.LIVE, LaneInput.Class.BULK)]
    found = bulk.lookup(
        tables.LANE_INPUT,
        [Column("lane_id", "bigint"), Column("bulk", "smallint")],
        keys,
        _INPUT_SELECT,
        order_by='t."id"',
        limit=WAVE_INPUTS,
    )
    return sorted(Input(*row[1:]) for row in found)


def _due_instances(lanes: Sequence[int], now: datetime) -> list[UUID]:
    """The earliest of each lane, about a full wave of all: when thousands come due at once, each wave would
    read them all to take the first."""
    # In few steps, because each makes a statement of its own.
    most = WAVE_INPUTS >> (len(lanes) - 1).bit_length()
    found = bulk.lookup(
        tables.INSTANCE,
        [Column("lane_id", "bigint")],
        [(lane, now) for lane in lanes],
        [Column("wake_at", "timestamptz"), tables.UUID],
        given=[Column("now", "timestamptz")],
        condition='t."wake_at" <= v."now"',
        order_by='t."wake_at"',
        limit=most,
    )
    return [id for _, _, id in sorted(found, key=lambda row: row[1])]


def _oldest_unrouted(sandbox_id: int) -> datetime | None:
    """When the oldest event was received that has not been routed.

    Of the first rows by id: a smaller id may have a slightly later time, never by hundreds of rows.
    """
    ((oldest,),) = bulk.run(
        "SELECT min(received_at) FROM (SELECT received_at FROM events_receivedevent"
        " WHERE sandbox_id = %s AND NOT routed ORDER BY id LIMIT 200) AS oldest",
        [sandbox_id],
    )
    return bulk.from_database(oldest)


def _horizons(lanes: Sequence[int], left: Iterable[Input], unrouted: datetime | None) -> dict[int, datetime]:
    horizons = dict.fromkeys(lanes, unrouted) if unrouted else {}
    for one in left:
        if one.kind in NEWS:
            known = horizons.get(one.lane_id)
            horizons[one.lane_id] = one.occurred_at if known is None else min(known, one.occurred_at)
    return horizons


def _results(inputs: Sequence[Input]) -> dict[int, tuple[UUID, Returned]]:
    keys = [(UUID(one.detail),) for one in inputs]
    found = bulk.lookup(
        tables.CALL, [tables.UUID], keys, [Column("instance_id", "uuid"), Column("result", "text")]
    )
    return {
        inputs[ordinal].id: (instance, read_result(*keys[ordinal], text))
        for ordinal, instance, text in found
        if text
    }


def read_result(key: UUID, text: str) -> Returned:
    """A call's committed result, as ``calls`` wrote it."""
    data = orjson.loads(text)
    return Returned(
        key, data["status"], data["code"], data["data"], data["message"], data["elapsedMs"],
        data.get("attempts", 1),
    )  # fmt: skip


def _entrance_keys(arrived: Iterable[Arrived], plans: SandboxPlans) -> set[EntranceKey]:
    return {
        (*place, one.input.namespace, one.input.person_id)
        for one in arrived
        if one.instance_id is None
        for place in one.places(plans)
    }


def _entrances(keys: Iterable[EntranceKey]) -> dict[EntranceKey, Entered]:
    wanted = sorted(keys)
    found = bulk.lookup(tables.ENTRANCE, tables.ENTRANCE_KEY, wanted, tables.ENTRANCE_MOVING)
    return {wanted[ordinal]: Entered(*entered) for ordinal, *entered in found}


_INSTANCE_SELECT = (
    tables.UUID,
    Column("revision", "integer"),
    *tables.INSTANCE_FIXED,
    Column("position", "smallint"),
    Column("status", "smallint"),
    Column("state", "text"),
)


# UUIDs as they are take their time to be compared.
_NUMBER = attrgetter("int")


def _instances(ids: Iterable[UUID]) -> dict[UUID, Row]:
    found = bulk.by_ids(tables.INSTANCE, tables.UUID, sorted(ids, key=_NUMBER), _INSTANCE_SELECT)
    return {
        id: Row(decode(state, instance_id=id, position=position, status=status), revision, *fixed)
        for id, revision, *fixed, position, status, state in found
    }


def _brought_up_to_date(rows: dict[UUID, Row], operations: Iterable[Asked]) -> dict[UUID, Row]:
    """Of ended instances that operators look at: step events may have come after the last state."""
    sequences = next_sequences({asked.instance_id for asked in operations} & rows.keys())
    return {
        id: rows[id]._replace(state=rows[id].state._replace(sequence=max(rows[id].state.sequence, sequence)))
        for id, sequence in sequences.items()
    }


def _inside(sweep: Input) -> list[UUID]:
    """People of the swept version in the sweep's lane: who is still inside, or everybody of a test run."""
    found = Instance.objects.filter(version_id=sweep.reference, lane_id=sweep.lane_id)
    found = found.filter(run=sweep.run, run__gt=0) if sweep.run else found.filter(ended_at=None)
    return list(found.values_list("pk", flat=True)[:SWEEP])


def _over(rows: Iterable[Row], plans: SandboxPlans) -> Set[tuple[int, int]]:
    runs = {(row.version_id, row.run) for row in rows}
    doubtful = {run for run in runs if run not in plans.runs}
    return over(doubtful) if doubtful else frozenset()


def _test_people(arrived: Iterable[Arrived], plans: SandboxPlans) -> dict[int, int]:
    places = {place for one in arrived for place in one.places(plans) if place.in_test}
    tested = {plan.version_id for place in places if (plan := plans.entered(place))}
    if not tested:
        return {}
    return dict(JourneyVersion.objects.filter(pk__in=tested).values_list("pk", "test_people"))


def _feed(
    sandbox_id: int,
    arrived: Sequence[Arrived],
    rows: Iterable[Row],
    plans: SandboxPlans,
    *,
    now: datetime,
    lock: bool,
) -> Feed:
    """The people whom events feed, and those whose profile some plan looks at."""
    received = [one.feeds for one in arrived if one.feeds is not None]
    wanted = {one.input.person for one in arrived if plans.needs_profile_for(one.arrival.keys)}
    wanted.update(row.person for row in rows if plans.needs_profile(row.version_id))
    updated = {one.input.person for one in arrived if plans.updates_profile_for(one.arrival.keys)}
    updated.update(row.person for row in rows if plans.updates_profile(row.version_id))
    return load_feed(
        sandbox_id,
        received,
        namespaces=catalog_of(sandbox_id, generation=plans.generation).namespaces,
        now=now,
        needs=plans.needs(now),
        others=sorted(wanted),
        writable=updated,
        lock=lock,
    )
