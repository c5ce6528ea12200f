"""People walk through journeys: the whole engine, driven by hand, no process and no network."""

from __future__ import annotations

from datetime import timedelta

import pytest

from journeyorch.outbound.calls import Outcome
from journeys import publishing
from journeys.models import Call, Entrance, Instance, StepCount, StepEvent
from tests.journeys.world import World, act

LOBBY = act("event", "wait", event="Lobby")
TWO_STEPS = {"lobby": LOBBY, "wait": act("wait", "end", duration="PT1H"), "end": act("end")}


def test_wait_holds_the_person_for_an_hour(world: World) -> None:
    world.journey("lobby", **TWO_STEPS)

    world.send("Lobby")
    world.run()
    assert world.instance().activity == "wait"

    world.pass_time(minutes=59, seconds=59)
    world.run()
    assert world.instance().status == Instance.Status.RUNNING

    world.pass_time(seconds=1)
    world.run()
    assert world.instance().status == Instance.Status.FINISHED
    assert world.path() == ["lobby>next", "wait>next", "end>"]


def test_a_path_may_just_stop(world: World) -> None:
    world.journey("lobby", lobby=act("event", event="Lobby"))

    world.send("Lobby")
    world.run()

    assert world.instance().status == Instance.Status.FINISHED
    assert world.path() == ["lobby>next"]


# --- Entrance -------------------------------------------------------------------------------------


def test_a_person_is_inside_once_at_a_time(world: World) -> None:
    world.journey("lobby", **TWO_STEPS)

    world.send("Lobby")
    world.send("Lobby")
    world.run()
    world.pass_time(minutes=10)
    world.send("Lobby")
    world.run()

    assert Instance.objects.count() == 1
    assert world.discards() == ["alreadyInside", "alreadyInside"]


def test_the_wait_before_reentrance_counts_from_the_last_entrance_over_all_versions(world: World) -> None:
    drawn = {"lobby": act("event", "pause", event="Lobby"), "pause": act("wait", duration="PT3M")}
    first = world.journey("lobby", **drawn, properties={"reentrance": {"wait": "PT5M"}})

    world.send("Lobby")
    world.pass_time(minutes=1)  # nobody has worked meanwhile: who comes enters when the event is received
    world.run()
    world.pass_time(minutes=3)
    world.run()
    assert world.instance().status == Instance.Status.FINISHED
    with world.clock():
        publishing.publish(publishing.new_version(first, by=None), by=None)

    world.pass_time(seconds=59)
    world.send("Lobby")
    world.run()
    assert world.discards() == ["reentranceWait"]

    world.pass_time(seconds=1)
    world.send("Lobby")
    world.run()
    assert list(Instance.objects.order_by("started_at").values_list("version__number", flat=True)) == [1, 2]
    assert list(StepEvent.objects.order_by("pk").values_list("entrance", flat=True)) == [1, 0, 0, 2]


def test_nobody_comes_back_where_reentrance_is_not_allowed(world: World) -> None:
    world.journey("lobby", lobby=act("event", event="Lobby"), properties={"reentrance": {"allowed": False}})

    world.send("Lobby")
    world.run()
    world.pass_time(days=20)
    world.send("Lobby")
    world.run()

    assert world.discards() == ["reentranceNotAllowed"]
    assert Instance.objects.count() == 1


def test_nobody_enters_outside_the_dates(world: World) -> None:
    dates = {"start_at": "2026-03-01T12:30:00Z", "end_at": "2026-03-01T13:00:00Z"}
    world.journey("lobby", lobby=act("event", event="Lobby"), properties=dates)

    world.send("Lobby", "early")
    world.pass_time(minutes=30)
    world.send("Lobby", "right")
    world.pass_time(minutes=30)
    world.send("Lobby", "late")
    world.run()

    assert world.discards("early") == world.discards("late") == ["outsideDates"]
    assert world.path("right") == ["lobby>next"]


def test_two_events_may_both_let_people_enter(world: World) -> None:
    world.journey(
        ["lobby", "restaurant"],
        lobby=act("event", "wait", event="Lobby"),
        restaurant=act("event", "end", event="Restaurant"),
        wait=act("wait", "end", duration="PT1H"),
        end=act("end"),
    )

    world.send("Lobby", "anna")
    world.send("Restaurant", "bert")
    world.run()

    assert world.path("anna") == ["lobby>next"]
    assert world.path("bert") == ["restaurant>next", "end>"]


