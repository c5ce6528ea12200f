"""The test of a version: switching on, triggering events, path and log."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from datasources.models import Identity, Profile, Schema
from events.models import Event, ReceivedEvent
from journeys import testing
from journeys.engine.drain import drain_once
from journeys.engine.lanes import ensure_lanes
from journeys.models import JourneyVersion, LaneInput, LastTrigger

TESTER = "tester@example.com"


@pytest.fixture
def tested(draft: JourneyVersion, sandbox: Any) -> JourneyVersion:
    ensure_lanes(sandbox.pk)
    profile = Profile.objects.create(sandbox=sandbox, attributes={"testProfile": True}, test_profile=True)
    Identity.objects.create(
        sandbox=sandbox, profile=profile, namespace="Email", value=TESTER, seen_at=timezone.now()
    )
    testing.switch_on(draft, by=None)
    return draft


def send(client: Client, version: JourneyVersion, part: str, body: Any, *, method: str = "post") -> Any:
    address = f"/api/v1/versions/{version.uid}/test/{part}"
    return getattr(client, method)(address, json.dumps(body), content_type="application/json")


def trigger(client: Client, version: JourneyVersion, *, person: str = TESTER, **given: Any) -> Any:
    return send(client, version, "trigger", {"event": "Ordered", "person": person, **given})


def drain(version: JourneyVersion) -> None:
    while drain_once(version.sandbox_id):
        pass


def form(client: Client, version: JourneyVersion, **asked: str) -> Any:
    return client.get(f"/api/v1/versions/{version.uid}/test", asked).json()


def path(client: Client, version: JourneyVersion, **asked: str) -> Any:
    return client.get(f"/versions/{version.uid}/test/path/", asked).json()


def details(answer: Any) -> str:
    return " ".join(flaw["detail"] for flaw in answer.json()["errors"])


# --- Switching ------------------------------------------------------------------------------------


def test_a_draft_is_put_in_test_and_back(maker, draft):
    assert "at most 100" in maker.get(f"/versions/{draft.uid}/switch-test-on/").content.decode()
    answer = maker.post(f"/versions/{draft.uid}/switch-test-on/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/versions/{draft.uid}/design/"
    state = answer.context["state"]
    assert (state["version"]["status"], state["may"]["test"]) == ("test", True)
    assert state["notices"] == ["The test is on: send an event."]
    maker.post(f"/versions/{draft.uid}/switch-test-off/")
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_draft_with_errors_is_not_tested(maker, draft):
    JourneyVersion.objects.filter(pk=draft.pk).update(document={"start": []})
    maker.post(f"/versions/{draft.uid}/switch-test-on/")
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_readers_look_and_trigger_nothing(reader, tested):
    assert trigger(reader, tested, texts={}).status_code == 403
    options = {"seconds": 5, "fromOutside": False}
    assert send(reader, tested, "options", options, method="put").status_code == 403
    assert send(reader, tested, "profiles", {"person": "new@example.com"}).status_code == 403
    assert path(reader, tested)["count"] == 0


def test_the_settings_of_a_test(maker, tested):
    send(maker, tested, "options", {"seconds": 25, "fromOutside": True}, method="put")
    tested.refresh_from_db()
    assert (tested.test_wait.total_seconds(), tested.test_from_outside) == (25, True)
    for seconds in (0, -5, 3601, 10**15):
        refused = send(maker, tested, "options", {"seconds": seconds, "fromOutside": True}, method="put")
        assert refused.status_code == 422
        assert "between 1 and 3600 seconds" in details(refused)


def test_nothing_is_triggered_in_what_is_not_in_test(maker, draft):
    answer = trigger(maker, draft, texts={})
    assert answer.status_code == 422
    assert "switch the test on first" in details(answer)


# --- Test profiles --------------------------------------------------------------------------------


def test_a_test_profile_is_made_where_there_is_none_and_enters(maker, tested):
    answer = send(maker, tested, "profiles", {"person": " New@Example.com "})
    assert (answer.status_code, answer.json()) == (201, {"person": "new@example.com"})
    made = Identity.objects.get(namespace="Email", value="new@example.com").profile
    assert (made.test_profile, made.attributes) == (True, {"testProfile": True})
    assert "new@example.com" in form(maker, tested)["testers"]
    assert trigger(maker, tested, person="new@example.com", texts={}).status_code == 202


def test_who_is_known_already_stays_no_test_profile(maker, tested, sandbox):
    known = Profile.objects.create(sandbox=sandbox)
    Identity.objects.create(
        sandbox=sandbox, profile=known, namespace="Email", value="ada@example.com", seen_at=timezone.now()
    )
    answer = send(maker, tested, "profiles", {"person": "ada@example.com"})
    known.refresh_from_db()
    assert (answer.status_code, known.test_profile) == (422, False)
    assert Profile.objects.count() == 2


# --- The form -------------------------------------------------------------------------------------


def test_what_the_form_sends_is_a_received_event_of_this_test(maker, tested):
    last_week = timezone.now() - timedelta(days=6)
    JourneyVersion.objects.update(tested_at=last_week)
    assert trigger(maker, tested, texts={"field:total": "12"}).status_code == 202
    received = ReceivedEvent.objects.get()
    assert received.test_of == tested.pk
    tested.refresh_from_db()
    assert tested.tested_at > last_week, "the week of an unused test begins anew"
    entity = json.loads(received.body)["body"]["xdmEntity"]
    assert entity["total"] == 12
    assert entity["identityMap"] == {"Email": [{"id": TESTER, "primary": True}]}


def test_the_last_values_stand_there_again(maker, tested):
    trigger(maker, tested, texts={"field:total": "42"})
    assert LastTrigger.objects.get().payload == {"total": 42}
    again = form(maker, tested)["form"]
    assert (again["person"], again["texts"]) == (TESTER, {"field:total": "42"})


def test_a_test_profile_is_known_by_the_identities_of_those_that_went_into_it(maker, tested, sandbox):
    tester = Profile.objects.get(test_profile=True)
    before = Profile.objects.create(sandbox=sandbox, merged_into=tester)
    Identity.objects.create(
        sandbox=sandbox, profile=before, namespace="Email", value="old@example.com", seen_at=timezone.now()
    )
    assert trigger(maker, tested, person="old@example.com", texts={}).status_code == 202


def test_somebody_who_is_no_test_profile_is_refused(maker, tested):
    answer = trigger(maker, tested, person="customer@example.com", texts={"field:total": "1"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/person"
    assert "is no test profile" in details(answer)
    assert not ReceivedEvent.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"texts": {"field:total": "much"}}, "“total” is no number; correct it."),
        ({"payload": []}, "dictionary"),
        ({"payload": {"total": "x"}}, "/total"),
        ({"person": ""}, "at least 1 character"),
    ],
)
def test_what_does_not_fit_is_told_and_not_sent(maker, tested, given, said):
    answer = trigger(maker, tested, **given)
    assert answer.status_code == 422
    assert said in details(answer)
    assert not ReceivedEvent.objects.exists()


def test_the_fields_are_shown_as_json_and_back_without_being_sent(maker, tested):
    seven, eight = {"texts": {"field:total": "7"}}, {"payload": {"total": 8}}
    assert send(maker, tested, "payload", {"event": "Ordered", **seven}).json()["payload"] == {"total": 7}
    back = send(maker, tested, "payload", {"event": "Ordered", **eight}).json()
    assert back["texts"] == {"field:total": "8"}
    assert not ReceivedEvent.objects.exists()


def test_fields_of_a_schema_become_controls(maker, tested, sandbox):
    document = {
        "$id": "urn:orders",
        "type": "object",
        "required": ["size"],
        "properties": {
            "size": {"type": "string", "enum": ["S", "L"]},
            "gift": {"type": "boolean"},
            "customer": {"type": "object", "properties": {"age": {"type": "integer", "title": "Age"}}},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
    }
    schema = Schema.objects.get(name="Orders")
    schema.document = document
    schema.save()
    controls = {one["name"]: one for one in form(maker, tested)["form"]["controls"]}
    size, gift = controls["field:size"], controls["field:gift"]
    assert (size["required"], [one["value"] for one in size["choices"]]) == (True, ["S", "L"])
    assert [one["label"] for one in gift["choices"]] == ["yes", "no"]
    given = {"field:size": "L", "field:gift": "false", "field:customer.age": "30", "field:tags": '["a"]'}
    assert trigger(maker, tested, texts=given).status_code == 202
    entity = json.loads(ReceivedEvent.objects.get().body)["body"]["xdmEntity"]
    assert {name: entity[name] for name in ("size", "gift", "customer", "tags")} == {
        "size": "L", "gift": False, "customer": {"age": 30}, "tags": ["a"],
    }  # fmt: skip
    assert "“Age” is no whole number" in details(trigger(maker, tested, texts={"field:customer.age": "1.5"}))


def test_what_the_form_says_of_event_waits_and_messages(maker, tested, sandbox):
    Event.objects.update(type="rule", condition="@{Ordered.total} > 0")
    sandbox.test_addresses = "qa@example.com\n@test.example"
    sandbox.save()
    found = form(maker, tested)
    assert found["events"] == [{"name": "Ordered", "description": "", "condition": "@{Ordered.total} > 0"}]
    assert found["addresses"] == ["qa@example.com", "@test.example"]
    assert found["wait"] == {"seconds": 10, "shortest": 1, "longest": 3600, "matters": True}


def test_an_event_of_another_journey_cannot_be_triggered_here(maker, tested, event):
    Event.objects.create(sandbox=event.sandbox, name="Other", schema=event.schema, namespace="Email")
    answer = send(maker, tested, "trigger", {"event": "Other", "person": TESTER})
    assert answer.status_code == 404
    assert form(maker, tested, event="Other")["form"]["event"] == "Ordered"
    assert not ReceivedEvent.objects.exists()


def test_a_segment_that_the_version_does_not_name_is_refused(maker, tested):
    body = {"segment": "VIP", "person": TESTER, "entered": True}
    assert send(maker, tested, "qualification", body).status_code == 422
    assert not LaneInput.objects.exists()


# --- Path and log ---------------------------------------------------------------------------------


def test_the_path_says_which_lines_were_walked_and_where_the_person_is(maker, tested):
    trigger(maker, tested, texts={"field:total": "12"})
    drain(tested)
    found = path(maker, tested)
    assert (found["activities"], found["here"]) == (["in"], ["pause"])
    assert found["taken"] == [":start:in", "in:next:pause"]
    assert found["instance"]["person"] == TESTER
    assert path(maker, tested, person=TESTER.upper())["taken"] == found["taken"]
    assert path(maker, tested, person="other@example.com")["instance"] is None


def test_the_path_is_sent_again_only_when_it_has_changed(maker, tested):
    first = maker.get(f"/versions/{tested.uid}/test/path/")
    again = maker.get(f"/versions/{tested.uid}/test/path/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304
    trigger(maker, tested, texts={"field:total": "12"})
    drain(tested)
    changed = maker.get(f"/versions/{tested.uid}/test/path/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert changed.status_code == 200


def test_the_log_has_everything_of_each_instance(maker, tested):
    trigger(maker, tested, texts={"field:total": "12"})
    drain(tested)
    log = maker.get(f"/versions/{tested.uid}/test/log/").json()
    assert log["count"] == 1
    entry = log["instances"][0]
    assert set(entry) >= {
        "id", "currentStep", "phase", "extraInfo", "fetchErrors", "externalKeys", "enrichedData",
        "transitionHistory", "actionExecutionErrors",
    }  # fmt: skip
    assert entry["currentStep"]["id"] == "pause"
    assert entry["externalKeys"] == [{"namespace": "Email", "id": TESTER}]
    assert entry["transitionHistory"][0]["step"] == "in"
    assert entry["extraInfo"]["events"]["Ordered"]["total"] == 12


def test_the_log_is_english_for_every_reader_as_programs_read_it(maker, tested):
    trigger(maker, tested, texts={"field:total": "12"})
    drain(tested)
    address, german = f"/versions/{tested.uid}/test/log/", {"accept-language": "de"}
    assert maker.get(address, headers=german).json() == maker.get(address).json()
    assert maker.get(address).json()["instances"][0]["status"] == "running"
    assert (
        maker.get(f"/versions/{tested.uid}/test/path/", headers=german).json()["instance"]["status"]
        == "Läuft"
    )


def test_why_an_event_did_nothing_is_said_in_words(maker, tested):
    for _ in range(2):
        trigger(maker, tested, texts={"field:total": "12"})
        drain(tested)
    assert path(maker, tested)["discards"][0]["reason"] == "the person is already inside"


def test_after_the_end_of_a_test_its_instances_are_not_shown_any_more(maker, tested):
    trigger(maker, tested, texts={"field:total": "12"})
    drain(tested)
    instance = path(maker, tested)["instance"]["id"]
    testing.switch_off(tested, by=None)
    assert path(maker, tested)["count"] == 0
    assert maker.get(f"/instances/{instance}/").status_code == 404
