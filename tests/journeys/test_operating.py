"""Operators: a step is tried again, skipped, or the journey ended, for one person and for many."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from journeyorch.access.models import User
from journeyorch.outbound.calls import Outcome
from journeys import publishing
from journeys.definition.document import Document
from journeys.engine.decide import Verb
from journeys.engine.router import run_router
from journeys.models import Call, Entrance, Instance, JourneyVersion, LaneInput, StepCount, StepEvent
from journeys.operating import operate, operate_on_many
from journeys.publishing import NotAllowed
from journeys.reports.counts import counts_of
from journeys.reports.people import PeopleQuestion
from tests.journeys.world import World, act

BROKEN = Outcome("http", "404", message="The system answered 404.")
PATHS = [{"id": "yes", "expression": "@{Lobby.amount} > 0"}]


@pytest.fixture(autouse=True)
def _clock(world: World) -> Iterator[None]:
    with world.clock():
        yield


@pytest.fixture
def op(db: None) -> User:
    return User.objects.create_user("olga")


@pytest.fixture
def version(world: World) -> JourneyVersion:
    """Lobby, a call, an hour of waiting, a condition that needs an amount, the end."""
    world.action()
    return world.journey(
        "lobby",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", "hold", action="Tell"),
        hold=act("wait", "check", duration="PT1H"),
        check=act("condition", {"yes": ["end"]}, paths=PATHS),
        end=act("end"),
    )


@pytest.fixture
def failed(world: World, version: JourneyVersion) -> Instance:
    """Anna, whose call was answered with 404."""
    world.recorder.answers = [BROKEN]
    world.send("Lobby", amount=1)
    world.run()
    assert world.instance().status == Instance.Status.ERROR
    return world.instance()


@pytest.fixture
def calling(world: World, version: JourneyVersion) -> Instance:
    world.send("Lobby", amount=1)
    world.drain()
    return world.instance()


def told(person: str = "anna") -> list[tuple[str, str, Any]]:
    """What operators did with the person: (activity, path, detail)."""
    found = StepEvent.objects.filter(person_id=person, detail__contains='"operation"').order_by("pk")
    return [(step.activity, step.path, json.loads(step.detail)) for step in found]


def refusals(person: str = "anna") -> list[str]:
    return [detail["refusal"] for _, path, detail in told(person) if path == "refused"]


# --- One person -----------------------------------------------------------------------------------


def test_a_retry_of_a_failed_step_is_a_new_visit_with_a_new_key(
    world: World, failed: Instance, op: User
) -> None:
    operate(failed, Verb.RETRY, by=op)
    world.run()
    world.pass_time(hours=1)
    world.run()

    keys = [call.key for call, _ in world.recorder.sent]
    assert len(set(keys)) == len(keys) == 2
    assert world.instance().status == Instance.Status.FINISHED
    assert world.path() == [
        "lobby>next",
        "tell>",
        "tell>reopened",
        "tell>next",
        "hold>next",
        "check>yes",
        "end>",
    ]
    assert told() == [("tell", "reopened", {"operation": "retry", "by": "olga"})]


def test_a_retry_of_a_call_that_is_waited_for_drops_the_old_one(
    world: World, calling: Instance, op: User
) -> None:
    operate(calling, Verb.RETRY, by=op)
    world.run()

    assert sorted(Call.objects.values_list("status", flat=True)) == [Call.Status.DONE, Call.Status.DROPPED]
    assert len(world.recorder.sent) == 1
    assert world.path() == ["lobby>next", "tell>retried", "tell>next"]


def test_somebody_reopened_is_inside_and_cannot_enter_again(world: World, failed: Instance, op: User) -> None:
    operate(failed, Verb.RETRY, by=op)
    world.run()
    world.pass_time(minutes=10)
    world.send("Lobby")
    world.run()

    entrance = Entrance.objects.get()
    assert entrance.active_instance == failed.pk
    assert world.discards() == ["alreadyInside"]


def test_an_earlier_visit_that_was_reopened_makes_the_last_entrance_no_older(
    world: World, failed: Instance, op: User
) -> None:
    """From the last one the wait before re-entrance counts."""
    world.pass_time(minutes=10)
    world.send("Lobby", amount=1)
    world.run()
    world.pass_time(hours=1)
    world.run()
    last = Entrance.objects.get().last_started_at
    operate(failed, Verb.RETRY, by=op)
    world.run()
    world.pass_time(hours=1)
    world.run()

    failed.refresh_from_db()
    assert failed.status == Instance.Status.FINISHED
    assert Entrance.objects.get().last_started_at == last > failed.started_at


def test_a_skip_goes_on_along_the_chosen_path(world: World, failed: Instance, op: User) -> None:
    operate(failed, Verb.SKIP, by=op, path="next")
    world.run()

    assert world.instance().activity == "hold"
    assert world.path()[-2:] == ["tell>reopened", "tell>next"]
    assert told()[-1] == ("tell", "next", {"operation": "skip", "by": "olga"})
    assert len(world.recorder.sent) == 1


def test_who_waits_for_a_moment_can_be_sent_on(world: World, version: JourneyVersion, op: User) -> None:
    world.send("Lobby", amount=1)
    world.run()
    operate(world.instance(), Verb.SKIP, by=op, path="next")
    world.run()

    assert world.instance().status == Instance.Status.FINISHED


@pytest.mark.parametrize("where", ["calling", "waiting"])
def test_an_end_ends_and_drops_the_call(world: World, calling: Instance, op: User, where: str) -> None:
    if where == "waiting":
        world.run()
    operate(calling, Verb.END, by=op)
    world.run()

    assert world.instance().status == Instance.Status.STOPPED
    assert told()[-1][2] == {"operation": "end", "by": "olga"}
    assert not Call.objects.filter(status=Call.Status.OPEN).exists()
    assert Entrance.objects.get().active_instance is None


def test_an_end_reaches_who_has_gone_on_meanwhile(world: World, calling: Instance, op: User) -> None:
    operate(calling, Verb.END, by=op)
    world.make_calls()
    world.run()

    assert world.instance().status == Instance.Status.STOPPED


# --- Refused --------------------------------------------------------------------------------------


def test_two_retries_at_once_are_one(world: World, failed: Instance, op: User) -> None:
    operate(failed, Verb.RETRY, by=op)
    operate(failed, Verb.RETRY, by=op)
    world.run()

    assert len(world.recorder.sent) == 2
    assert refusals() == ["movedOn"]


def test_who_is_inside_again_is_not_let_in_by_a_retry(world: World, failed: Instance, op: User) -> None:
    """Their event was on its way when the operator asked."""
    world.pass_time(minutes=10)
    world.send("Lobby", amount=1)
    with world.clock():
        run_router(world.sandbox.pk, owner="one")
    operate(failed, Verb.RETRY, by=op)
    world.run()

    assert refusals() == ["insideAgain"]
    failed.refresh_from_db()
    assert failed.status == Instance.Status.ERROR
    assert failed.ended_at is not None
    second = Instance.objects.exclude(pk=failed.pk).get()
    assert Entrance.objects.get().active_instance == second.pk
    with pytest.raises(NotAllowed, match="again"):
        operate(failed, Verb.RETRY, by=op)


def test_nobody_is_let_into_a_version_that_is_over(world: World, failed: Instance, op: User) -> None:
    operate(failed, Verb.RETRY, by=op)
    with world.clock():
        publishing.stop(JourneyVersion.objects.get(), by=None)
    world.run()

    assert refusals() == ["versionOver"]
    with pytest.raises(NotAllowed, match="version"):
        operate(failed, Verb.RETRY, by=op)


def test_a_person_whose_time_is_over_does_not_come_back(world: World, failed: Instance, op: User) -> None:
    world.pass_time(days=40)
    operate(failed, Verb.RETRY, by=op)
    world.run()

    assert refusals() == ["timeOver"]


@pytest.mark.parametrize("verb", [Verb.RETRY, Verb.SKIP, Verb.END, Verb.DONE, Verb.AGAIN, Verb.FAIL])
def test_who_has_finished_is_left_alone(world: World, calling: Instance, op: User, verb: Verb) -> None:
    world.run()
    world.pass_time(hours=1)
    world.run()

    with pytest.raises(NotAllowed):
        operate(calling, verb, by=op, path="next")


@pytest.mark.parametrize("path", ["", "sideways", "yes"])
def test_a_skip_needs_a_path_of_the_step(failed: Instance, op: User, path: str) -> None:
    with pytest.raises(NotAllowed, match="path"):
        operate(failed, Verb.SKIP, by=op, path=path)


# --- Many -----------------------------------------------------------------------------------------

PEOPLE = 25


@pytest.fixture
def crowd(world: World, version: JourneyVersion) -> World:
    """Of 25 people every fifth went through; the others failed at the call."""
    world.recorder.answers = []
    send = world.recorder.send
    world.recorder.send = (
        lambda call, prepared, timeout: (  # type: ignore[method-assign]
            send(call, prepared, timeout) if int(call.person_id[1:]) % 5 == 0 else BROKEN
        )
    )
    for number in range(PEOPLE):
        world.send("Lobby", f"p{number}", amount=1)
    world.run()
    world.recorder.send = send  # type: ignore[method-assign]
    return world


def test_all_that_failed_at_a_step_are_retried_and_nobody_else(
    crowd: World, version: JourneyVersion, op: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("journeys.operating._BATCH", 7)
    question = PeopleQuestion(activity="tell", status=Instance.Status.ERROR)

    assert operate_on_many(version, question, Verb.RETRY, by=op) == 20
    crowd.run()

    assert Instance.objects.filter(status=Instance.Status.RUNNING, activity="hold").count() == PEOPLE
    assert StepEvent.objects.filter(path="reopened").count() == 20


def test_only_the_selected_are_operated_on(crowd: World, version: JourneyVersion, op: User) -> None:
    chosen = list(Instance.objects.values_list("pk", flat=True))
    question = PeopleQuestion(activity="tell")

    assert operate_on_many(version, question, Verb.SKIP, by=op, path="next", only=chosen[:6]) <= 6
    crowd.run()

    assert 0 < StepEvent.objects.filter(path="reopened").count() <= 6


def test_everybody_inside_is_ended_in_bulk(crowd: World, version: JourneyVersion, op: User) -> None:
    assert operate_on_many(version, PeopleQuestion(), Verb.END, by=op) == 5
    crowd.run()

    assert Instance.objects.filter(status=Instance.Status.STOPPED).count() == 5
    assert set(LaneInput.objects.values_list("bulk", flat=True)) <= {LaneInput.Class.BULK}


def test_a_skip_of_many_needs_one_step(crowd: World, version: JourneyVersion, op: User) -> None:
    with pytest.raises(NotAllowed, match="step"):
        operate_on_many(version, PeopleQuestion(), Verb.SKIP, by=op, path="next")


def test_figures_of_who_came_back_add_up(
    crowd: World, version: JourneyVersion, op: User, count: Callable[[], Any]
) -> None:
    assert (count().failed, count().inside, count().finished) == (20, 5, 0)
    operate_on_many(version, PeopleQuestion(), Verb.RETRY, by=op)
    crowd.run()
    assert (count().failed, count().inside, count().finished) == (0, 25, 0)
    crowd.pass_time(hours=1)
    crowd.run()

    assert (count().failed, count().inside, count().finished, count().entered) == (0, 0, 25, 25)
    assert StepCount.objects.filter(status=StepEvent.Status.OPERATED).exists()


@pytest.fixture
def count(version: JourneyVersion) -> Callable[[], Any]:
    return lambda: counts_of(version, Document.model_validate(version.document))
