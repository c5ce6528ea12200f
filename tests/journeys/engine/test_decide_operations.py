"""The machine alone: what operators may do with a person, and when it is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from journeys.engine.decide import Operation, Refusal, State, Status, StepStatus, Verb, abort, operate
from tests.journeys.deciding import CALLING, RACE, START, around, begin, path
from tests.journeys.drawings import plan
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