# --- Events on the way ----------------------------------------------------------------------------

MEAL = {
    "lobby": act("event", "meal", event="Lobby"),
    "meal": act(
        "event",
        {"next": ["came"], "timeout": ["gone"]},
        event="Restaurant",
        timeout="PT6H",
        timeout_path=True,
    ),
    "came": act("end"),
    "gone": act("end"),
}


def test_the_event_comes_before_its_timeout(world: World) -> None:
    world.journey("lobby", **MEAL)

    world.send("Lobby")
    world.run()
    world.pass_time(hours=5)
    world.send("Restaurant")
    world.run()

    assert world.path() == ["lobby>next", "meal>next", "came>"]


def test_the_timeout_leads_to_its_own_path(world: World) -> None:
    world.journey("lobby", **MEAL)

    world.send("Lobby")
    world.run()
    world.pass_time(hours=6)
    world.run()

    assert world.path() == ["lobby>next", "meal>timeout", "gone>"]


def test_without_a_timeout_path_the_timeout_goes_on_along_the_normal_one(world: World) -> None:
    meal = act("event", "came", event="Restaurant", timeout="PT6H")
    world.journey("lobby", lobby=MEAL["lobby"], meal=meal, came=act("end"))

    world.send("Lobby")
    world.run()
    world.pass_time(hours=6)
    world.run()

    assert world.path() == ["lobby>next", "meal>next", "came>"]


@pytest.mark.parametrize(("minutes", "expected"), [(-1, "meal>next"), (0, "meal>next"), (1, "meal>timeout")])
def test_first_means_when_it_happened_not_when_it_was_handled(
    world: World, minutes: int, expected: str
) -> None:
    """The event was received around the moment of the timeout; the worker was away until long after both."""
    world.journey("lobby", **MEAL)
    world.send("Lobby")
    world.run()

    received_at = world.now + timedelta(hours=6, minutes=minutes)
    world.pass_time(hours=9)
    world.send("Restaurant", at=received_at)
    world.run()

    assert world.path()[1] == expected


def test_of_an_event_and_a_wait_in_parallel_the_first_wins(world: World) -> None:
    world.journey(
        "lobby",
        lobby=act("event", {"next": ["meal", "wait"]}, event="Lobby"),
        meal=act("event", "came", event="Restaurant"),
        wait=act("wait", "gone", duration="PT1H"),
        came=act("end"),
        gone=act("end"),
    )
    world.send("Lobby", "anna")
    world.send("Lobby", "bert")
    world.run()

    world.pass_time(minutes=30)
    world.send("Restaurant", "anna")
    world.run()
    world.pass_time(minutes=30)
    world.send("Restaurant", "bert", at=world.now + timedelta(seconds=1))
    world.pass_time(seconds=2)
    world.run()

    assert world.path("anna") == ["lobby>next", "meal>next", "came>"]
    assert world.path("bert") == ["lobby>next", "wait>next", "gone>"]


def test_of_two_waits_at_the_same_time_the_upper_one_wins(world: World) -> None:
    world.journey(
        "lobby",
        lobby=act("event", {"next": ["upper", "lower"]}, event="Lobby"),
        upper=act("wait", "a", duration="PT1H"),
        lower=act("wait", "b", duration="PT1H"),
        a=act("end"),
        b=act("end"),
    )
    world.send("Lobby")
    world.run()
    world.pass_time(hours=1)
    world.run()

    assert world.path() == ["lobby>next", "upper>next", "a>"]


def test_an_event_nobody_listens_for_is_discarded_with_its_reason(world: World) -> None:
    world.journey(
        "lobby",
        **{
            **MEAL,
            "lobby": act("event", "wait", event="Lobby"),
            "wait": act("wait", "meal", duration="PT1H"),
        },
    )
    world.send("Lobby")
    world.run()

    world.send("Restaurant")
    world.run()

    assert world.discards() == ["notListening"]
    assert world.instance().activity == "wait"


# --- Conditions -----------------------------------------------------------------------------------


