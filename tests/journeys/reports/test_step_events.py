"""Step events with all their fields, read page by page, in three shapes, by command and over the API."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client

from actions.models import Action
from datasources.models import DataSource, FieldGroup
from journeyorch.access.models import Sandbox, User
from journeyorch.outbound.calls import Outcome
from journeys import publishing
from journeys.engine.decide import Verb
from journeys.models import JourneyVersion, StepEvent
from journeys.operating import operate
from journeys.reports.steps.fields import FIELDS
from journeys.reports.steps.reading import Question, Reader, first_id_since
from journeys.reports.steps.shapes import as_csv, as_xdm, csv_head
from tests.journeys.world import World, act

FREE = Outcome("ok", data={"count": 3}, elapsed_ms=40)
TOLD = Outcome("ok", elapsed_ms=70)


@pytest.fixture(autouse=True)
def _clock(world: World) -> Iterator[None]:
    with world.clock():
        yield


@pytest.fixture
def version(world: World) -> JourneyVersion:
    """Lobby → are rooms free? → tell → an hour → end; people without an amount take another path."""
    source = DataSource.objects.create(sandbox=world.sandbox, name="Rooms", url="http://127.0.0.1:1/")
    response = {"type": "object", "properties": {"count": {"type": "integer"}}}
    FieldGroup.objects.create(source=source, name="Free", response_schema=response)
    payload = {"type": "object", "fields": {"n": {"type": "integer", "variable": True, "label": "N"}}}
    Action.objects.create(sandbox=world.sandbox, name="Tell", url="http://127.0.0.1:1/", payload=payload)
    paths = [{"id": "yes", "label": "Rooms are free", "expression": "#{Rooms.Free.count} > 0"}]
    return world.journey(
        "lobby",
        lobby=act("event", "check", event="Lobby"),
        check={**act("condition", {"yes": ["tell"]}, paths=paths, error_path=True), "label": "Any room?"},
        tell=act("custom_action", "hold", action="Tell", values={"/n": "#{Rooms.Free.count}"}),
        hold=act("wait", "end", duration="PT1H"),
        end=act("end"),
    )


def events(world: World, **question: Any) -> list[dict[str, Any]]:
    return Reader(world.sandbox).page(Question(**question)).events


def walk(world: World, *answers: Outcome) -> list[dict[str, Any]]:
    world.recorder.answers = list(answers)
    world.send("Lobby")
    world.run()
    for _ in range(5):  # retries come due
        world.pass_time(seconds=3)
        world.run()
    world.pass_time(hours=1)
    world.run()
    return events(world)


def by_node(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {event["nodeID"]: event for event in found}


# --- The fields -----------------------------------------------------------------------------------


def test_every_field_is_there_and_nothing_else(world: World, version: JourneyVersion) -> None:
    assert all(tuple(event) == FIELDS for event in walk(world, FREE, FREE, TOLD))


def test_a_way_from_the_entrance_to_the_end(world: World, version: JourneyVersion) -> None:
    found = walk(world, FREE, FREE, TOLD)

    assert [event["nodeID"] for event in found] == ["lobby", "check", "tell", "hold", "end"]
    assert [event["stepType"] for event in found] == ["Timer", "Condition", "Action", "Scheduler", "Action"]
    assert [event["stepStatus"] for event in found] == ["transitions"] * 4 + ["ended"]
    assert [event["entrance"] for event in found] == [True, False, False, False, False]
    assert [event["instanceEnded"] for event in found] == [False, False, False, False, True]
    assert {event["reentrance"] for event in found} == {False}
    assert {(event["profileID"], event["profileNamespace"]) for event in found} == {("anna", "CRMID")}
    assert {event["journeyVersionName"] for event in found} == {"Trial"}
    assert len({event["stepID"] for event in found}) == 5


def test_parents_are_the_steps_before(world: World, version: JourneyVersion) -> None:
    found = walk(world, FREE, FREE, TOLD)

    assert found[0]["parentStepID"] is None
    for before, event in pairwise(found):
        assert event["parentStepID"] == before["stepID"]
        assert event["parentStepName"] == before["stepName"]
        assert event["parentTransitionID"] == before["transitionID"]
    assert by_node(found)["tell"]["parentTransitionName"] == "Rooms are free"


def test_times_and_counts_of_calls(world: World, version: JourneyVersion) -> None:
    found = by_node(walk(world, FREE, FREE, TOLD))

    assert found["check"]["fetchCustomCount"] == found["check"]["fetchCount"] == 1
    assert found["check"]["fetchCustomTotalTime"] == found["check"]["fetchTotalTime"] == 40
    assert (found["check"]["fetchPlatformCount"], found["check"]["fetchPlatformTotalTime"]) == (0, 0)
    assert found["hold"]["fetchCount"] == found["hold"]["fetchTotalTime"] == 0
    assert found["tell"]["actionExecutionTime"] == 70
    assert found["tell"]["actionParameterized"] is True
    assert (found["tell"]["actionName"], found["tell"]["actionType"]) == ("Tell", "custom_action")
    assert found["tell"]["actionBusinessType"] == "custom"
    assert found["hold"]["actionSchedulerCount"] == 1
    assert found["hold"]["processingTime"] == 3_615_000
    assert found["end"]["actionID"] is None


def test_the_request_id_is_the_key_of_the_call(world: World, version: JourneyVersion) -> None:
    found = by_node(walk(world, FREE, FREE, TOLD))

    assert found["tell"]["requestId"] == str(world.recorder.sent[-1][0].key)
    assert found["check"]["requestId"] is None


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (Outcome("http", "404", message="The system answered 404."), "error", "http"),
        (Outcome("capped", "capped", message="Too many."), "capped", "capping"),
        (Outcome("timedOut", "timeout", message="Too slow."), "timedout", "timeout"),
        (Outcome("error", "gone", message="No such thing."), "error", "error"),
    ],
)
def test_errors_of_an_action(
    world: World, version: JourneyVersion, answer: Outcome, status: str, error: str
) -> None:
    found = by_node(walk(world, FREE, FREE, answer))["tell"]

    assert (found["stepStatus"], found["instanceEnded"]) == (status, True)
    assert found["actionExecutionError"] == error
    assert found["actionExecutionErrorCode"] == found["actionExecutionOriginCode"] == answer.code
    assert found["actionExecutionOriginError"] == answer.message
    assert found["fetchError"] is None


def test_attempts_are_counted_and_their_time_added_up(world: World, version: JourneyVersion) -> None:
    again = Outcome("http", "503", retryable=True, elapsed_ms=10)
    found = by_node(walk(world, FREE, FREE, again, again, TOLD))["tell"]

    assert found["actionSchedulerCount"] == 2
    # Two pauses of three seconds each until the world looked again, and the last attempt.
    assert found["actionExecutionTime"] == 6070


def test_errors_of_a_fetch(world: World, version: JourneyVersion) -> None:
    found = by_node(walk(world, Outcome("http", "500", message="The system answered 500.", elapsed_ms=5)))

    check = found["check"]
    assert (check["fetchTypeInError"], check["fetchError"], check["fetchErrorCode"]) == (
        "custom",
        "http",
        "500",
    )
    assert check["fetchOriginError"] == "The system answered 500."
    assert check["fieldGroupInError"] == "Rooms.Free"
    assert (check["fetchCustomCount"], check["fetchCustomTotalTime"]) == (1, 5)
    assert (check["transitionID"], check["instanceEnded"]) == (None, True)


def test_an_answer_that_was_known_is_no_call(world: World, version: JourneyVersion) -> None:
    world.recorder.prepare = lambda calls: [  # type: ignore[method-assign]
        Outcome("ok", "cached", {"count": 1}) for _ in calls
    ]
    check = by_node(walk(world))["check"]

    assert (check["fetchCustomCount"], check["fetchCustomTotalTime"]) == (0, 0)


def test_a_second_visit_is_a_reentrance(world: World, version: JourneyVersion) -> None:
    walk(world, FREE, FREE, TOLD)
    found = [event for event in walk(world, FREE, FREE, TOLD) if event["entrance"]]

    assert [event["reentrance"] for event in found] == [False, True]


def test_operators_are_named_and_change_no_parents(world: World, version: JourneyVersion) -> None:
    world.recorder.answers = [FREE, FREE, Outcome("http", "404")]
    world.send("Lobby")
    world.run()
    operate(world.instance(), Verb.SKIP, by=User.objects.create_user("olga"), path="next")
    world.run()
    found = events(world)

    assert [event["stepStatus"] for event in found[2:]] == ["error", "operated", "transitions"]
    assert [(event["operation"], event["operator"]) for event in found[3:]] == [("skip", "olga")] * 2
    assert found[4]["parentStepID"] == found[2]["stepID"]


def test_a_stopped_version_says_so(world: World, version: JourneyVersion) -> None:
    world.recorder.answers = [FREE, FREE, TOLD]
    world.send("Lobby")
    world.run()
    publishing.stop(version, by=None)
    world.run()

    assert events(world)[-1]["stepStatus"] == "stopped"
    assert events(world)[-1]["instanceEnded"] is True


# --- Pages ----------------------------------------------------------------------------------------


@pytest.fixture
def crowd(world: World, version: JourneyVersion) -> World:
    for number in range(7):
        world.recorder.answers = [FREE, FREE, TOLD]
        world.send("Lobby", f"p{number}")
        world.run()
        world.pass_time(minutes=5)
    return world


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_neither_repeat_nor_lose_anything(crowd: World, size: int) -> None:
    pages = list(Reader(crowd.sandbox).pages(Question(), size=size))

    assert [event for page in pages for event in page] == events(crowd)
    assert max(map(len, pages)) <= size


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ({}, 21),
        ({"activity": "tell"}, 7),
        ({"status": StepEvent.Status.ERROR}, 0),
        ({"in_test": True}, 0),
        ({"in_test": False}, 21),
        ({"versions": ()}, 0),
    ],
)
def test_questions(crowd: World, question: dict[str, Any], count: int) -> None:
    assert len(events(crowd, **question)) == count


@pytest.mark.parametrize("minutes", [0, 5, 10, 25, 60, 100])
def test_from_a_time_on(crowd: World, minutes: int) -> None:
    since = StepEvent.objects.order_by("pk")[0].at + timedelta(minutes=minutes)
    wanted = [event for event in events(crowd) if event["timestamp"] >= since.isoformat()]

    assert events(crowd, since=since) == wanted
    assert first_id_since(since) <= min(
        StepEvent.objects.filter(at__gte=since).values_list("pk", flat=True), default=2**63
    )


def test_discards_are_told_when_asked_for(crowd: World) -> None:
    crowd.send("Lobby", "p1")
    crowd.run()

    assert len(events(crowd)) == 21
    assert events(crowd, discards=True)[-1]["discardReason"] == "alreadyInside"


def test_step_events_of_other_sandboxes_are_not_read(crowd: World) -> None:
    other = Sandbox.objects.create(name="other", title="Other")

    assert Reader(other).page(Question()).events == []


# --- Shapes ---------------------------------------------------------------------------------------


def test_csv_has_a_column_for_each_field(crowd: World) -> None:
    text = (csv_head() + as_csv(events(crowd))).decode()
    rows = list(csv.DictReader(io.StringIO(text)))

    assert tuple(rows[0]) == FIELDS
    assert len(rows) == 21
    assert rows[0]["entrance"] == "true"
    assert rows[0]["requestId"] == ""


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_nothing_becomes_a_formula(world: World, version: JourneyVersion, evil: str) -> None:
    event = dict.fromkeys(FIELDS) | {"externalKey": evil, "processingTime": 3}
    (row,) = csv.reader(io.StringIO(as_csv([event]).decode(), newline=""))

    assert row[FIELDS.index("externalKey")] == f"'{evil}"
    assert row[FIELDS.index("processingTime")] == "3"


def test_xdm_is_valid_by_the_published_schemas(crowd: World, shared_data: Path) -> None:
    folder = shared_data / "xdm/extensions/adobe/experience/journeyOrchestration/stepEvents"
    found = [as_xdm(event) for event in [*events(crowd), *events(crowd, activity="tell")]]
    known: set[str] = set()
    for path in folder.glob("*.schema.json"):
        schema = json.loads(path.read_text())
        for definition in schema["definitions"].values():
            validator = jsonschema_rs.Draft6Validator({**definition, "$schema": schema["$schema"]})
            assert [error for event in found for error in validator.iter_errors(event)] == []
            for inner in definition.get("properties", {}).values():
                known |= inner.get("properties", {}).keys()

    assert {
        name for event in found for part in event.values() if isinstance(part, dict) for name in part
    } <= known


# --- Command and API ------------------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "lines"), [("csv", 22), ("jsonl", 21), ("xdm", 21)])
def test_the_command_writes_all(crowd: World, tmp_path: Path, shape: str, lines: int) -> None:
    call_command("export_step_events", "--shape", shape, "--output", str(tmp_path / "out"))

    assert len((tmp_path / "out").read_bytes().splitlines()) == lines


def test_the_command_writes_one_persons_way(crowd: World, tmp_path: Path) -> None:
    instance = crowd.instance("p3")
    call_command("export_step_events", "--instance", str(instance.pk), "--output", str(tmp_path / "out"))

    told = [json.loads(line) for line in (tmp_path / "out").read_bytes().splitlines()]
    assert [one["nodeID"] for one in told] == ["lobby", "check", "tell"]
    assert all(None not in one.values() for one in told)


@pytest.fixture
def client(crowd: World) -> Client:
    user = User.objects.create_user("rita")
    user.sandboxes.add(crowd.sandbox)
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_journey", "view_profile")))
    client = Client()
    client.force_login(user)
    return client


def test_the_api_goes_from_page_to_page(client: Client, crowd: World) -> None:
    found: list[dict[str, Any]] = []
    after: Any = 0
    while after is not None:
        answer = client.get("/api/v1/step-events", {"limit": 5, "after": after}).json()
        found.extend(answer["stepEvents"])
        after = answer["next"]

    assert found == events(crowd)


def test_the_api_answers_questions(client: Client, crowd: World, version: JourneyVersion) -> None:
    def count(**query: Any) -> int:
        return len(client.get("/api/v1/step-events", query).json()["stepEvents"])

    assert count(version=str(version.uid)) == count(journey=str(version.journey.uid)) == 21
    assert count(instance=str(crowd.instance("p3").pk)) == 3
    assert count(activity="tell", status="transitions") == 7
    assert count(since="2026-03-01T12:20:00Z") == 9
    assert count(inTest="true") == count(version="00000000-0000-0000-0000-000000000000") == 0
    first = client.get("/api/v1/step-events", {"shape": "xdm"}).json()["stepEvents"][0]
    assert first["xdm:eventType"] == "journey.stepEvent"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "many"},
        {"version": "1"},
        {"since": "2026-03-01T12:30:00"},
        {"status": "fine"},
        {"shape": "csv"},
        {"after": "-1"},
        {"after": "9" * 30},
        {"unknown": "1"},
        {"activity": "x" * 65},
    ],
)
def test_a_question_that_makes_no_sense_is_said(client: Client, query: dict[str, str]) -> None:
    answer = client.get("/api/v1/step-events", query)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_the_api_is_for_those_who_may_see_journeys(crowd: World) -> None:
    stranger = Client()
    assert stranger.get("/api/v1/step-events").status_code == 401
    stranger.force_login(User.objects.create_user("nobody"))
    assert stranger.get("/api/v1/step-events").status_code == 403
