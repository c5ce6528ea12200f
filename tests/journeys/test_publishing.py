"""The life of a version: which step it may take from where, and what it says when it may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from datasources.models import Segment
from journeyorch import bulk
from journeyorch.access.models import Sandbox, User
from journeys import publishing, testing
from journeys.engine.plans import generation_of
from journeys.engine.upkeep import upkeep
from journeys.labels import rename_journey
from journeys.models import Instance, Journey, JourneyVersion, LaneInput, StepEvent
from journeys.publishing import Conflict, NotAllowed
from tests.journeys.together import on_postgresql, threads
from tests.journeys.world import World, act

Status = JourneyVersion.Status
STATUSES = [Status.DRAFT, Status.TEST, Status.LIVE, Status.CLOSED, Status.STOPPED, Status.FINISHED]
LOBBY = {"lobby": act("event", "wait", event="Lobby"), "wait": act("wait", duration="PT1H")}
SOUND = {"start": ["lobby"], "activities": LOBBY}


def version_in(world: World, status: str) -> JourneyVersion:
    """A version that has come to this status by the ordinary way."""
    version = world.draft("lobby", **LOBBY)
    if status == Status.TEST:
        testing.switch_on(version, by=None)
    elif status != Status.DRAFT:
        publishing.publish(version, by=None)
    if status in (Status.CLOSED, Status.FINISHED):
        publishing.close(version, by=None)
    if status == Status.FINISHED:
        upkeep(world.now)
    if status == Status.STOPPED:
        publishing.stop(version, by=None)
    version.refresh_from_db()
    assert version.status == status
    return version


def save(version: JourneyVersion) -> None:
    publishing.save_draft(version, SOUND, revision=version.revision)


VERBS: dict[str, Callable[[JourneyVersion], Any]] = {
    "save": save,
    "publish": lambda version: publishing.publish(version, by=None),
    "close": lambda version: publishing.close(version, by=None),
    "stop": lambda version: publishing.stop(version, by=None),
    "switch_on": lambda version: testing.switch_on(version, by=None),
    "switch_off": lambda version: testing.switch_off(version, by=None),
    "change_options": lambda version: testing.change_options(
        version, wait=timedelta(seconds=5), from_outside=True, by=None
    ),
    "delete": lambda version: publishing.delete(version, by=None),
    "new_version": lambda version: publishing.new_version(version, by=None),
    "duplicate": lambda version: publishing.duplicate(version, by=None),
}
# From where each is allowed, the status that follows, and how the refusal begins.
LIFE: list[tuple[str, dict[str, str | None], str]] = [
    ("save", {Status.DRAFT: Status.DRAFT}, "Only a draft can be changed; make a new version."),
    ("publish", {Status.DRAFT: Status.LIVE, Status.TEST: Status.LIVE}, "Only a draft can be published."),
    ("switch_on", {Status.DRAFT: Status.TEST}, "Only a draft can be tested; begin a new version."),
    ("switch_off", {Status.TEST: Status.DRAFT}, "The version is not in test."),
    ("change_options", {Status.TEST: Status.TEST}, "The version is not in test."),
    ("close", {Status.LIVE: Status.CLOSED}, "Only a live version can be closed."),
    (
        "stop",
        {Status.LIVE: Status.STOPPED, Status.CLOSED: Status.STOPPED},
        "Only a live or closed version can be stopped.",
    ),
    (
        "delete",
        {Status.DRAFT: None, Status.STOPPED: None, Status.FINISHED: None},
        "Only a draft, a stopped or a finished version can be deleted; stop it first.",
    ),
    (
        "new_version",
        {Status.LIVE: Status.LIVE, Status.CLOSED: Status.CLOSED, Status.FINISHED: Status.FINISHED},
        "A new version starts from a live, closed or finished one.",
    ),
    ("duplicate", {status: status for status in STATUSES}, ""),
]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("verb", "allowed", "refusal"), LIFE, ids=[row[0] for row in LIFE])
def test_a_version_takes_only_the_steps_of_its_life(
    world: World, verb: str, allowed: dict[str, str | None], refusal: str, status: str
) -> None:
    version = version_in(world, status)
    if status in allowed:
        VERBS[verb](version)
    else:
        with pytest.raises(NotAllowed, match=refusal):
            VERBS[verb](version)

    left = JourneyVersion.objects.filter(pk=version.pk).values_list("status", flat=True).first()
    assert left == allowed.get(status, status)


def test_every_step_raises_the_generation(world: World) -> None:
    """Workers keep plans by it: a step that did not raise it would not be seen by them."""
    version = world.draft("lobby", **LOBBY)
    seen = [generation_of(world.sandbox.pk)]
    for step in ("save", "publish", "close", "stop", "delete"):
        VERBS[step](version)
        seen.append(generation_of(world.sandbox.pk))

    assert seen == sorted(set(seen))


# --- Drafts ---------------------------------------------------------------------------------------


def test_a_draft_is_saved_with_its_problems(world: World) -> None:
    version = world.draft("lobby", **LOBBY)

    found = publishing.save_draft(version, {"start": ["gone"]}, revision=version.revision)

    assert "ERR_JOURNEY_TARGET_MISSING" in {problem.code for problem in found}
    version.refresh_from_db()
    assert version.document["start"] == ["gone"]


@pytest.mark.parametrize(
    "data", [None, [], "text", {"start": "lobby"}, {"colour": "red"}, {"activities": [1]}]
)
def test_what_is_no_definition_is_not_saved(world: World, data: Any) -> None:
    version = world.draft("lobby", **LOBBY)
    before = version.document

    with pytest.raises(NotAllowed, match=r"The definition cannot be read") as refused:
        publishing.save_draft(version, data, revision=version.revision)

    version.refresh_from_db()
    assert version.document == before
    assert refused.value.problems


def test_who_saves_over_somebody_elses_work_is_told(world: World) -> None:
    mine = world.draft("lobby", **LOBBY)
    theirs = JourneyVersion.objects.get(pk=mine.pk)
    publishing.save_draft(theirs, {**SOUND, "start": []}, revision=theirs.revision)

    with pytest.raises(Conflict, match=r"Somebody else has saved this draft meanwhile; load it again."):
        publishing.save_draft(mine, SOUND, revision=mine.revision)

    mine.refresh_from_db()
    assert mine.document["start"] == []
    publishing.save_draft(mine, SOUND, revision=mine.revision)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_of_many_who_save_at_once_one_wins(world: World) -> None:
    version = world.draft("lobby", **LOBBY)
    won: list[int] = []

    def save_as(number: int) -> None:
        mine = JourneyVersion.objects.get(pk=version.pk)
        try:
            publishing.save_draft(mine, {**SOUND, "start": [f"a{number}"]}, revision=version.revision)
            won.append(number)
        except Conflict:
            pass

    with threads() as editors:
        for number in range(6):
            editors.start(save_as, number)

    assert len(won) == 1
    stored = JourneyVersion.objects.get(pk=version.pk)
    assert (stored.document["start"], stored.revision) == ([f"a{won[0]}"], version.revision + 1)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_of_many_who_publish_at_once_one_does(world: World) -> None:
    version = world.draft("lobby", **LOBBY)
    refused: list[str] = []

    def publish() -> None:
        try:
            publishing.publish(JourneyVersion.objects.get(pk=version.pk), by=None)
        except NotAllowed as error:
            refused.append(error.message)

    with threads() as users:
        for _ in range(4):
            users.start(publish)

    assert refused == ["Only a draft can be published."] * 3


# --- Journeys -------------------------------------------------------------------------------------


def test_a_name_is_taken_once_in_a_sandbox(world: World) -> None:
    publishing.create_journey(world.sandbox, "Trial", by=None)
    other = Sandbox.objects.create(name="elsewhere", title="Elsewhere")
    publishing.create_journey(other, "Trial", by=None)

    with pytest.raises(NotAllowed, match=r"There is already a journey “Trial”; choose another name."):
        publishing.create_journey(world.sandbox, "Trial", by=None)


def test_a_duplicate_is_a_draft_with_a_name_of_its_own(world: World) -> None:
    version = version_in(world, Status.STOPPED)
    rename_journey(version.journey, name="Trial", description="For guests.", tags=["vip"], by=None)
    version.journey.refresh_from_db()

    first = publishing.duplicate(version, by=None)
    second = publishing.duplicate(version, by=None)

    assert (first.journey.name, second.journey.name) == ("Trial – copy", "Trial – copy 2")
    assert (first.status, first.number) == (Status.DRAFT, 1)
    assert first.document["activities"] == version.document["activities"]
    assert (first.journey.description, first.journey.tag_names) == ("For guests.", ["vip"])


@pytest.mark.parametrize(("hours", "kept"), [(-1, False), (1, True)])
def test_a_duplicate_does_not_begin_in_the_past(world: World, hours: int, kept: bool) -> None:
    version = version_in(world, Status.DRAFT)
    start_at = bulk.database_now() + timedelta(hours=hours)
    version.document["properties"]["start_at"] = start_at.isoformat()
    version.save()

    copy = publishing.duplicate(version, by=None)

    assert (copy.document["properties"]["start_at"] is not None) == kept


def test_the_journey_goes_with_its_last_version(world: World) -> None:
    version = version_in(world, Status.FINISHED)
    draft = publishing.new_version(version, by=None)

    publishing.delete(version, by=None)
    assert Journey.objects.exists()
    publishing.delete(draft, by=None)
    assert not Journey.objects.exists()


def test_only_the_latest_version_is_continued(world: World) -> None:
    first = version_in(world, Status.LIVE)
    second = publishing.new_version(first, by=None)
    publishing.publish(second, by=None)

    with pytest.raises(NotAllowed, match=r"Only the latest version can be continued; open version 2."):
        publishing.new_version(first, by=None)


# --- Publishing -----------------------------------------------------------------------------------


def test_a_journey_with_errors_is_not_published_and_says_which(world: World) -> None:
    version = world.draft("lobby", lobby=act("event", event="Gone"))

    with pytest.raises(
        NotAllowed, match=r"The journey has errors; correct them before publishing."
    ) as refused:
        publishing.publish(version, by=None)

    assert [problem.code for problem in refused.value.problems] == ["ERR_JOURNEY_EVENT_MISSING"]


def test_a_warning_does_not_keep_a_journey_from_being_published(world: World) -> None:
    meal = act("event", event="Restaurant", timeout="PT1H", timeout_path=True)
    version = world.journey("lobby", lobby=act("event", "meal", event="Lobby"), meal=meal)

    assert version.status == Status.LIVE
    assert [problem.is_error for problem in publishing.check(version)] == [False]


def test_publishing_closes_the_version_before_in_the_same_moment(world: World) -> None:
    first = version_in(world, Status.LIVE)
    second = publishing.new_version(first, by=None)
    with world.clock():
        publishing.publish(second, by=None)

    first.refresh_from_db()
    assert (first.status, second.status) == (Status.CLOSED, Status.LIVE)
    assert first.closed_at == second.published_at == world.now


def test_without_a_start_date_people_enter_from_the_publication_on(world: World) -> None:
    version = publishing.create_journey(world.sandbox, "Trial", by=None)
    publishing.save_draft(version, SOUND, revision=version.revision)
    with world.clock():
        publishing.publish(version, by=None)

    world.send("Lobby", "early", at=world.now - timedelta(seconds=1))
    world.send("Lobby", "right")
    world.run()

    assert world.discards("early") == ["outsideDates"]
    assert world.path("right") == ["lobby>next"]


def test_reentrance_stays_as_in_the_version_before(world: World) -> None:
    second = publishing.new_version(version_in(world, Status.LIVE), by=None)
    changed = {**SOUND, "properties": {"reentrance": {"allowed": False}}}
    publishing.save_draft(second, changed, revision=second.revision)

    assert refused_for(second) == ["ERR_JOURNEY_REENTRANCE_CHANGED"]


def test_the_namespace_stays_as_in_the_version_before(world: World) -> None:
    """The row that remembers who came in is the journey's: another namespace would be other people."""
    world.event("Newsletter", namespace="Email")
    second = publishing.new_version(version_in(world, Status.LIVE), by=None)
    changed = {"start": ["letter"], "activities": {"letter": act("event", event="Newsletter")}}
    publishing.save_draft(second, changed, revision=second.revision)

    assert refused_for(second) == ["ERR_JOURNEY_NAMESPACE_CHANGED"]


