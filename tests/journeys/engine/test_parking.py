"""Calls of unknown outcome: made again with the same key, or parked until an operator decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from actions.models import Action
from journeyorch.access.models import User
from journeys.engine.calls.claim import LEASE, claim, open_endpoints, prepare, start
from journeys.engine.calls.parking import park
from journeys.engine.decide import Verb
from journeys.models import Call, Instance, StepEvent
from journeys.operating import operate
from journeys.publishing import NotAllowed
from tests.journeys.world import World, act


@pytest.fixture(autouse=True)
def _clock(world: World) -> Iterator[None]:
    with world.clock():
        yield


@pytest.fixture
def op(db: None) -> User:
    return User.objects.create_user("olga")


@pytest.fixture
def unknown(world: World) -> World:
    """Anna's call was begun by a worker that died before it had a result."""
    world.action()
    world.journey(
        "lobby",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", {"next": ["end"], "error": ["sorry"]}, action="Tell", error_path=True),
        end=act("end"),
        sorry=act("end"),
    )
    world.recorder.parking = True
    world.send("Lobby")
    world.drain()
    (endpoint,) = open_endpoints()
    start(prepare(claim(endpoint, owner="dead", most=9, now=world.now))[0], world.now)
    world.pass_time(seconds=LEASE.total_seconds() + 1)
    return world


def run(world: World) -> None:
    """Parking makes no call, and what comes of it is for the lanes."""
    world.run()
    world.run()


def test_without_parking_it_is_made_again_with_the_same_key(unknown: World) -> None:
    unknown.recorder.parking = False
    run(unknown)

    assert [call.key for call, _ in unknown.recorder.sent] == [Call.objects.get().pk]
    assert unknown.path() == ["lobby>next", "tell>next", "end>"]


def test_with_parking_nothing_is_sent_and_the_person_waits_visibly(unknown: World) -> None:
    run(unknown)
    unknown.pass_time(days=2)
    run(unknown)

    assert unknown.recorder.sent == []
    assert Call.objects.get().status == Call.Status.PARKED
    assert unknown.instance().position == Instance.Position.PARKED
    assert unknown.path() == ["lobby>next", "tell>parked"]


def test_who_lost_the_claim_parks_nobody(unknown: World) -> None:
    (endpoint,) = open_endpoints()
    (slow,) = claim(endpoint, owner="slow", most=9, now=unknown.now)
    unknown.pass_time(seconds=LEASE.total_seconds() + 1)
    claim(endpoint, owner="quick", most=9, now=unknown.now)

    park([slow], unknown.now)

    assert (Call.objects.get().status, unknown.waiting_inputs()) == (Call.Status.OPEN, 0)


def test_what_was_not_begun_is_made_and_not_parked(unknown: World) -> None:
    """Claimed, and given back or lost before the attempt was counted."""
    Call.objects.update(attempts=0)
    run(unknown)

    assert len(unknown.recorder.sent) == 1


def test_a_retry_after_an_answer_is_no_unknown_outcome(unknown: World) -> None:
    Call.objects.update(owner=None, first_attempt_at=unknown.now - timedelta(seconds=1))
    run(unknown)

    assert len(unknown.recorder.sent) == 1


@pytest.mark.parametrize(
    ("verb", "sent", "path"),
    [
        (Verb.DONE, 0, ["tell>parked", "tell>next", "end>"]),
        (Verb.AGAIN, 1, ["tell>parked", "tell>again", "tell>next", "end>"]),
        (Verb.FAIL, 0, ["tell>parked", "tell>error", "sorry>"]),
    ],
)
def test_an_operator_settles_it(unknown: World, op: User, verb: Verb, sent: int, path: list[str]) -> None:
    run(unknown)
    key, request = Call.objects.values_list("pk", "request").get()

    operate(unknown.instance(), verb, by=op)
    run(unknown)

    assert unknown.path() == ["lobby>next", *path]
    assert len(unknown.recorder.sent) == sent
    assert Call.objects.get().status == (Call.Status.DONE if sent else Call.Status.DROPPED)
    assert Call.objects.values_list("pk", "request").get() == (key, request)
    assert StepEvent.objects.filter(detail__contains='"by":"olga"').exists()


def test_what_is_made_again_and_dies_again_is_parked_again(unknown: World, op: User) -> None:
    run(unknown)
    operate(unknown.instance(), Verb.AGAIN, by=op)
    unknown.drain()
    (endpoint,) = open_endpoints()
    start(prepare(claim(endpoint, owner="dead", most=9, now=unknown.now))[0], unknown.now)
    unknown.pass_time(seconds=LEASE.total_seconds() + 1)
    run(unknown)

    assert unknown.path() == ["lobby>next", "tell>parked", "tell>again", "tell>parked"]


def test_an_event_that_comes_meanwhile_is_held(unknown: World, op: User) -> None:
    run(unknown)
    unknown.send("Lobby")
    run(unknown)
    assert unknown.discards() == []

    operate(unknown.instance(), Verb.DONE, by=op)
    run(unknown)
    assert unknown.discards() == ["alreadyInside"]


def test_the_end_of_a_parked_person_drops_the_call(unknown: World, op: User) -> None:
    run(unknown)
    operate(unknown.instance(), Verb.END, by=op)
    run(unknown)

    assert unknown.instance().status == Instance.Status.STOPPED
    assert Call.objects.get().status == Call.Status.DROPPED


@pytest.mark.parametrize("verb", [Verb.DONE, Verb.AGAIN, Verb.FAIL])
def test_only_what_is_parked_is_settled(unknown: World, op: User, verb: Verb) -> None:
    with pytest.raises(NotAllowed):
        operate(unknown.instance(), verb, by=op)


@pytest.mark.parametrize("policy", ["park", "resend"])
def test_an_action_says_what_becomes_of_its_calls(unknown: World, policy: str) -> None:
    from actions.custom import CustomActionHandler
    from journeyorch.outbound.calls import CallSpec

    action = Action.objects.get()
    action.on_unknown = policy
    action.save()
    call = Call.objects.get()
    spec = CallSpec(call.pk, call.sandbox_id, call.kind, {"action": action.pk}, "CRMID", "anna", False)

    assert CustomActionHandler().parks([spec]) == [policy == "park"]
