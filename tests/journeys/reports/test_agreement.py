"""Sums and step events agree exactly, whatever happened: errors, crashes, sweeps, discards, operators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from datasources.models import DataSource, FieldGroup
from journeyorch import bulk
from journeyorch.access.models import Sandbox, User
from journeyorch.outbound.calls import Outcome
from journeyorch.time_zones import zone_of
from journeys import publishing
from journeys.engine.decide import Verb
from journeys.engine.folding import fold
from journeys.engine.lanes import MAX_CRASHES
from journeys.engine.wave import run
from journeys.engine.wave.handled import Handled
from journeys.models import (
    DailyStepCount,
    FetchCount,
    Instance,
    JourneyVersion,
    MessageCount,
    StepCount,
    StepErrorCount,
    StepEvent,
    StepTimeCount,
)
from journeys.models.hourly import FOLDED
from journeys.operating import operate_on_many
from journeys.reports.figures import periods, sums
from journeys.reports.figures.periods import Period
from journeys.reports.figures.sums import Scope
from journeys.reports.people import PeopleQuestion
from journeys.reports.steps.agreement import disagreements
from journeys.reports.steps.agreement_of_days import disagreements_of_days
from tests.journeys.world import World, act

PEOPLE = 12


@pytest.fixture
def version(world: World) -> JourneyVersion:
    world.action()
    source = DataSource.objects.create(sandbox=world.sandbox, name="Rooms", url="http://127.0.0.1:1/")
    answer = {"type": "object", "properties": {"count": {"type": "integer"}}}
    FieldGroup.objects.create(source=source, name="Free", response_schema=answer)
    paths = [{"id": "no", "expression": "#{Rooms.Free.count} < 0"}]
    return world.journey(
        "lobby",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", "room", action="Tell"),
        room=act("condition", {"no": [], "other": ["meal"]}, paths=paths, other=True),
        meal=act(
            "event", {"next": ["end"], "timeout": []}, event="Restaurant", timeout="PT1H", timeout_path=True
        ),
        end=act("end"),
    )


@pytest.fixture
def lived(world: World, version: JourneyVersion, monkeypatch: pytest.MonkeyPatch) -> World:
    """Of everything something has happened, over several hours."""
    world.recorder.answers = [
        Outcome("http", "404"),
        Outcome("capped", "capped"),
        Outcome("timedOut", "timeout"),
        *[Outcome("ok", data={"count": 3})] * 12,
        Outcome("http", "503"),
        *[Outcome("ok", data={"count": 3})] * 40,
    ]
    for number in range(PEOPLE):
        world.send("Lobby", f"p{number}")
    world.run()
    guest, inside, condemned, ended = _still_inside(world)[:4]
    world.send("Restaurant", "stranger")
    world.send("Lobby", inside)
    world.send("Restaurant", guest)
    world.run()
    _condemn(world, condemned, monkeypatch)
    world.pass_time(minutes=50)
    with world.clock():
        olga = User.objects.create_user("olga")
        operate_on_many(version, PeopleQuestion(status=Instance.Status.ERROR), Verb.RETRY, by=olga)
        operate_on_many(version, PeopleQuestion(person=ended), Verb.END, by=olga)
    world.run()
    world.send("Lobby", guest)  # comes again
    world.run()
    world.pass_time(minutes=30)
    world.run()
    with world.clock():
        publishing.stop(version, by=None)
    world.run()
    return world


def _still_inside(world: World) -> list[str]:
    """Whose calls went well: in which order people are called is for the database to say."""
    people = [f"p{number}" for number in range(PEOPLE)]
    return [person for person in people if world.instance(person).activity == "meal"]


def _condemn(world: World, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this person's event makes of the wave cannot be written, until it is taken out."""
    first = run.write

    def refusing(handled: Handled, **given: Any) -> None:
        if any(row.person_id == person for row in handled.rows.values()):
            raise ValueError("a bug")
        first(handled, **given)

    with monkeypatch.context() as broken:
        broken.setattr(run, "write", refusing)
        world.send("Restaurant", person)
        for _ in range(3 * MAX_CRASHES):
            try:
                world.run()
            except ValueError:
                continue
    assert world.instance(person).status == Instance.Status.ERROR


def test_they_agree_exactly(lived: World) -> None:
    statuses = set(StepEvent.objects.values_list("status", flat=True))
    assert statuses >= {status.value for status in StepEvent.Status} - {StepEvent.Status.INSTANCE_TIMED_OUT}

    assert list(disagreements()) == []
    assert set(StepEvent.objects.values_list("entrance", flat=True)) == {0, 1, 2}
    assert StepCount.objects.values("hour").distinct().count() > 1
    assert set(StepErrorCount.objects.values_list("code", flat=True)) >= {"404", "capped", "timeout"}
    assert StepTimeCount.objects.filter(activity="meal").exists()
    fetched = FetchCount.objects.filter(activity="room", field_group="Rooms.Free")
    assert set(fetched.values_list("code", flat=True)) == {"", "503"}


