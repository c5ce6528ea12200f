"""The machine alone: what operators may do with a person, and when it is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from journeys.engine.decide import (
    Arrival,
    Decision,
    Operation,
    Plan,
    Refusal,
    State,
    Status,
    StepStatus,
    Verb,
    abort,
    decide,
    enter,
    operate,
)
from journeys.engine.decide.machine import CALL_PATIENCE
from tests.journeys.deciding import (
    CALLING,
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

WAITING = begin(plan("lobby", **RACE)).state
CALLED = begin(plan("lobby", **CALLING)).state
FAILED = abort(WAITING, Status.ERROR, now=START).state
STOPPED = abort(WAITING, Status.STOPPED, now=START).state


@pytest.mark.parametrize(
    ("state", "verb", "refusal"),
    [
        (WAITING, Verb.RETRY, Refusal.NOT_FAILED),
        (CALLED, Verb.RETRY, None),
        (FAILED, Verb.RETRY, None),
        *(
            (state, verb, Refusal.NOT_PARKED)
            for state in (WAITING, CALLED)
            for verb in ("done", "again", "fail")
        ),
        (FAILED, Verb.END, Refusal.ENDED),
        (STOPPED, Verb.RETRY, Refusal.ENDED),
        (STOPPED, Verb.SKIP, Refusal.ENDED),
    ],
)
def test_who_can_be_led_on_and_who_not(state: State, verb: str, refusal: Refusal | None) -> None:
    drawn = plan("lobby", **(CALLING if state is CALLED else RACE))
    operation = Operation(Verb(verb), state.activity, "next", by="ada")

    assert operate(drawn, state, operation, around(START + timedelta(minutes=1))).refusal == refusal


def test_who_stands_elsewhere_has_moved_on() -> None:
    operation = Operation(Verb.SKIP, "u", "next", by="ada")

    assert operate(plan("lobby", **RACE), WAITING, operation, around(START)).refusal == Refusal.MOVED_ON


def test_a_race_that_could_not_begin_is_tried_again_as_a_whole() -> None:
    drawn = plan(
        "lobby",
        lobby=act("event", {"next": ["meal", "until"]}, event="Lobby"),
        meal=act("event", event="Meal"),
        until=act("wait", type="custom", expression="toDateTime(@{Lobby.text})"),
    )
    failed = begin(drawn, text="soon").state
    assert failed.status is Status.ERROR

    decision = operate(drawn, failed, Operation(Verb.RETRY, "meal", by="ada"), around(START)).decision

    assert path(decision) == ["meal>reopened", "until>"]
    assert decision.steps[-1].status is StepStatus.ERROR


@pytest.mark.parametrize(
    ("verb", "told"), [(Verb.DONE, ["mail>next", "react>next", "end>"]), (Verb.FAIL, ["mail>"])]
)
def test_a_message_of_which_an_operator_says_that_it_was_sent_is_one_that_was_sent(
    verb: Verb, told: list[str]
) -> None:
    drawn = plan(
        "lobby",
        lobby=act("event", "mail", event="Lobby"),
        mail=act("email", "react", template="Hello", parameters={"name": '"x"'}),
        react=act("reaction", "end", message="mail", reaction="sent", timeout="PT1H"),
        end=act("end"),
    )
    first = begin(drawn)
    unknown = Operation(Verb.PARK, "mail", by="", call=first.calls[0].key)
    parked = operate(drawn, first.state, unknown, around(START)).decision

    decision = operate(drawn, parked.state, Operation(verb, "mail", by="ada"), around(START)).decision

    assert path(decision) == told


def parked(drawn: Plan, *held: Arrival) -> State:
    """Anna, whose call may have been made; ``held`` came after it began."""
    first = begin(drawn)
    state = first.state
    for one in held:
        state = decide(drawn, state, one, around(one.received_at)).state
    unknown = Operation(Verb.PARK, "tell", by="", call=first.calls[0].key)
    return operate(drawn, state, unknown, around(START)).decision.state


@pytest.mark.parametrize(
    ("operation", "told", "discarded"),
    [
        (Operation(Verb.SKIP, "tell", "next"), ["tell>next", "meal>next", "end>"], [2, 4]),
        (Operation(Verb.SKIP, "tell", "error"), ["tell>error", "sorry>next", "end>"], [3, 4]),
        (Operation(Verb.DONE, "tell"), ["tell>next", "meal>next", "end>"], [2, 4]),
        (Operation(Verb.FAIL, "tell"), ["tell>error", "sorry>next", "end>"], [3, 4]),
        (Operation(Verb.AGAIN, "tell"), ["tell>again"], []),
        (Operation(Verb.END, "tell"), ["tell>"], [2, 3, 4]),
    ],
    ids=lambda value: f"{value.verb} {value.path}" if isinstance(value, Operation) else None,
)
def test_what_came_while_calling_is_offered_to_where_an_operator_leads_the_person(
    operation: Operation, told: list[str], discarded: list[int]
) -> None:
    drawn = plan("lobby", **CALLING)
    came = [arrival(event, after(seconds=id), id=id) for id, event in [(2, GYM), (3, MEAL), (4, MEAL)]]
    waiting = parked(drawn, *came)

    decision = operate(drawn, waiting, operation, around(after(minutes=1))).decision

    assert path(decision) == told
    assert [one.received_id for one, _ in decision.discards] == discarded
    assert len(decision.state.held) == (3 if operation.verb is Verb.AGAIN else 0)


@pytest.mark.parametrize(
    ("tell", "put_off"),
    [
        (CALLING["tell"], timedelta(0)),
        # Quiet hours may keep it from being sent for most of a day.
        (act("sms", template="Short", address='"+4930123456"', error_path=True), timedelta(days=1)),
    ],
    ids=["action", "message"],
)
def test_a_call_made_once_more_is_waited_for_as_long_as_the_first(
    tell: dict[str, Any], put_off: timedelta
) -> None:
    drawn = plan("lobby", **{**CALLING, "tell": {**tell, "to": CALLING["tell"]["to"]}})
    assert begin(drawn).state.wake_at == START + put_off + CALL_PATIENCE
    waiting = parked(drawn)
    assert waiting.wake_at == FOREVER, "an operator may take their time"

    again = operate(drawn, waiting, Operation(Verb.AGAIN, "tell"), around(after(hours=9))).decision

    assert again.state.wake_at == after(hours=9) + put_off + CALL_PATIENCE


def test_a_retry_of_a_call_keeps_what_was_held_and_offers_it_when_the_step_fails_at_once() -> None:
    """The profile that the call needs has changed meanwhile."""
    number = "toString(toInteger(#{ExperiencePlatform.ProfileFieldGroup.person.name.firstName}))"
    tell = act(
        "custom_action", CALLING["tell"]["to"], action="Tell", values={"text": number}, error_path=True
    )
    drawn = plan("lobby", **{**CALLING, "tell": tell})
    known = around(START)
    known.profile = {"person": {"name": {"firstName": "7"}}}
    first = enter(drawn, INSTANCE, arrival(LOBBY), known, ends_at=FOREVER)
    calling = decide(drawn, first.state, arrival(GYM, id=2), known).state
    retry = Operation(Verb.RETRY, "tell", by="ada")

    again = operate(drawn, calling, retry, known).decision
    assert again.state.held == calling.held
    assert [one.key for one in again.state.pending] == [call.key for call in again.calls]
    assert again.calls[0].key != first.calls[0].key

    known.profile = {"person": {"name": {"firstName": "Anna"}}}
    failed = operate(drawn, calling, retry, known).decision
    assert path(failed) == ["tell>retried", "tell>error", "sorry>next", "end>"]


@pytest.mark.parametrize("verb", [Verb.SKIP, Verb.DONE])
def test_who_was_led_on_past_a_call_waits_for_it_no_longer(verb: Verb) -> None:
    """Its result may be on its way already."""
    drawn = plan("lobby", **CALLING)
    first = begin(drawn)
    state = parked(drawn) if verb is Verb.DONE else first.state

    led_on = operate(drawn, state, Operation(verb, "tell", "next"), around(START)).decision

    assert (led_on.state.activity, led_on.state.wake_at) == ("meal", FOREVER)
    late = decide(drawn, led_on.state, returned(first, "http"), around(after(seconds=1)))
    assert late == Decision(led_on.state)


@pytest.mark.parametrize("verb", [Verb.RETRY, Verb.SKIP])
def test_nobody_comes_back_once_the_global_timeout_has_come(verb: Verb) -> None:
    drawn = plan("lobby", **RACE)
    operation = Operation(verb, FAILED.activity, "next", by="ada")

    before = operate(drawn, FAILED, operation, around(FOREVER - timedelta(microseconds=1)))
    assert before.refusal is None
    assert operate(drawn, FAILED, operation, around(FOREVER)).refusal is Refusal.TIME_OVER