def test_the_first_true_path_wins_and_the_rest_are_other_cases(world: World) -> None:
    condition = act(
        "condition",
        {"big": ["a"], "some": ["b"], "other": ["c"]},
        paths=[
            {"id": "big", "expression": "@{Lobby.amount} > 100"},
            {"id": "some", "expression": "@{Lobby.amount} > 0"},
        ],
    )
    world.journey(
        "lobby",
        lobby=act("event", "check", event="Lobby"),
        check=condition,
        a=act("end"),
        b=act("end"),
        c=act("end"),
    )

    for person, amount in [("rich", 500), ("fair", 5)]:
        world.send("Lobby", person, amount=amount)
    world.send("Lobby", "none")
    world.run()

    assert world.path("rich")[1] == "check>big"
    assert world.path("fair")[1] == "check>some"
    assert world.path("none")[1] == "check>other"


def test_who_matches_nothing_ends_successfully(world: World) -> None:
    condition = act("condition", {}, paths=[{"id": "no", "expression": "1 > 2"}], other=False)
    world.journey("lobby", lobby=act("event", "check", event="Lobby"), check=condition)

    world.send("Lobby")
    world.run()

    assert world.instance().status == Instance.Status.FINISHED


def test_a_runtime_error_takes_the_alternative_path(world: World) -> None:
    paths = [{"id": "yes", "expression": "toInteger(@{Lobby.eventType}) > 1"}]
    with_path = act("condition", {"error": ["end"]}, paths=paths, error_path=True)
    without = act("condition", {}, paths=paths)
    world.journey(
        "lobby", name="with", lobby=act("event", "check", event="Lobby"), check=with_path, end=act("end")
    )
    world.journey("lobby", name="without", lobby=act("event", "check", event="Lobby"), check=without)

    world.send("Lobby")
    world.run()

    statuses = {i.version.journey.name: i.status for i in Instance.objects.select_related("version__journey")}
    assert statuses == {"with": Instance.Status.FINISHED, "without": Instance.Status.ERROR}


def test_a_split_sends_people_by_its_parts_and_always_the_same_way(world: World) -> None:
    parts = [{"id": "a", "percent": 30}, {"id": "b", "percent": 70}]
    world.journey("lobby", lobby=act("event", "split", event="Lobby"), split=act("split", {}, parts=parts))

    for number in range(1000):
        world.send("Lobby", f"p{number}")
    world.run()

    taken = StepEvent.objects.filter(activity="split", path="a").count()
    # Six standard deviations of a fair draw.
    assert abs(taken - 300) < 6 * (1000 * 0.3 * 0.7) ** 0.5


# --- Calls ----------------------------------------------------------------------------------------

CALL = {
    "lobby": act("event", "tell", event="Lobby"),
    "tell": act("custom_action", {"next": ["end"], "error": ["sorry"]}, action="Tell", error_path=True),
    "end": act("end"),
    "sorry": act("end"),
}


@pytest.fixture
def tell(world: World) -> None:

    world.action()


@pytest.mark.usefixtures("tell")
def test_an_action_is_called_once_and_the_person_goes_on(world: World) -> None:
    world.journey("lobby", **CALL)
    world.send("Lobby")
    world.drain()
    assert world.instance().position == Instance.Position.CALLING

    world.run()

    assert world.path() == ["lobby>next", "tell>next", "end>"]
    assert len(world.recorder.sent) == 1
    assert world.recorder.sent[0][0].key == Call.objects.get().pk


@pytest.mark.usefixtures("tell")
def test_an_error_takes_the_alternative_path_and_is_kept(world: World) -> None:
    world.journey("lobby", **CALL)
    world.recorder.answers = [Outcome("http", "404", message="Not found.")]
    world.send("Lobby")
    world.run()

    assert world.path() == ["lobby>next", "tell>error", "sorry>"]
    assert '"404"' in StepEvent.objects.get(activity="tell").detail


@pytest.mark.usefixtures("tell")
def test_without_an_alternative_path_an_error_ends_the_journey(world: World) -> None:
    world.journey(
        "lobby", lobby=CALL["lobby"], tell=act("custom_action", "end", action="Tell"), end=act("end")
    )
    world.recorder.answers = [Outcome("error", "refused", message="No.")]
    world.send("Lobby")
    world.run()

    assert world.instance().status == Instance.Status.ERROR


