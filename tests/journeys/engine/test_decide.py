"""The machine alone: no database, no clock, only values (engine.md, Waves)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from journeys.activities.split import draw
from journeys.engine.decide import (
    Arrival,
    Decision,
    Discard,
    Operation,
    Position,
    Returned,
    Status,
    StepStatus,
    Verb,
    Woke,
    abort,
    decide,
    listens,
    operate,
)
from tests.journeys.deciding import (
    CALLING,
    FOREVER,
    RACE,
    START,
    after,
    around,
    arrival,
    begin,
    path,
    returned,
)
from tests.journeys.drawings import GYM, MEAL, plan
from tests.journeys.world import act

# --- Races ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "handled", "winner"),
    [
        (timedelta(minutes=59), timedelta(minutes=59), "meal>next"),
        (timedelta(minutes=59), timedelta(hours=5), "meal>next"),
        # On a tie the upper one: the wait stands above the event.
        (timedelta(hours=1), timedelta(hours=1), "upper>next"),
        (timedelta(hours=1), timedelta(hours=5), "upper>next"),
        (timedelta(hours=1, microseconds=1), timedelta(hours=1, microseconds=1), "upper>next"),
        (timedelta(hours=3), timedelta(hours=5), "upper>next"),
    ],
)
def test_first_is_what_happened_first_and_on_a_tie_what_stands_above(
    received: timedelta, handled: timedelta, winner: str
) -> None:
    drawn = plan("lobby", **RACE)
    state = begin(drawn).state

    decision = decide(drawn, state, arrival(MEAL, START + received, id=2), around(START + handled))

    assert path(decision)[0] == winner


def test_an_event_above_a_wait_wins_the_tie() -> None:
    drawn = plan(
        "lobby",
        lobby=act("event", {"next": ["meal", "wait"]}, event="Lobby"),
        meal=act("event", event="Meal"),
        wait=act("wait", duration="PT1H"),
    )
    state = begin(drawn).state

    decision = decide(drawn, state, arrival(MEAL, after(hours=1), id=2), around(after(hours=1)))

    assert path(decision) == ["meal>next"]


def test_an_event_that_fits_a_listener_above_and_one_below_a_wait_wins_the_tie() -> None:
    drawn = plan(
        "lobby",
        lobby=act("event", {"next": ["gym", "wait", "meal"]}, event="Lobby"),
        gym=act("event", event="Gym"),
        wait=act("wait", duration="PT1H"),
        meal=act("event", event="Meal"),
    )
    both = Arrival(2, (MEAL, GYM), after(hours=1), {})

    assert path(decide(drawn, begin(drawn).state, both, around(after(hours=1)))) == ["gym>next"]


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (timedelta(hours=1), ["first>next"]),
        (timedelta(hours=3), ["first>next"]),
        (timedelta(days=20), ["first>next"]),
    ],
)
def test_a_wait_begins_when_its_step_is_entered_however_late_that_is(
    late: timedelta, expected: list[str]
) -> None:
    """Two waits of an hour: a worker that was away does not let people rush through the second."""
    drawn = plan(
        "lobby",
        lobby=act("event", "first", event="Lobby"),
        first=act("wait", "second", duration="PT1H"),
        second=act("wait", duration="PT1H"),
    )
    decision = decide(drawn, begin(drawn).state, Woke(), around(START + late))

    assert path(decision) == expected
    assert decision.state.wake_at == START + late + timedelta(hours=1)


def test_an_event_is_first_also_in_a_race_to_which_a_late_timer_leads() -> None:
    """Handled late, the wait that is over leads to a date that is over, too; the event came between them."""
    drawn = plan(
        "lobby",
        lobby=act("event", "first", event="Lobby"),
        first=act("wait", {"next": ["meal", "date"]}, duration="PT1H"),
        meal=act("event", event="Meal"),
        date=act("wait", type="date_time", at="2026-03-01T13:07"),
    )
    between = arrival(MEAL, after(hours=1, minutes=5), id=2)

    late = decide(drawn, begin(drawn).state, between, around(after(hours=2)))

    assert path(late) == ["first>next", "meal>next"]
    assert not late.discards


def test_a_wake_up_that_comes_early_changes_nothing() -> None:
    drawn = plan("lobby", **RACE)
    state = begin(drawn).state

    decision = decide(drawn, state, Woke(), around(after(minutes=59, seconds=59)))

    assert decision == Decision(state)


def test_waits_of_nothing_are_walked_through_at_once() -> None:
    drawn = plan(
        "lobby",
        lobby=act("event", "wait", event="Lobby"),
        wait=act("wait", "again", duration="PT0S"),
        again=act("wait", duration="PT0S"),
    )
    assert path(begin(drawn)) == ["lobby>next", "wait>next", "again>next"]


def test_an_event_that_fits_two_listeners_ends_the_upper_one() -> None:
    drawn = plan(
        "lobby",
        lobby=act("event", {"next": ["upper", "lower"]}, event="Lobby"),
        upper=act("event", event="Meal", name="upper"),
        lower=act("event", event="Gym", name="lower"),
    )
    both = Arrival(2, (GYM, MEAL), START, {})

    assert path(decide(drawn, begin(drawn).state, both, around(START))) == ["upper>next"]


def test_who_races_with_an_event_listens_and_who_only_waits_does_not() -> None:
    drawn = plan("lobby", **RACE)
    alone = plan("lobby", lobby=act("event", "wait", event="Lobby"), wait=act("wait", duration="PT1H"))

    assert listens(drawn, begin(drawn).state)
    assert not listens(alone, begin(alone).state)


# --- The end --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pause", "status"),
    [
        (act("wait", duration="PT1H"), StepStatus.ENDED),
        (act("event", event="Meal", timeout="PT1H"), StepStatus.TIMED_OUT),
        (act("event", event="Meal", timeout="PT1H", timeout_path=True), StepStatus.TIMED_OUT),
    ],
)
def test_a_path_that_leads_nowhere_ends_the_journey(pause: dict[str, Any], status: StepStatus) -> None:
    drawn = plan("lobby", lobby=act("event", "pause", event="Lobby"), pause=pause)
    first = begin(drawn)
    assert [step.status for step in first.steps] == [StepStatus.TRANSITIONS]

    decision = decide(drawn, first.state, Woke(), around(after(hours=1)))

    assert [step.status for step in decision.steps] == [status]
    assert decision.state.status is Status.FINISHED


LONG = {"lobby": act("event", "wait", event="Lobby"), "wait": act("wait", "meal", duration="P20D")}


def test_the_global_timeout_ends_whoever_is_still_inside() -> None:
    drawn = plan("lobby", **LONG, meal=act("event", event="Meal"))
    state = decide(drawn, begin(drawn).state, Woke(), around(after(days=20))).state
    assert state.wake_at == FOREVER

    decision = decide(drawn, state, Woke(), around(FOREVER))

    assert decision.state.status is Status.TIMED_OUT
    assert [step.status for step in decision.steps] == [StepStatus.INSTANCE_TIMED_OUT]


def test_an_event_after_the_global_timeout_comes_too_late() -> None:
    """Inputs are handled before timers: the timeout must not depend on which of them a wave met first."""
    drawn = plan("lobby", lobby=act("event", "meal", event="Lobby"), meal=act("event", event="Meal"))

    late = arrival(MEAL, FOREVER + timedelta(seconds=1), id=2)
    decision = decide(drawn, begin(drawn).state, late, around(FOREVER + timedelta(hours=1)))

    assert decision.state.status is Status.TIMED_OUT
    assert decision.discards == ((late, Discard.NOT_LISTENING),)


def test_an_event_before_the_global_timeout_counts_even_if_it_is_handled_later() -> None:
    drawn = plan("lobby", lobby=act("event", "meal", event="Lobby"), meal=act("event", event="Meal"))

    early = arrival(MEAL, FOREVER - timedelta(seconds=1), id=2)
    decision = decide(drawn, begin(drawn).state, early, around(FOREVER + timedelta(hours=1)))

    assert decision.state.status is Status.FINISHED


def test_a_timer_before_the_global_timeout_goes_first() -> None:
    """Nobody worked for six weeks; the wait of twenty days was over before the journey was."""
    drawn = plan("lobby", **LONG, meal=act("event", event="Meal"))

    decision = decide(drawn, begin(drawn).state, Woke(), around(after(days=42)))

    assert path(decision)[0] == "wait>next"


def test_a_timer_after_the_global_timeout_never_fires_however_late_that_is_noticed() -> None:
    drawn = plan("lobby", **LONG, meal=act("wait", duration="P20D"))
    state = decide(drawn, begin(drawn).state, Woke(), around(after(days=20))).state
    assert state.wake_at == FOREVER

    decision = decide(drawn, state, Woke(), around(after(days=42)))

    assert decision.state.status is Status.TIMED_OUT
    assert path(decision) == ["meal>"]


def test_of_who_timed_out_no_data_are_kept() -> None:
    room = '#{Rooms.free.count, params: {city: "Rome"}} > 3'
    drawn = plan(
        "lobby",
        lobby=act("event", "check", event="Lobby"),
        check=act("condition", {"yes": ["meal"]}, paths=[{"id": "yes", "expression": room}]),
        meal=act("event", event="Meal"),
    )
    first = begin(drawn, amount=99)
    state = decide(drawn, first.state, returned(first, data={"count": 4}), around(START)).state
    assert state.wake_at == FOREVER, "and not for the data"
    assert all((state.events, state.data, state.properties))

    ended = decide(drawn, state, Woke(), around(FOREVER)).state

    assert (ended.events, ended.data, ended.asked, ended.properties) == ({}, {}, {}, {})


@pytest.mark.parametrize("stimulus", [arrival(MEAL, id=9), Woke(), Returned(uuid4(), "ok", "", None, "", 1)])
def test_an_ended_instance_never_changes(stimulus: Any) -> None:
    drawn = plan("lobby", lobby=act("event", event="Lobby"))
    state = begin(drawn).state
    assert state.position is Position.ENDED

    decision = decide(drawn, state, stimulus, around(FOREVER + timedelta(days=1)))

    assert decision.state == state
    assert not decision.steps
    assert not decision.calls
    news = isinstance(stimulus, Arrival)
    assert decision.discards == (((stimulus, Discard.NOT_LISTENING),) if news else ())


@pytest.mark.parametrize(
    ("status", "step"), [(Status.STOPPED, StepStatus.STOPPED), (Status.ERROR, StepStatus.ERROR)]
)
def test_abort_ends_an_instance_where_it_stands(status: Status, step: StepStatus) -> None:
    state = begin(plan("lobby", **RACE)).state

    decision = abort(state, status, now=after(minutes=5))

    assert (decision.state.position, decision.state.status) == (Position.ENDED, status)
    assert decision.state.wake_at is None
    assert [(one.sequence, one.activity, one.status) for one in decision.steps] == [(1, "upper", step)]


@pytest.mark.parametrize(
    ("later", "taken"), [(timedelta(minutes=30), []), (timedelta(hours=2), ["upper>next", "u>"])]
)
def test_who_failed_while_waiting_and_is_tried_again_waits_no_longer_for_it(
    later: timedelta, taken: list[str]
) -> None:
    drawn = plan("lobby", **RACE)
    waiting = begin(drawn).state
    failed = abort(waiting, Status.ERROR, now=after(minutes=5)).state

    operation = Operation(Verb.RETRY, "upper", by="ada")
    decision = operate(drawn, failed, operation, around(START + later)).decision

    assert path(decision) == ["upper>reopened", *taken]
    assert decision.state.timers == (() if taken else waiting.timers)


# --- Splits ---------------------------------------------------------------------------------------

SPLIT = {
    "lobby": act("event", "split", event="Lobby"),
    "split": act(
        "split",
        {},
        parts=[{"id": "a", "percent": 0}, {"id": "b", "percent": 33.3}, {"id": "c", "percent": 66.7}],
    ),
}


@pytest.mark.parametrize(
    ("number", "activity", "drawn"),
    [(1, "split", 76.8050676626775), (2, "split", 50.758014080392414), (1, "other", 47.11659638034201)],
)
def test_the_draw_of_an_instance_and_an_activity_is_the_same_for_ever(
    number: int, activity: str, drawn: float
) -> None:
    """Golden values: people who wait before a split must not be drawn anew by the next release."""
    assert draw(UUID(int=number), activity) == pytest.approx(drawn)


def test_nobody_takes_a_part_of_nothing_and_the_others_take_theirs() -> None:
    drawn = plan("lobby", **SPLIT)
    taken = [path(begin(drawn, UUID(int=number)))[1] for number in range(3000)]

    assert "split>a" not in taken
    # Six standard deviations of a fair draw.
    assert abs(taken.count("split>b") - 999) < 6 * (3000 * 0.333 * 0.667) ** 0.5


def test_in_test_mode_everybody_takes_the_top_path() -> None:
    drawn = plan("lobby", **SPLIT, in_test=True)

    assert {path(begin(drawn, UUID(int=number)))[1] for number in range(50)} == {"split>a"}


# --- What expressions see -------------------------------------------------------------------------


def test_each_payload_is_seen_under_its_name() -> None:
    expression = "@{Lobby.amount} == 1 and @{second.amount} == 2"
    drawn = plan(
        "lobby",
        lobby=act("event", "second", event="Lobby"),
        second=act("event", "check", event="Meal", name="second"),
        check=act("condition", {}, paths=[{"id": "yes", "expression": expression}]),
    )
    state = begin(drawn, amount=1).state

    decision = decide(drawn, state, arrival(MEAL, id=2, amount=2), around(START))

    assert path(decision)[1] == "check>yes"


def test_an_answer_is_seen_under_the_name_of_its_action() -> None:
    drawn = plan(
        "lobby",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", "check", action="Tell", values={"text": "@{Lobby.text}"}),
        check=act("condition", {}, paths=[{"id": "yes", "expression": '@{Tell.id} == "r7"'}]),
    )
    first = begin(drawn, text="hello")
    assert first.calls[0].spec == {"action": 7, "values": {"text": "hello"}}

    decision = decide(drawn, first.state, returned(first, data={"id": "r7"}), around(START))

    assert path(decision) == ["tell>next", "check>yes"]


def test_the_last_error_is_seen_by_later_steps() -> None:
    seen = '@{JourneyProperties.lastNodeUIDInError} == "tell" and @{JourneyProperties.lastErrorCode} == "503"'
    drawn = plan(
        "lobby",
        lobby=CALLING["lobby"],
        tell=act(
            "custom_action", {"error": ["check"]}, action="Tell", values={"text": '"x"'}, error_path=True
        ),
        check=act("condition", {}, paths=[{"id": "yes", "expression": seen}]),
    )
    first = begin(drawn)
    answer = Returned(first.calls[0].key, "http", "503", None, "No.", 1)

    assert path(decide(drawn, first.state, answer, around(START))) == ["tell>error", "check>yes"]
