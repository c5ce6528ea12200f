"""The machine alone: no database, no clock, only values (engine.md § 3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from journeys.activities.split import draw
from journeys.engine.decide import (
    Arrival,
    Decision,
    Discard,
    Operation,
    Plan,
    Position,
    Returned,
    Status,
    StepStatus,
    Surroundings,
    Verb,
    Woke,
    abort,
    decide,
    enter,
    listens,
    operate,
)
from journeys.engine.decide.machine import CALL_PATIENCE, MAX_HELD
from journeys.engine.decide.values import feedback_key
from tests.journeys.drawings import GYM, LOBBY, MEAL, plan
from tests.journeys.world import act

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
INSTANCE = UUID("00000000-0000-7000-8000-000000000001")
FOREVER = START + timedelta(days=30)
END = act("end")


def around(now: datetime) -> Surroundings:
    return Surroundings(now=now, namespace="CRMID", person_id="anna")


def arrival(event: int, at: datetime = START, *, id: int = 1, **payload: Any) -> Arrival:
    return Arrival(id, (event,), at, payload)


def begin(drawn: Plan, instance_id: UUID = INSTANCE, **payload: Any) -> Decision:
    return enter(drawn, instance_id, arrival(LOBBY, **payload), around(START), ends_at=FOREVER)


def after(**delta: float) -> datetime:
    return START + timedelta(**delta)


def returned(decision: Decision, status: str = "ok", *, data: Any = None, call: int = 0) -> Returned:
    return Returned(decision.calls[call].key, status, "", data, "What happened.", 12)


def path(*decisions: Decision) -> list[str]:
    return [f"{step.activity}>{step.path}" for decision in decisions for step in decision.steps]


# --- Races ----------------------------------------------------------------------------------------

RACE = {
    "lobby": act("event", {"next": ["upper", "meal", "lower"]}, event="Lobby"),
    "upper": act("wait", {"next": ["u"]}, duration="PT1H"),
    "meal": act("event", {"next": ["m"], "timeout": ["t"]}, event="Meal", timeout="PT2H", timeout_path=True),
    "lower": act("wait", {"next": ["l"]}, duration="PT1H"),
    **dict.fromkeys("umtl", END),
}


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


@pytest.mark.parametrize("status", [Status.STOPPED, Status.ERROR])
def test_what_is_held_is_discarded_when_its_instance_is_ended(status: Status) -> None:
    drawn = plan("lobby", **CALLING)
    held = arrival(GYM, id=2)
    state = decide(drawn, begin(drawn).state, held, around(START)).state

    decision = abort(state, status, now=after(minutes=5))

    assert (decision.state.held, decision.state.pending) == ((), ())
    assert decision.discards == ((held, Discard.NOT_LISTENING),)


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


# --- Calls ----------------------------------------------------------------------------------------

CALLING = {
    "lobby": act("event", "tell", event="Lobby"),
    "tell": act(
        "custom_action",
        {"next": ["meal"], "error": ["sorry"]},
        action="Tell",
        values={"text": '"x"'},
        error_path=True,
    ),
    "meal": act("event", "end", event="Meal"),
    "sorry": act("event", "end", event="Gym"),
    "end": END,
}


@pytest.mark.parametrize(
    ("status", "step"),
    [
        ("ok", StepStatus.TRANSITIONS),
        ("timedOut", StepStatus.TIMED_OUT),
        ("capped", StepStatus.CAPPED),
        ("http", StepStatus.ERROR),
        ("error", StepStatus.ERROR),
    ],
)
@pytest.mark.parametrize("alternative", [True, False])
def test_a_result_leads_on_by_its_kind(status: str, step: StepStatus, alternative: bool) -> None:
    ways = {"next": ["meal"], **({"error": ["sorry"]} if alternative else {})}
    tell = act("custom_action", ways, action="Tell", values={"text": '"x"'}, error_path=alternative)
    sorry = {"sorry": CALLING["sorry"]} if alternative else {}
    drawn = plan("lobby", lobby=CALLING["lobby"], tell=tell, meal=CALLING["meal"], end=END, **sorry)
    first = begin(drawn)

    decision = decide(drawn, first.state, returned(first, status), around(after(seconds=1)))

    taken = "next" if status == "ok" else "error" if alternative else ""
    assert [(one.activity, one.path, one.status) for one in decision.steps] == [("tell", taken, step)]
    assert (decision.state.status is Status.ERROR) == (taken == "")
    assert decision.state.wake_at == (FOREVER if taken else None), "nobody waits for the call any more"


def test_a_result_counts_once() -> None:
    drawn = plan("lobby", **CALLING)
    first = begin(drawn)
    second = decide(drawn, first.state, returned(first), around(after(seconds=1)))

    again = decide(drawn, second.state, returned(first), around(after(seconds=2)))

    assert again == Decision(second.state)


def test_events_that_come_while_calling_are_offered_in_their_order() -> None:
    drawn = plan(
        "lobby",
        lobby=CALLING["lobby"],
        tell=act("custom_action", "meal", action="Tell", values={"text": '"x"'}),
        meal=act("event", "gym", event="Meal"),
        gym=act("event", event="Gym"),
    )
    first = begin(drawn)
    state = first.state
    for id, event in [(2, GYM), (3, MEAL), (4, GYM)]:
        state = decide(
            drawn, state, arrival(event, after(seconds=id), id=id), around(after(seconds=id))
        ).state
    assert [one.received_id for one in state.held] == [2, 3, 4]

    decision = decide(drawn, state, returned(first), around(after(seconds=9)))

    assert [(one.activity, one.received_id) for one in decision.steps] == [
        ("tell", None),
        ("meal", 3),
        ("gym", 4),
    ]
    assert [one.received_id for one, _ in decision.discards] == [2]


def test_a_held_event_comes_before_a_wait_that_is_over_only_now() -> None:
    drawn = plan(
        "lobby",
        lobby=CALLING["lobby"],
        tell=act("custom_action", {"next": ["none", "meal"]}, action="Tell", values={"text": '"x"'}),
        none=act("wait", duration="PT0S"),
        meal=act("event", event="Meal"),
    )
    first = begin(drawn)
    state = decide(drawn, first.state, arrival(MEAL, after(seconds=1), id=2), around(after(seconds=1))).state

    decision = decide(drawn, state, returned(first), around(after(seconds=5)))

    assert path(decision) == ["tell>next", "meal>next"]


def test_a_wait_that_is_over_only_now_ends_at_once_when_nothing_that_was_held_ends_it() -> None:
    tell = act("custom_action", "none", action="Tell", values={"text": '"x"'})
    drawn = plan("lobby", lobby=CALLING["lobby"], tell=tell, none=act("wait", duration="PT0S"))
    first = begin(drawn)
    state = decide(drawn, first.state, arrival(GYM, id=2), around(START)).state

    decision = decide(drawn, state, returned(first), around(after(seconds=5)))

    assert path(decision) == ["tell>next", "none>next"]
    assert [one.received_id for one, _ in decision.discards] == [2]


def test_more_than_twenty_events_are_not_held() -> None:
    drawn = plan("lobby", **CALLING)
    state = begin(drawn).state
    for id in range(MAX_HELD):
        state = decide(drawn, state, arrival(GYM, id=id + 2), around(START)).state

    decision = decide(drawn, state, arrival(GYM, id=99), around(START))

    assert len(decision.state.held) == MAX_HELD
    assert [one.received_id for one, _ in decision.discards] == [99]


def test_what_is_held_is_discarded_when_its_call_ends_the_journey() -> None:
    tell = act("custom_action", "meal", action="Tell", values={"text": '"x"'})
    drawn = plan("lobby", lobby=CALLING["lobby"], tell=tell, meal=CALLING["meal"], end=END)
    first = begin(drawn)
    held = arrival(MEAL, id=2)
    state = decide(drawn, first.state, held, around(START)).state

    decision = decide(drawn, state, returned(first, "http"), around(after(seconds=1)))

    assert (decision.state.status, decision.state.held) == (Status.ERROR, ())
    assert decision.discards == ((held, Discard.NOT_LISTENING),)


def test_what_becomes_of_a_message_is_neither_held_nor_discarded() -> None:
    """It is recorded with the message, where a reaction looks when it begins."""
    opened = Arrival(None, (feedback_key("mail", "opened"),), START, {})
    calling, waiting = plan("lobby", **CALLING), plan("lobby", **RACE)
    ended = plan("lobby", lobby=act("event", event="Lobby"))

    for drawn in (calling, waiting, ended):
        state = begin(drawn).state
        assert decide(drawn, state, opened, around(START)) == Decision(state)


def test_a_call_that_nobody_answers_is_given_up_and_what_was_held_is_offered() -> None:
    drawn = plan("lobby", **CALLING)
    first = begin(drawn)
    state = decide(drawn, first.state, arrival(GYM, after(hours=1), id=2), around(after(hours=1))).state
    assert state.wake_at == START + CALL_PATIENCE

    decision = decide(drawn, state, Woke(), around(START + CALL_PATIENCE))

    assert path(decision) == ["tell>error", "sorry>next", "end>"]
    assert (
        decide(drawn, decision.state, returned(first), around(START + CALL_PATIENCE)).state == decision.state
    )


# --- Fetches --------------------------------------------------------------------------------------

NEEDS_BOTH = "#{Rooms.free.count, params: {city: #{Weather.here.city}}} > 3"
FETCHING = {
    "lobby": act("event", "check", event="Lobby"),
    "check": act(
        "condition",
        {"yes": ["end"], "error": ["sorry"]},
        paths=[{"id": "yes", "expression": NEEDS_BOTH}],
        error_path=True,
    ),
    "end": END,
    "sorry": END,
}


def test_a_fetch_whose_parameters_need_other_data_waits_for_them() -> None:
    drawn = plan("lobby", **FETCHING)
    first = begin(drawn)
    assert [call.spec for call in first.calls] == [{"group": 11, "params": {}}]

    second = decide(drawn, first.state, returned(first, data={"city": "Rome"}), around(after(seconds=1)))
    assert [call.spec for call in second.calls] == [{"group": 12, "params": {"city": "Rome"}}]

    third = decide(drawn, second.state, returned(second, data={"count": 4}), around(after(seconds=2)))
    assert path(third) == ["check>yes", "end>"]


BOTH = '#{Weather.here.city} == "Rome" and #{Rooms.free.count, params: {city: "Rome"}} > 3'


def test_answers_may_come_in_any_order() -> None:
    check = act("condition", {"yes": ["end"]}, paths=[{"id": "yes", "expression": BOTH}])
    drawn = plan("lobby", lobby=FETCHING["lobby"], check=check, end=END)
    first = begin(drawn)

    second = decide(drawn, first.state, returned(first, data={"count": 4}, call=1), around(START))
    assert (path(second), second.calls) == ([], ())
    third = decide(drawn, second.state, returned(first, data={"city": "Rome"}), around(START))

    assert path(third) == ["check>yes", "end>"]


def test_a_failed_fetch_takes_the_alternative_path_and_late_data_are_dropped() -> None:
    check = act(
        "condition",
        {"yes": ["end"], "error": ["tell"]},
        paths=[{"id": "yes", "expression": BOTH}],
        error_path=True,
    )
    tell = act("custom_action", action="Tell", values={"text": '"x"'})
    drawn = plan("lobby", lobby=FETCHING["lobby"], check=check, end=END, tell=tell)
    first = begin(drawn)
    assert len(first.calls) == 2

    second = decide(drawn, first.state, returned(first, "http", call=1), around(after(seconds=1)))
    assert path(second) == ["check>error"]
    assert second.state.position is Position.CALLING

    third = decide(drawn, second.state, returned(first, data={"city": "Rome"}), around(after(seconds=2)))
    assert third == Decision(second.state)


def test_the_same_data_are_fetched_anew_by_the_next_step() -> None:
    check = act(
        "condition", {"yes": ["again"]}, paths=[{"id": "yes", "expression": '#{Weather.here.city} == "Rome"'}]
    )
    again = act("condition", {}, paths=[{"id": "yes", "expression": '#{Weather.here.city} == "Oslo"'}])
    drawn = plan("lobby", lobby=FETCHING["lobby"], check=check, again=again)
    first = begin(drawn)
    second = decide(drawn, first.state, returned(first, data={"city": "Rome"}), around(after(seconds=1)))
    third = decide(drawn, second.state, returned(second, data={"city": "Oslo"}), around(after(seconds=2)))

    assert path(second, third) == ["check>yes", "again>yes"]
    assert first.calls[0].key != second.calls[0].key


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