def test_sums_stay_right_when_the_lanes_of_an_hour_are_added_up(lived: World) -> None:
    first_hour = StepCount.objects.filter(hour=StepCount.objects.earliest("hour").hour)
    before = first_hour.count()
    later = lived.now + timedelta(hours=1)
    while fold(later):
        pass

    assert StepCount.objects.filter(lane_id=FOLDED).exists()
    assert first_hour.count() < before
    assert StepCount.objects.filter(lane_id__gt=FOLDED).exists()  # of the hour that is not over
    assert list(disagreements()) == []

    late = StepCount.objects.filter(lane_id=FOLDED).first()
    day = DailyStepCount.objects.get(activity=late.activity, path=late.path, status=late.status)
    StepCount.objects.create(
        version=late.version, activity=late.activity, path=late.path, status=late.status, hour=late.hour,
        lane_id=late.lane_id + 70, n=3,
    )  # fmt: skip
    fold(later)
    assert StepCount.objects.get(pk=late.pk).n == late.n + 3
    assert DailyStepCount.objects.get(pk=day.pk).n == day.n + 3


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York"])
def test_reports_say_the_same_whether_days_are_kept_or_not(lived: World, zone: str) -> None:
    (version,) = JourneyVersion.objects.reported()
    Sandbox.objects.update(time_zone=zone)
    period = periods.of_days("7", now=lived.now, zone=zone_of(zone))
    hours = Scope.of([version])
    assert not hours.kept
    before = told(hours, period)
    while fold(lived.now + timedelta(hours=1)):
        pass

    days = Scope.of([version])
    assert days.kept == {version.pk}
    assert told(days, period) == before
    assert before["steps", "day"]
    assert list(disagreements_of_days()) == []
    Sandbox.objects.update(time_zone="Pacific/Auckland")
    assert not Scope.of([version]).kept  # until they are worked out anew
    while fold(lived.now + timedelta(hours=1)):
        pass
    assert Scope.of([version]).kept
    assert list(disagreements_of_days()) == []


def told(scope: Scope, period: Period) -> dict[tuple[str, str], Any]:
    """What sums answer, by what is asked and the parts of time."""
    ask = {"steps": sums.steps, "errors": sums.errors, "fetches": sums.fetches}
    found: dict[tuple[str, str], Any] = {
        (name, unit): sorted(each(scope, period, unit=unit), key=str)
        for name, each in ask.items()
        for unit in ("", "hour", "day", "week", "month")
    }
    return {**found, ("times", ""): sums.times(scope, period)}


def test_a_comparison_tells_both_periods_as_if_each_was_asked_for(lived: World) -> None:
    """The world has lived for hours: they are in the period, or later in the one before."""
    (version,) = JourneyVersion.objects.reported()
    starts = {"lobby"}
    hour = lived.now.replace(minute=0, second=0, microsecond=0)
    MessageCount.objects.create(version=version, activity="m", status="sent", hour=hour, lane_id=64, n=3)
    while fold(lived.now + timedelta(hours=1)):
        pass
    scope = Scope.of([version])
    assert scope.kept
    for period in (
        periods.of_days(days, now=lived.now + timedelta(days=later), zone=UTC)
        for days in ("1", "7", "90", "365")
        for later in (0, int(days))
    ):
        steps = sums.steps_compared(scope, period, starts=starts)
        assert Counter(steps.ends) == Counter(sums.ends(scope, period, starts=starts, unit=period.unit))
        assert Counter(steps.before) == Counter(sums.ends(scope, period.previous(), starts=starts))
        assert total(steps.ends) + total(steps.passed) == total(sums.steps(scope, period))
        messages = sums.messages_compared(scope, period)
        assert (total(messages.over_time), total(messages.before)) in ((3, 0), (0, 3))
        assert total(messages.before) == total(sums.messages(scope, period.previous()))


def total(rows: Iterable[Any]) -> int:
    return sum(row.n for row in rows)


def test_a_day_that_does_not_agree_is_found(lived: World) -> None:
    while fold(lived.now + timedelta(hours=1)):
        pass
    DailyStepCount.objects.filter(activity="tell").update(n=F("n") + 1)

    found = list(disagreements())

    assert {(one.sums, one.counted - one.found) for one in found} == {("days of steps", 1)}


@pytest.mark.parametrize("change", ["one too many", "one too few", "another hour", "another run", "no count"])
def test_what_does_not_agree_is_found(lived: World, change: str) -> None:
    count = StepCount.objects.filter(activity="tell").first()
    if change == "one too many":
        StepCount.objects.filter(pk=count.pk).update(n=count.n + 1)
    elif change == "one too few":
        StepEvent.objects.filter(activity="tell").first().delete()
    elif change == "another hour":
        StepCount.objects.filter(pk=count.pk).update(hour=count.hour + timedelta(hours=9))
    elif change == "another run":
        StepCount.objects.filter(pk=count.pk).update(run=5)
    else:
        StepCount.objects.filter(pk=count.pk).delete()

    assert list(disagreements())
    assert list(disagreements(version_id=count.version_id))
    assert list(disagreements(version_id=count.version_id + 1)) == []


def test_errors_and_times_that_do_not_agree_are_found(lived: World) -> None:
    StepErrorCount.objects.filter(code="404").update(code="500")
    StepTimeCount.objects.filter(activity="meal").update(n=F("n") + 1)

    found = list(disagreements())

    assert {one.sums for one in found} == {"errors", "times"}
    assert {one.key["code"] for one in found if one.sums == "errors"} == {"404", "500"}


def test_hours_whose_step_events_may_be_deleted_already_are_left_out(lived: World) -> None:
    first = StepEvent.objects.order_by("pk")[0].at
    StepEvent.objects.filter(at__lte=first + timedelta(minutes=20)).delete()

    assert list(disagreements())
    assert list(disagreements(since=first + timedelta(minutes=20))) == []


def test_the_command_says_whether_all_is_well(lived: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = lived.now
    monkeypatch.setattr(bulk, "database_now", lambda: now)
    said = StringIO()
    call_command("check_counts", stdout=said)
    assert "All sums agree" in said.getvalue()

    StepCount.objects.filter(activity="tell").update(n=99)
    with pytest.raises(CommandError, match="do not agree"):
        call_command("check_counts", stdout=said)
    assert "activity tell" in said.getvalue()
    assert "99 counted" in said.getvalue()
