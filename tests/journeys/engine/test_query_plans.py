"""The hot look-ups use their indexes, on tables without statistics and on full ones (engine.md, Waves)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection, transaction
from django.db.models import F

from datasources.platform.segments.compiling import CompiledSegment, Segments
from datasources.platform.segments.store import load_memberships
from datasources.platform.segments.sweep import forget_deleted, recheck_due
from events.loading import load_unrouted
from events.models import ReceivedEvent
from journeyorch import bulk
from journeys.engine import tables
from journeys.engine.calls.claim import claim, open_endpoints
from journeys.engine.calls.deciding import drop_calls
from journeys.engine.lanes import WAVE_INPUTS, waiting_lanes
from journeys.engine.operations import next_sequences
from journeys.engine.plans import SandboxPlans
from journeys.engine.upkeep import delete_old_instances
from journeys.engine.wave import kept, load
from journeys.engine.wave.caps import load_caps
from journeys.engine.wave.feedback import recorded_feedback
from journeys.models import Call, Entrance, Instance, LaneInput
from journeys.models.lane import LANES
from tests.journeys.together import on_postgresql
from tests.journeys.world import World
from tests.plans import explained

pytestmark = on_postgresql
FEW, MANY = 300, 50_000


class Tables:
    """Rows as they are in a busy sandbox: a few of them due, most of them not."""

    def __init__(self, world: World, count: int) -> None:
        self.world = world
        self.count = count
        self.lanes = [world.sandbox.pk * LANES + number for number in range(LANES)]
        # Also what the planner knows of them: a vacuum after another test leaves it with "no rows at all".
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(FILLED)}")
        for fill in (
            self._inputs, self._instances, self._entrances, self._calls, self._events, self._steps,
            self._feedback, self._memberships, self._caps,
        ):  # fmt: skip
            fill()

    def _insert(self, table: str, columns: str, values: str) -> None:
        sql = f"INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, {self.count}) AS n"
        with connection.cursor() as cursor:
            cursor.execute(
                sql.replace("LANE", f"{self.lanes[0]} + n % 64").replace(
                    "NOW", f"'{self.world.now}'::timestamptz"
                )
            )

    def _inputs(self) -> None:
        columns = "lane_id, bulk, kind, namespace, person_id, detail, occurred_at"
        self._insert("journeys_laneinput", columns, "LANE, 0, 2, 'CRMID', 'p' || n, '', NOW")

    def _instances(self) -> None:
        """One in a hundred is due, one in three has ended."""
        columns = (
            "id, version_id, journey_id, run, lane_id, namespace, person_id, position, status, activity,"
            " state, revision, started_at, wake_at, ended_at"
        )
        values = (
            "md5(n::text)::uuid, 1, 1, 0, LANE, 'CRMID', 'p' || n, 1, 0, 'a', '', 1, NOW,"
            " CASE WHEN n % 3 > 0 THEN NOW + (n % 100 - 1) * interval '1 hour' END,"
            " CASE WHEN n % 3 = 0 THEN NOW - n * interval '1 minute' END"
        )
        self._insert("journeys_instance", columns, values)

    def _entrances(self) -> None:
        columns = "journey_id, in_test, namespace, person_id, last_started_at, run"
        self._insert("journeys_entrance", columns, "1, false, 'CRMID', 'p' || n, NOW, 0")

    def _calls(self) -> None:
        """Nine of ten are done; of the open ones of one endpoint most are throttled."""
        columns = (
            "id, sandbox_id, lane_id, instance_id, activity, kind, spec, namespace, person_id, in_test,"
            " endpoint, status, created_at, not_before, timeout_seconds, attempts, token"
        )
        values = (
            "md5(n::text)::uuid, 1, LANE, md5(n::text)::uuid, 'a', 'message', '{}', '', '', false,"
            " 'action:' || n % 5, CASE WHEN n % 10 = 0 THEN 0 ELSE 1 END, NOW,"
            " NOW + (n % 100 - 10) * interval '1 minute', 30, 0, 0"
        )
        self._insert("journeys_call", columns, values)

    def _events(self) -> None:
        values = f"{self.world.sandbox.pk}, {self.world.inlet.pk}, NOW, n % 100 > 0, 'collection', '{{}}'"
        self._insert(
            "events_receivedevent", "sandbox_id, inlet_id, received_at, routed, protocol, body", values
        )

    def _steps(self) -> None:
        columns = (
            "version_id, instance_id, sequence, activity, status, path, at, entered_at, entrance, run,"
            " namespace, person_id, detail"
        )
        values = (
            "1, CASE WHEN n % 7 > 0 THEN md5((n / 7)::text)::uuid END, n % 7, 'a', 0, '', NOW, NOW, 0,"
            " CASE WHEN n % 100 = 0 THEN 1 ELSE 0 END, 'CRMID', 'p' || n, ''"
        )
        self._insert("journeys_stepevent", columns, values)

    def _feedback(self) -> None:
        values = "md5(n::text)::uuid, 'opened', NOW, NOW, ''"
        self._insert("actions_feedback", "message_id, kind, at, received_at, detail", values)

    def _memberships(self) -> None:
        """Five segments; time may change one membership in twenty, and has come for a fifth of those."""
        columns = "profile_id, segment_id, status, sequence, changed_at, recheck_at"
        values = (
            "n / 5, n % 5, 'realized', 1, NOW,"
            " CASE WHEN n % 20 = 0 THEN NOW + (n % 100 - 10) * interval '1 hour' END"
        )
        self._insert("datasources_segmentmembership", columns, values)

    def _caps(self) -> None:
        self._insert(
            tables.PROFILE_CAP,
            "version_id, in_test, activity, since, taken, most",
            "n, false, 'a', NOW, 1, 9",
        )


FILLED = (
    tables.LANE_INPUT,
    tables.INSTANCE,
    tables.ENTRANCE,
    tables.CALL,
    tables.RECEIVED_EVENT,
    tables.STEP_EVENT,
    tables.PROFILE_CAP,
    "actions_feedback",
    "datasources_segmentmembership",
)
# Every one of these has some thousands of rows at least; a few of them are wanted.
BIG = tuple(table.partition("_")[2] for table in FILLED)


def check(plans: list[str], *, index: str) -> None:
    text = "\n\n".join(plans)
    assert index in text
    scanned = [
        line for line in text.splitlines() if "Seq Scan" in line and any(table in line for table in BIG)
    ]
    assert not scanned, text
    # Sorting what one probe has found is cheap; sorting everything that waits is not.
    sorted_rows = [int(rows) for rows in re.findall(r"Sort  \(cost=\S+ rows=(\d+)", text)]
    assert max(sorted_rows, default=0) <= 2 * WAVE_INPUTS, text


def waiting_inputs_are_found_lane_by_lane(full: Tables) -> None:
    with explained() as plans:
        found = load._waiting_inputs(full.lanes)

    assert len(found) == min(full.count, LANES * load.WAVE_INPUTS)
    check(plans, index="lane_input_oldest")


def due_instances_are_found_lane_by_lane(full: Tables) -> None:
    with explained() as plans:
        found = load._due_instances(full.lanes, full.world.now)

    assert 0 < len(found) < full.count / 50
    check(plans, index="instance_due")


def lanes_with_work_are_found_by_probes(full: Tables) -> None:
    with explained() as plans:
        found = waiting_lanes(full.world.sandbox.pk, full.world.now)

    assert len(found) == LANES
    check(plans, index="lane_input_oldest")
    check(plans, index="instance_due")


def entrances_are_found_person_by_person(full: Tables) -> None:
    keys = {(1, False, "CRMID", f"p{number}") for number in range(1, 200)}
    with explained() as plans:
        found = load._entrances(keys)

    assert len(found) == 199
    check(plans, index="entrance_unique")


def instances_are_found_by_their_ids(full: Tables) -> None:
    ids = list(Instance.objects.values_list("pk", flat=True)[:200])
    with explained() as plans:
        found = bulk.by_ids(tables.INSTANCE, tables.UUID, ids, [tables.UUID])

    assert len(found) == 200
    check(plans, index="journeys_instance_pkey")


def unrouted_events_are_found_in_their_order(full: Tables) -> None:
    with explained() as plans:
        found = load_unrouted(full.world.sandbox.pk, limit=500)
        load._oldest_unrouted(full.world.sandbox.pk)

    assert len(found) == min(500, full.count // 100)
    check(plans, index="received_event_unrouted")


def calls_are_claimed_in_their_order(full: Tables) -> None:
    with explained() as plans:
        found = claim("action:0", owner="one", most=50, now=full.world.now)

    assert len(found) == min(50, Call.objects.filter(owner="one").count())
    assert found
    check(plans, index="call_open")
    # Who waits for it is asked by its key.
    check(plans, index="journeys_instance_pkey")
    # What was found is not looked for once more among all that are open.
    assert "Tid Scan" in plans[0]


def endpoints_are_found_without_reading_their_calls(full: Tables) -> None:
    with explained() as plans:
        found = open_endpoints()

    assert found == ["action:0"]
    check(plans, index="call_open")


def writing_and_deleting_goes_by_keys(full: Tables) -> None:
    inputs = list(LaneInput.objects.values_list("pk", flat=True)[:200])
    rows = [(id, 1, *fields, 2) for id, *fields in Instance.objects.values_list("pk", *MOVING)[:200]]
    with explained() as plans:
        bulk.delete(tables.LANE_INPUT, tables.ID, inputs)
        columns = (*tables.INSTANCE_MOVING, bulk.Column("revision", "integer"))
        assert bulk.update(tables.INSTANCE, tables.INSTANCE_KEY, columns, rows) == 200
        timed_out = [row[0] for row in rows]
        assert bulk.delete(tables.CALL, bulk.Column("instance_id", "uuid"), timed_out) == 200

    check(plans, index="journeys_laneinput_pkey")
    check(plans, index="call_of_instance")
    check(plans, index="journeys_instance_pkey")


MOVING = tuple(column.name for column in tables.INSTANCE_MOVING)


def retention_begins_with_the_oldest(full: Tables) -> None:
    Instance.objects.filter(ended_at__isnull=False).update(ended_at=F("ended_at") - timedelta(days=60))
    with explained() as plans:
        # Nobody whose call is open is deleted.
        assert delete_old_instances(full.world.now) == (90 if full.count == FEW else 1000)

    # All that are old are put in order at most once a batch; what is not old is never looked at.
    assert "instance_ended" in plans[0]
    assert Entrance.objects.count() == full.count
    assert ReceivedEvent.objects.count() == full.count


def what_became_of_messages_is_found_instance_by_instance(full: Tables) -> None:
    instances = list(Instance.objects.values_list("pk", flat=True)[:200])
    with explained() as plans:
        found = recorded_feedback(instances)

    assert len(found) == 200
    check(plans, index="call_of_instance")
    check(plans, index="feedback_once")


def memberships_are_found_person_by_person(full: Tables) -> None:
    segments = Segments([CompiledSegment(0, "Some", True, mock.Mock(), False)])
    with explained() as plans:
        found = load_memberships(segments, range(1, 51), full.world.now)

    assert [found.names(profile) for profile in range(1, 51)] == [frozenset({"Some"})] * 50
    check(plans, index="membership_unique")


def memberships_that_are_due_are_found_in_their_order(full: Tables) -> None:
    with explained() as plans:
        assert recheck_due(full.world.now) == (full.count == MANY)

    check(plans[:1], index="membership_due")


def segments_that_are_gone_are_found_without_reading_their_people(full: Tables) -> None:
    with explained() as plans:
        assert forget_deleted()

    check(plans[:1], index="membership_size")


def caps_are_found_by_their_keys(full: Tables) -> None:
    some = [mock.Mock(version_id=id, in_test=False, caps={"a": 9}) for id in range(1, 51)]
    with explained() as plans:
        caps = load_caps(some, now=full.world.now, lock=True)

    assert [dict(caps.of(plan)) for plan in some] == [{"a": 1}] * 50
    check(plans, index="profile_cap_unique")


def operations_find_steps_and_calls_by_their_instances(full: Tables) -> None:
    instances = list(Instance.objects.order_by("person_id").values_list("pk", flat=True)[:20])
    with explained() as plans:
        next_sequences(instances)
        drop_calls(instances)

    check(plans[:1], index="step_event_story")
    check(plans[1:2], index="call_of_instance")


def what_is_kept_is_found_by_the_version_that_it_waits_for(full: Tables) -> None:
    some = list(LaneInput.objects.values_list("pk", flat=True)[:50])
    LaneInput.objects.filter(pk__in=some).update(bulk=LaneInput.Class.KEPT, waits_for=7)
    with explained() as plans:
        assert kept.kept_for(full.world.sandbox.pk) == {7}
        kept.take_up(full.world.sandbox.pk, SandboxPlans(1, entered=[], closed=[]))

    assert not LaneInput.objects.kept(full.world.sandbox.pk).exists()
    found = [plan for plan in plans if "waits_for" in plan]
    assert found
    check(found, index="lane_input_kept")


LOOK_UPS = (
    waiting_inputs_are_found_lane_by_lane,
    due_instances_are_found_lane_by_lane,
    lanes_with_work_are_found_by_probes,
    entrances_are_found_person_by_person,
    instances_are_found_by_their_ids,
    unrouted_events_are_found_in_their_order,
    calls_are_claimed_in_their_order,
    endpoints_are_found_without_reading_their_calls,
    what_became_of_messages_is_found_instance_by_instance,
    memberships_are_found_person_by_person,
    segments_that_are_gone_are_found_without_reading_their_people,
    caps_are_found_by_their_keys,
    operations_find_steps_and_calls_by_their_instances,
    memberships_that_are_due_are_found_in_their_order,
    writing_and_deleting_goes_by_keys,
    retention_begins_with_the_oldest,
    what_is_kept_is_found_by_the_version_that_it_waits_for,
)


@pytest.mark.parametrize("state", ["few rows", "many rows", "many rows, fresh statistics"])
def test_every_hot_look_up_goes_by_its_index(world: World, state: str) -> None:
    """One test for all of them: filling the tables takes a hundred times as long as looking."""
    full = Tables(world, FEW if state == "few rows" else MANY)
    if "statistics" in state:
        analyze()
    problems = [problem for look_up in LOOK_UPS if (problem := problem_of(look_up, full))]

    assert not problems, "\n\n".join(problems)


def problem_of(look_up: Callable[[Tables], None], full: Tables) -> str:
    try:
        with transaction.atomic():
            look_up(full)
            transaction.set_rollback(True)
    except AssertionError as error:
        return f"{look_up.__name__}: {error}"
    return ""


def analyze() -> None:
    with connection.cursor() as cursor:
        for table in (*FILLED, "journeys_lane"):
            cursor.execute(f"ANALYZE {table}")