STARTS: dict[str, dict[str, Any]] = {
    "in": act("segment_qualification", segment="Rich", namespace="CRMID"),
    "other": act("segment_qualification", segment="Gold", namespace="CRMID"),
    "lobby": act("event", event="Lobby"),
    "restaurant": act("event", event="Restaurant"),
}


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [("lobby", "restaurant", True), ("lobby", "in", False), ("in", "lobby", False), ("in", "other", False)],
)
def test_the_kind_of_start_and_its_segment_stay_as_in_the_version_before(
    world: World, before: str, after: str, allowed: bool
) -> None:
    for name in ("Rich", "Gold"):
        Segment.objects.create(sandbox=world.sandbox, name=name, expression="true")
    second = publishing.new_version(world.journey(before, **{before: STARTS[before]}), by=None)
    changed = {"start": [after], "activities": {after: STARTS[after]}}

    found = publishing.save_draft(second, changed, revision=second.revision)

    expected = [] if allowed else [("ERR_JOURNEY_START_CHANGED", after)]
    assert [(one.code, one.activity) for one in found if one.is_error] == expected


@pytest.mark.parametrize("by_admin", [True, False])
def test_timeout_and_error_are_changed_by_administrators_only(world: World, by_admin: bool) -> None:
    version = world.draft("lobby", **LOBBY)
    user = User.objects.create_user("anna", is_superuser=by_admin)
    changed = {**SOUND, "properties": {"timeout_seconds": 5}}
    if by_admin:
        publishing.save_draft(version, changed, revision=version.revision, by=user)
    else:
        with pytest.raises(NotAllowed, match=r"Only administrators change “timeout and error”"):
            publishing.save_draft(version, changed, revision=version.revision, by=user)

    version.refresh_from_db()
    assert version.document["properties"]["timeout_seconds"] == (5 if by_admin else 30)