@pytest.mark.usefixtures("tell")
def test_a_failed_attempt_is_repeated_with_the_same_request_and_key(world: World) -> None:
    world.journey("lobby", **CALL)
    world.recorder.answers = [
        Outcome("http", "503", retryable=True),
        Outcome("error", "reset", retryable=True),
    ]
    world.send("Lobby")
    world.run()
    for _ in range(3):
        world.pass_time(seconds=1)
        world.run()

    assert world.path()[1] == "tell>next"
    assert len({(call.key, str(prepared)) for call, prepared in world.recorder.sent}) == 1
    assert len(world.recorder.sent) == 3


@pytest.mark.usefixtures("tell")
def test_three_retries_are_the_most(world: World) -> None:
    world.journey("lobby", **CALL)
    world.recorder.answers = [Outcome("http", "503", retryable=True)] * 9
    world.send("Lobby")
    world.run()
    for _ in range(10):
        world.pass_time(seconds=2)
        world.run()

    assert len(world.recorder.sent) == 4
    assert world.path()[1] == "tell>error"


@pytest.mark.usefixtures("tell")
def test_an_event_that_comes_while_calling_is_held_and_offered(world: World) -> None:
    tell = act("custom_action", "meal", action="Tell")
    world.journey("lobby", **{**MEAL, "lobby": CALL["lobby"], "tell": tell})
    world.send("Lobby")
    world.drain()
    world.send("Restaurant")
    world.drain()
    assert world.instance().position == Instance.Position.CALLING

    world.run()

    assert world.path() == ["lobby>next", "tell>next", "meal>next", "came>"]


@pytest.mark.usefixtures("tell")
def test_a_result_that_comes_after_the_stop_is_dropped(world: World) -> None:
    version = world.journey("lobby", **CALL)
    world.send("Lobby")
    world.drain()
    with world.clock():
        publishing.stop(version, by=None)

    world.run()

    assert world.recorder.sent == []
    assert world.instance().status == Instance.Status.STOPPED
    assert Call.objects.get().status == Call.Status.DROPPED


# --- Life -----------------------------------------------------------------------------------------


def test_stop_ends_everybody_and_lets_nobody_in(world: World) -> None:
    version = world.journey("lobby", **TWO_STEPS)
    for number in range(50):
        world.send("Lobby", f"p{number}")
    world.run()

    with world.clock():
        publishing.stop(version, by=None)
    world.send("Lobby", "late")
    world.run()

    assert set(Instance.objects.values_list("status", flat=True)) == {Instance.Status.STOPPED}
    assert not Entrance.objects.exclude(active_instance=None).exists()
    assert not Instance.objects.filter(person_id="late").exists()
    assert world.waiting_inputs() == 0


def test_people_inside_finish_the_version_they_are_in(world: World) -> None:
    first = world.journey("lobby", **TWO_STEPS)
    world.send("Lobby", "old")
    world.run()

    second = publishing.new_version(first, by=None)
    document = {**second.document, "start": ["hall"], "activities": {"hall": act("event", event="Lobby")}}
    publishing.save_draft(second, document, revision=second.revision)
    publishing.publish(second, by=None)
    world.pass_time(hours=1)
    world.send("Lobby", "new")
    world.run()

    assert world.path("old") == ["lobby>next", "wait>next", "end>"]
    assert world.path("new") == ["hall>next"]
    first.refresh_from_db()
    assert first.status == "closed"


def test_counts_are_the_sums_of_step_events(world: World) -> None:
    world.journey("lobby", **MEAL)
    for number in range(40):
        world.send("Lobby", f"p{number}")
    world.run()
    for number in range(0, 40, 3):
        world.send("Restaurant", f"p{number}")
    world.run()
    world.pass_time(hours=7)
    world.run()

    def key(row: StepEvent | StepCount) -> tuple[str, str, int]:
        return row.activity, row.path, row.status

    raw: dict[tuple[str, str, int], int] = {}
    for step in StepEvent.objects.all():
        raw[key(step)] = raw.get(key(step), 0) + 1
    rolled: dict[tuple[str, str, int], int] = {}
    for count in StepCount.objects.all():
        rolled[key(count)] = rolled.get(key(count), 0) + count.n
    assert rolled == raw


def test_after_the_global_timeout_the_instance_ends(world: World) -> None:
    world.journey("lobby", lobby=act("event", "meal", event="Lobby"), meal=act("event", event="Restaurant"))
    world.send("Lobby")
    world.run()
    world.pass_time(days=30)
    world.run()

    assert world.instance().status == Instance.Status.TIMED_OUT
    assert Entrance.objects.get().active_instance is None
