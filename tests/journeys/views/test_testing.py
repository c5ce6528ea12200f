"""The page of a test: switching on, triggering events, path and log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from datasources.models import Identity, Profile, Schema
from events.models import Event, ReceivedEvent
from journeys import testing
from journeys.engine.drain import drain_once
from journeys.engine.lanes import ensure_lanes
from journeys.models import JourneyVersion, LastTrigger

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


def trigger(
    client: Client, version: JourneyVersion, *, person: str = TESTER, do: str = "send", **given: str
) -> Any:
    values = {"event": "Ordered", "person": person, "do": do, **given}
    return client.post(f"/versions/{version.uid}/test/trigger/", values)


def drain(version: JourneyVersion) -> None:
    while drain_once(version.sandbox_id):
        pass


def page(client: Client, version: JourneyVersion) -> str:
    return client.get(f"/versions/{version.uid}/test/").content.decode()


def path(client: Client, version: JourneyVersion) -> Any:
    return client.get(f"/versions/{version.uid}/test/path/").json()


# --- Switching ------------------------------------------------------------------------------------


def test_a_draft_is_put_in_test_and_back(maker, draft):
    assert "Switch the test mode on" in page(maker, draft)
    assert "at most 100" in maker.get(f"/versions/{draft.uid}/switch-test-on/").content.decode()
    answer = maker.post(f"/versions/{draft.uid}/switch-test-on/")
    assert answer.url == f"/versions/{draft.uid}/test/"
    assert "Trigger an event" in page(maker, draft)
    maker.post(f"/versions/{draft.uid}/switch-test-off/")
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_draft_with_errors_says_what_keeps_it_from_being_tested(maker, draft):
    JourneyVersion.objects.filter(pk=draft.pk).update(document={"start": []})
    assert "ERR_JOURNEY_NO_START" in page(maker, draft)
    maker.post(f"/versions/{draft.uid}/switch-test-on/")
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_readers_look_and_trigger_nothing(reader, tested):
    assert "Trigger an event" not in page(reader, tested)
    assert trigger(reader, tested).status_code == 403
    assert reader.post(f"/versions/{tested.uid}/test/options/", {"seconds": 5}).status_code == 403
    assert path(reader, tested)["count"] == 0


def test_the_settings_of_a_test(maker, tested):
    maker.post(f"/versions/{tested.uid}/test/options/", {"seconds": "25", "from_outside": "on"})
    tested.refresh_from_db()
    assert (tested.test_wait.total_seconds(), tested.test_from_outside) == (25, True)
    refused = maker.post(f"/versions/{tested.uid}/test/options/", {"seconds": "0"}, follow=True)
    assert "between 1 and 3600 seconds" in refused.content.decode()


# --- The form -------------------------------------------------------------------------------------


def test_what_the_form_sends_is_a_received_event_of_this_test(maker, tested):
    answer = trigger(maker, tested, **{"field:total": "12"})
    assert answer.url == f"/versions/{tested.uid}/test/"
    received = ReceivedEvent.objects.get()
    assert received.test_of == tested.pk
    entity = json.loads(received.body)["body"]["xdmEntity"]
    assert entity["total"] == 12
    assert entity["identityMap"] == {"Email": [{"id": TESTER, "primary": True}]}


def test_the_last_values_stand_there_again(maker, tested):
    trigger(maker, tested, **{"field:total": "42"})
    assert LastTrigger.objects.get().payload == {"total": 42}
    again = page(maker, tested)
    assert 'value="42"' in again
    assert f'value="{TESTER}"' in again


def test_somebody_who_is_no_test_profile_is_refused(maker, tested):
    answer = trigger(maker, tested, person="customer@example.com", **{"field:total": "1"})
    assert answer.status_code == 422
    assert "is no test profile" in answer.content.decode()
    assert not ReceivedEvent.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"do": "send", "field:total": "much"}, "“total” is no number; correct it."),
        ({"do": "send-json", "json": "{"}, "This is no valid JSON: look at line 1"),
        ({"do": "send-json", "json": "[]"}, "The payload is an object"),
        ({"do": "send-json", "json": '{"total": "x"}'}, "/total"),
    ],
)
def test_what_does_not_fit_is_shown_again_and_not_sent(maker, tested, given, said):
    answer = trigger(maker, tested, **given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ReceivedEvent.objects.exists()


def test_the_fields_are_shown_as_json_and_back_without_being_sent(maker, tested):
    shown = trigger(maker, tested, do="show", **{"field:total": "7"}).content.decode()
    assert "&quot;total&quot;: 7" in shown
    back = trigger(maker, tested, do="show-json-fields", json='{"total": 8}').content.decode()
    assert 'value="8"' in back
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
    given = {"field:size": "L", "field:gift": "false", "field:customer.age": "30", "field:tags": '["a"]'}
    assert trigger(maker, tested, **given).status_code == 302
    entity = json.loads(ReceivedEvent.objects.get().body)["body"]["xdmEntity"]
    assert {name: entity[name] for name in ("size", "gift", "customer", "tags")} == {
        "size": "L", "gift": False, "customer": {"age": 30}, "tags": ["a"],
    }  # fmt: skip
    assert '<option value="L" selected>L</option>' in page(maker, tested)
    assert (
        "“Age” is no whole number" in trigger(maker, tested, **{"field:customer.age": "1.5"}).content.decode()
    )


def test_a_rule_based_event_shows_its_condition(maker, tested):
    Event.objects.update(type="rule", condition="@{Ordered.total} > 0")
    assert "@{Ordered.total} &gt; 0" in page(maker, tested)


def test_the_page_says_where_messages_go(maker, tested, sandbox):
    assert "Messages are really sent, as in production." in page(maker, tested)
    sandbox.test_addresses = "qa@example.com\n@test.example"
    sandbox.save()
    assert "Messages of the test go only to qa@example.com, @test.example." in page(maker, tested)


def test_an_event_of_another_journey_cannot_be_triggered_here(maker, tested, event):
    Event.objects.create(sandbox=event.sandbox, name="Other", schema=event.schema, namespace="Email")
    values = {"event": "Other", "person": TESTER, "do": "send"}
    assert maker.post(f"/versions/{tested.uid}/test/trigger/", values).status_code == 302
    assert not ReceivedEvent.objects.exists()


# --- Path and log ---------------------------------------------------------------------------------


def test_the_path_says_which_lines_were_walked_and_where_the_person_is(maker, tested):
    trigger(maker, tested, **{"field:total": "12"})
    drain(tested)
    found = path(maker, tested)
    assert (found["activities"], found["here"]) == (["in"], ["pause"])
    assert found["taken"] == [":start:in", "in:next:pause"]
    assert found["instance"]["person"] == TESTER
    shown = page(maker, tested)
    for line in (":start:in", "in:next:pause"):
        assert f'class="way way--taken" data-way="{line}"' in shown


def test_the_path_is_sent_again_only_when_it_has_changed(maker, tested):
    first = maker.get(f"/versions/{tested.uid}/test/path/")
    again = maker.get(f"/versions/{tested.uid}/test/path/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304
    trigger(maker, tested, **{"field:total": "12"})
    drain(tested)
    changed = maker.get(f"/versions/{tested.uid}/test/path/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert changed.status_code == 200


def test_the_log_has_everything_of_each_instance(maker, tested):
    trigger(maker, tested, **{"field:total": "12"})
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


def test_after_the_end_of_a_test_its_instances_are_not_shown_any_more(maker, tested):
    trigger(maker, tested, **{"field:total": "12"})
    drain(tested)
    instance = path(maker, tested)["instance"]["id"]
    testing.switch_off(tested, by=None)
    assert path(maker, tested)["count"] == 0
    assert maker.get(f"/instances/{instance}/").status_code == 404