def test_a_journey_whose_end_has_passed_is_not_published(world: World) -> None:
    version = world.draft("lobby", properties={"end_at": "2026-02-01T00:00:00Z"}, **LOBBY)

    with world.clock(), pytest.raises(NotAllowed, match=r"The end date of the journey has passed"):
        publishing.publish(version, by=None)


def refused_for(version: JourneyVersion) -> list[str]:
    """The codes for which the version is not published."""
    with pytest.raises(NotAllowed, match=r"The journey has errors") as refused:
        publishing.publish(version, by=None)
    return [problem.code for problem in refused.value.problems]


def test_only_so_many_journeys_are_live_at_once(world: World, settings: Any) -> None:
    settings.JOURNEY_MAX_LIVE = 1
    first = version_in(world, Status.LIVE)
    other = world.draft("lobby", name="Other", **LOBBY)

    with pytest.raises(NotAllowed, match=r"There are 1 live journeys already"):
        publishing.publish(other, by=None)

    # The next version takes the place of the one before.
    publishing.publish(publishing.new_version(first, by=None), by=None)


# --- Closing, stopping, deleting ------------------------------------------------------------------


def test_a_closed_version_lets_nobody_in_and_everybody_finish(world: World) -> None:
    version = world.journey("lobby", **LOBBY)
    world.send("Lobby", "inside")
    world.run()
    publishing.close(version, by=None)
    world.send("Lobby", "late")
    world.run()
    assert publishing.people_inside(version) == 1

    world.pass_time(hours=1)
    world.run()
    upkeep(world.now)

    assert world.path("inside") == ["lobby>next", "wait>next"]
    assert not Instance.objects.filter(person_id="late").exists()
    assert world.discards("late") == ["journeyClosed"]
    version.refresh_from_db()
    assert version.status == Status.FINISHED


def test_stopping_marks_every_lane_at_once(world: World) -> None:
    version = version_in(world, Status.LIVE)
    publishing.stop(version, by=None)

    sweeps = LaneInput.objects.filter(kind=LaneInput.Kind.SWEEP, reference=version.pk)
    assert sweeps.values("lane_id").distinct().count() == sweeps.count() == 64


def test_a_stopped_version_is_deleted_only_when_everybody_has_been_ended(world: World) -> None:
    version = world.journey("lobby", **LOBBY)
    world.send("Lobby")
    world.run()
    with world.clock():
        publishing.stop(version, by=None)

    with pytest.raises(NotAllowed, match=r"The last people are just being ended; try again in a moment."):
        publishing.delete(version, by=None)

    world.run()
    publishing.delete(version, by=None)
    assert not Instance.objects.exists()
    assert not StepEvent.objects.exists()
