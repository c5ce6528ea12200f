"""Operators in test runs: what fails can be tried again and skipped there, too, and leaves with the run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from datasources.models import Identity, Profile
from journeyorch.access.models import User
from journeyorch.outbound.calls import Outcome
from journeys import testing
from journeys.engine.decide import Verb
from journeys.models import Call, Entrance, Instance, JourneyVersion, LaneInput, StepCount, StepEvent
from journeys.operating import operate
from journeys.reports.steps.agreement import disagreements
from tests.journeys.world import World, act


@pytest.fixture(autouse=True)
def _clock(world: World) -> Iterator[None]:
    with world.clock():
        yield


@pytest.fixture
def op(db: None) -> User:
    return User.objects.create_user("olga")


@pytest.fixture
def version(world: World) -> JourneyVersion:
    """In test; Anna has come in, and her call was answered with 404."""
    world.action()
    version = world.draft(
        "lobby",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", "hold", action="Tell"),
        hold=act("wait", duration="PT1H"),
    )
    testing.switch_on(version, by=None)
    testing.change_options(version, wait=version.test_wait, from_outside=True, by=None)
    anna = Profile.objects.create(sandbox=world.sandbox, attributes={"testProfile": True}, test_profile=True)
    Identity.objects.create(
        sandbox=world.sandbox, profile=anna, namespace="CRMID", value="anna", seen_at=world.now
    )
    world.recorder.answers = [Outcome("http", "404")]
    world.send("Lobby")
    world.run()
    assert world.instance().status == Instance.Status.ERROR
    return version


@pytest.mark.parametrize(
    ("verb", "way", "sent"), [(Verb.RETRY, "", 2), (Verb.SKIP, "next", 1)], ids=["retry", "skip"]
)
def test_a_failed_step_is_tried_again_or_skipped(
    world: World, version: JourneyVersion, op: User, verb: Verb, way: str, sent: int
) -> None:
    operate(world.instance(), verb, by=op, path=way)
    world.run()
    assert world.path() == ["lobby>next", "tell>", "tell>reopened", "tell>next"]
    assert len(world.recorder.sent) == sent
    assert Entrance.objects.get().active_instance == world.instance().pk

    world.pass_time(seconds=version.test_wait.total_seconds())
    world.run()

    assert world.instance().status == Instance.Status.FINISHED
    assert set(StepEvent.objects.values_list("run", flat=True)) == {version.test_run}
    assert list(disagreements()) == []


def test_of_a_run_that_is_over_nothing_is_tried_again(
    world: World, version: JourneyVersion, op: User
) -> None:
    operate(world.instance(), Verb.RETRY, by=op)
    testing.switch_off(version, by=None)
    world.run()

    assert len(world.recorder.sent) == 1
    for model in (Instance, Entrance, StepEvent, StepCount, Call, LaneInput):
        assert not model.objects.exists(), model


def test_a_retry_does_not_reach_into_the_next_run(world: World, version: JourneyVersion, op: User) -> None:
    operate(world.instance(), Verb.RETRY, by=op)
    testing.switch_off(version, by=None)
    testing.switch_on(version, by=None)
    world.send("Lobby")
    world.run()

    assert set(Instance.objects.values_list("run", flat=True)) == {version.test_run}
    assert world.path() == ["lobby>next", "tell>next"]
    assert list(disagreements()) == []
