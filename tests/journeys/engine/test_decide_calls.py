"""The machine alone: people who wait for calls and data (engine.md, Waves and Calls)."""

from __future__ import annotations

from typing import Any

import pytest

from journeys.engine.decide import (
    Arrival,
    Decision,
    Discard,
    Position,
    Status,
    StepStatus,
    Woke,
    abort,
    decide,
    enter,
)
from journeys.engine.decide.machine import CALL_PATIENCE, MAX_HELD
from journeys.engine.decide.values import feedback_key
from tests.journeys.deciding import (
    CALLING,
    END,
    FOREVER,
    INSTANCE,
    RACE,
    START,
    after,
    around,
    arrival,
    begin,
    path,
    returned,
)
from tests.journeys.drawings import GYM, LOBBY, MEAL, plan
from tests.journeys.world import act

# --- Calls ----------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "over", [act("wait", duration="PT0S"), act("wait", type="date_time", at="1999-12-31T23:59")]
)
def test_a_held_event_comes_before_a_wait_that_is_over_only_now(over: dict[str, Any]) -> None:
    drawn = plan(
        "lobby",
        lobby=CALLING["lobby"],
        tell=act("custom_action", {"next": ["none", "meal"]}, action="Tell", values={"text": '"x"'}),
        none=over,
        meal=act("event", event="Meal"),
    )
    first = begin(drawn)
    state = decide(drawn, first.state, arrival(MEAL, after(seconds=1), id=2), around(after(seconds=1))).state

    decision = decide(drawn, state, returned(first), around(after(seconds=5)))

    assert path(decision) == ["tell>next", "meal>next"]


@pytest.mark.parametrize(("opened", "winner"), [(1, "react>next"), (2, "meal>next"), (3, "meal>next")])
def test_of_what_came_while_sending_the_first_wins_be_it_an_event_or_a_reaction(
    opened: int, winner: str
) -> None:
    """An event is held, what became of the message is recorded; on a tie the upper activity wins."""
    drawn = plan(
        "lobby",
        lobby=act("event", "mail", event="Lobby"),
        mail=act("email", {"next": ["meal", "react"]}, template="Hello", parameters={"name": '"x"'}),
        meal=act("event", event="Meal"),
        react=act("reaction", message="mail", reaction="opened"),
    )
    first = begin(drawn)
    state = decide(drawn, first.state, arrival(MEAL, after(seconds=2), id=2), around(after(seconds=2))).state
    known = around(after(seconds=5))
    known.feedback = {feedback_key("mail", "opened"): after(seconds=opened)}

    assert path(decide(drawn, state, returned(first), known)) == ["mail>next", winner]


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


@pytest.mark.parametrize("status", [Status.STOPPED, Status.ERROR])
def test_what_is_held_is_discarded_when_its_instance_is_ended(status: Status) -> None:
    drawn = plan("lobby", **CALLING)
    held = arrival(GYM, id=2)
    state = decide(drawn, begin(drawn).state, held, around(START)).state

    decision = abort(state, status, now=after(minutes=5))

    assert (decision.state.held, decision.state.pending) == ((), ())
    assert decision.discards == ((held, Discard.NOT_LISTENING),)


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


def test_who_was_out_of_time_before_a_call_is_given_up_takes_no_way_for_errors() -> None:
    """Nobody looked for a day: the global timeout came first, as it would have on time."""
    drawn = plan("lobby", **CALLING)
    calling = enter(drawn, INSTANCE, arrival(LOBBY), around(START), ends_at=after(hours=1)).state
    assert calling.call_by == START + CALL_PATIENCE > calling.ends_at

    late = decide(drawn, calling, Woke(), around(after(days=1)))

    assert [step.status for step in late.steps] == [StepStatus.INSTANCE_TIMED_OUT]
    assert late.state.status is Status.TIMED_OUT


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
