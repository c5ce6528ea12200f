"""One person's story, the search for a person, and what became of a received event."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from datasources.models import Identity, Profile
from events.models import Inlet, Quarantined, ReceivedEvent
from journeyorch.access.models import Sandbox, User
from journeys.engine.codec import encode
from journeys.engine.decide.values import Position, State, Status, StepStatus, Timer
from journeys.models import Call, JourneyVersion, StepEvent
from tests.journeys.views.conftest import MORNING


@pytest.fixture
def received(sandbox, event) -> ReceivedEvent:
    inlet = Inlet.objects.create(sandbox=sandbox, name="Shop", key="shop")
    body = json.dumps({"body": {"xdmEntity": {"_id": "1", "note": "<img src=x>"}}})
    return ReceivedEvent.objects.create(
        sandbox=sandbox, inlet=inlet, received_at=MORNING, routed=True, body=body
    )


@pytest.fixture
def told(live):
    """``told(instance, activity, status=…)``: a step event of an instance."""

    def tell(instance, activity: str, **fields) -> StepEvent:
        values = {"sequence": 0, "status": StepEvent.Status.TRANSITIONS, "at": MORNING, "entered_at": MORNING}
        return StepEvent.objects.create(
            version=live, instance_id=instance and instance.pk, activity=activity, **{**values, **fields}
        )

    return tell


def state_of(instance, **fields) -> str:
    ends_at = MORNING + timedelta(days=30)
    state = State(instance.pk, Position.WAITING, Status.RUNNING, "pause", 1, 1, MORNING, ends_at, **fields)
    return encode(state)


def test_a_story_tells_steps_in_order_with_path_time_and_payload(reader, person, told, received):
    anna = person("anna@example.com")
    told(anna, "in", received_event_id=received.pk, entrance=1, path="next")
    told(anna, "pause", sequence=1, entered_at=MORNING, at=MORNING + timedelta(hours=1), path="next")
    told(anna, "which", sequence=2, at=MORNING + timedelta(hours=1), path="vip")
    answer = reader.get(f"/instances/{anna.pk}/")
    page = answer.content.decode()
    assert [step.name for _passed, step, _path in answer.context["passed"]] == [
        "Ordered",
        "Cool down",
        "Condition",
    ]
    assert [path for _passed, _step, path in answer.context["passed"]] == [None, None, "VIP"]
    assert "· took 1 h<" in page
    assert "&lt;img src=x&gt;" in page
    assert "<img" not in page


def test_a_story_says_why_a_path_was_taken(reader, live, person, told):
    document = live.document
    document["activities"]["which"]["config"]["paths"][0]["expression"] = "@{Ordered.total} > 5"
    JourneyVersion.objects.filter(pk=live.pk).update(document=document)
    anna = person("anna@example.com")
    anna.state = state_of(anna, events={"Ordered": {"total": 12}})
    anna.save()
    told(anna, "which", path="vip")

    page = reader.get(f"/instances/{anna.pk}/").content.decode()

    assert "Why this path" in page
    assert "@{Ordered.total}" in page
    assert "<code>12</code>" in page
    assert "fitted" in page


def test_a_story_shows_errors_with_code_and_message(reader, person, told):
    anna = person("anna@example.com", status=2, position=3, ended_at=MORNING)
    told(
        anna, "which", status=StepEvent.Status.ERROR, detail='{"code": "http", "error": "Answered with 503."}'
    )
    page = reader.get(f"/instances/{anna.pk}/").content.decode()
    assert "Answered with 503." in page
    assert ">http<" in page


def test_a_german_reads_in_german_why_a_call_failed(reader, person, told):
    anna = person("anna@example.com")
    for detail in (
        '{"code": "503", "error": "The system answered 503."}',
        '{"code": "tls", "error": "Oops."}',
    ):
        told(anna, "which", status=StepEvent.Status.ERROR, detail=detail)
    page = reader.get(f"/instances/{anna.pk}/", headers={"accept-language": "de"}).text
    assert "Das andere System antwortete mit 503." in page
    assert "The system answered" not in page
    assert '<span lang="en">Oops.</span>' in page, "what another system says stays as it is"


def test_a_story_shows_where_the_person_waits_and_until_when(reader, person):
    anna = person("anna@example.com")
    due = MORNING + timedelta(days=2)
    anna.state = state_of(
        anna, race=("pause",), timers=(Timer(due, 0, "pause", "next", StepStatus.TRANSITIONS),)
    )
    anna.save()
    answer = reader.get(f"/instances/{anna.pk}/")
    assert answer.context["waits_until"] == due
    assert "03/03/2026 08:00:00" in answer.content.decode()


def test_a_call_is_shown_with_request_and_answer_at_its_step(reader, person, told, sandbox):
    anna = person("anna@example.com")
    told(anna, "which", path="vip")
    Call.objects.create(
        id=uuid.uuid4(), sandbox=sandbox, lane_id=1, instance_id=anna.pk, activity="which", kind="fetch",
        spec="{}", namespace="Email", person_id=anna.person_id, endpoint="source:1", status=1, attempts=2,
        created_at=MORNING, not_before=MORNING, timeout_seconds=30, request='{"url": "http://hotel.test/rooms"}',
        result='{"status": "ok"}',
    )  # fmt: skip
    answer = reader.get(f"/instances/{anna.pk}/")
    assert len(answer.context["passed"][0][0].calls) == 1
    assert "http://hotel.test/rooms" in answer.content.decode()
    assert "2 attempts" in answer.content.decode()


def test_calls_of_a_later_visit_stand_at_that_visit(reader, person, told, sandbox):
    """An operator had the step tried again."""
    anna, later = person("anna@example.com"), MORNING + timedelta(hours=1)
    told(anna, "which", status=StepEvent.Status.ERROR)
    told(anna, "which", sequence=1, status=StepEvent.Status.OPERATED, path="reopened", at=later)
    told(anna, "which", sequence=2, path="vip", at=later)
    for moment in (MORNING, later):
        Call.objects.create(
            id=uuid.uuid4(), sandbox=sandbox, lane_id=1, instance_id=anna.pk, activity="which", kind="fetch",
            spec="{}", namespace="Email", person_id=anna.person_id, endpoint="source:1", status=1,
            created_at=moment, not_before=moment, timeout_seconds=30,
        )  # fmt: skip
    passed = [passed for passed, *_ in reader.get(f"/instances/{anna.pk}/").context["passed"]]
    assert [[call.created_at for call in one.calls] for one in passed] == [[MORNING], [], [later]]


@pytest.mark.parametrize("state", ["", "{}", "[]", "null", "no json", '{"activity": 1}'])
def test_a_state_that_cannot_be_read_does_not_hide_the_story(reader, person, state):
    anna = person("anna@example.com", state=state)
    assert reader.get(f"/instances/{anna.pk}/").status_code == 200


@pytest.mark.parametrize("detail", ["", "[]", "no json", "null"])
def test_a_detail_that_cannot_be_read_does_not_hide_the_story(reader, person, told, detail):
    anna = person("anna@example.com")
    told(anna, "pause", detail=detail)
    assert reader.get(f"/instances/{anna.pk}/").status_code == 200


def test_a_discarded_event_is_told_with_its_reason_in_words(reader, person, told):
    anna = person("anna@example.com")
    told(anna, "", status=StepEvent.Status.DISCARDED, path="alreadyInside")
    assert "the person is already inside" in reader.get(f"/instances/{anna.pk}/").content.decode()


# --- Search ---------------------------------------------------------------------------------------


def found(answer) -> list[str]:
    return [row.thing.person_id for row in answer.context["list"].rows]


def test_a_person_is_found_by_an_identity_as_people_write_it(reader, person):
    person("anna@example.com")
    person("bo@example.com")
    assert found(reader.get("/people/", {"q": " Anna@Example.com "})) == ["anna@example.com"]


def test_a_person_is_found_by_any_identity_of_the_same_profile(reader, person, sandbox):
    person("anna@example.com")
    profile = Profile.objects.create(sandbox=sandbox)
    for namespace, value in (("Email", "anna@example.com"), ("CRMID", "c-17")):
        Identity.objects.create(
            sandbox=sandbox, namespace=namespace, value=value, profile=profile, seen_at=MORNING
        )
    assert found(reader.get("/people/", {"q": "c-17"})) == ["anna@example.com"]


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": "nobody"}, {"q": "anna@example.com", "namespace": "Phone"}]
)
def test_a_search_without_hits_says_what_to_do(reader, person, query):
    person("anna@example.com")
    answer = reader.get("/people/", query)
    assert found(answer) == []
    assert "empty" in answer.content.decode()


def test_people_of_other_sandboxes_are_not_found(reader, person, live):
    person("anna@example.com")
    type(live).objects.update(sandbox=Sandbox.objects.create(name="other", title="Other"))
    assert found(reader.get("/people/", {"q": "anna@example.com"})) == []


# --- Received events ------------------------------------------------------------------------------


def test_a_received_event_leads_to_the_people_whom_it_moved(reader, person, told, received):
    anna = person("anna@example.com")
    told(anna, "in", received_event_id=received.pk, entrance=1, person_id="anna@example.com")
    page = reader.get(f"/received/{received.pk}/").content.decode()
    assert "<strong>anna@example.com</strong> entered <strong>Win back</strong>" in page
    assert f"/instances/{anna.pk}/" in page


def test_a_quarantined_event_says_why(reader, received, sandbox):
    Quarantined.objects.create(
        received_event=received, sandbox=sandbox, code="invalid", message="It breaks a rule.", at=MORNING
    )
    assert "It breaks a rule." in reader.get(f"/received/{received.pk}/").content.decode()


def test_an_event_that_did_nothing_for_long_is_said_to_have_had_no_effect(reader, received):
    assert "No live journey was interested" in reader.get(f"/received/{received.pk}/").content.decode()


def test_the_list_of_an_inlet_tells_what_events_did_in_journeys(client, person, told, received, sandbox):
    anna = person("anna@example.com")
    told(anna, "in", received_event_id=received.pk, entrance=1, person_id="anna@example.com")
    told(None, "", received_event_id=received.pk, status=StepEvent.Status.DISCARDED, path="alreadyInside")
    technical = User.objects.create_user("technical", is_staff=True)
    technical.sandboxes.add(sandbox)
    allow(technical, "view_inlet", "view_receivedevent", "view_profile")
    client.force_login(technical)
    address = f"/admin/events/inlet/{received.inlet_id}/receiving/"
    assert "Win back" not in client.get(address).content.decode(), "they may not see journeys"
    allow(technical, "view_journey")
    page = client.get(address).content.decode()
    assert f'<a href="/instances/{anna.pk}/">anna@example.com entered Win back</a>' in page
    assert "Discarded in Win back: the person is already inside" in page


def allow(user: User, *permissions: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
