"""Firing an event by hand."""

from __future__ import annotations

import json

import pytest

from events.models import Inlet, InletToken, ReceivedEvent


def fire(client, event, payload, person: str = "anna@example.com"):
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return client.post("/fire/", {"event": event.pk, "person": person, "payload": text})


def entity_of(received: ReceivedEvent) -> dict:
    return json.loads(received.body)["body"]["xdmEntity"]


def test_without_events_the_page_says_what_one_is(maker, sandbox):
    assert "There is no event yet" in maker.get("/fire/").content.decode()


def test_the_form_begins_with_a_sample_of_the_event(maker, event):
    assert json.loads(maker.get("/fire/").context["form"].initial["payload"]) == {"total": 1.5}


def test_a_fired_event_is_stored_as_a_received_one_about_that_person(maker, event):
    answer = fire(maker, event, {"total": 12})
    received = ReceivedEvent.objects.get()
    assert answer.url == f"/received/{received.pk}/"
    entity = entity_of(received)
    assert entity["total"] == 12
    assert entity["identityMap"] == {"Email": [{"id": "anna@example.com", "primary": True}]}
    assert entity["_experience"]["campaign"]["orchestration"]["eventID"] == "ordered-1"


def test_the_person_is_written_into_the_field_of_the_key(maker, event):
    event.key = "@{Ordered.customer.email}"
    event.save()
    fire(maker, event, {"total": 12})
    assert entity_of(ReceivedEvent.objects.get())["customer"] == {"email": "anna@example.com"}


def test_the_same_event_can_be_fired_again(maker, event):
    for _ in range(2):
        fire(maker, event, {"total": 12})
    assert ReceivedEvent.objects.count() == 2


def test_nobody_else_can_use_the_inlet_of_fired_events(maker, event, client):
    fire(maker, event, {"total": 12})
    inlet = Inlet.objects.get()
    assert inlet.mode == Inlet.Mode.AUTHENTICATED
    assert not InletToken.objects.exists()
    assert client.post(f"/collection/{inlet.key}", "{}", "application/json").status_code == 401


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"total": "much"}, "total"),
        ("{", "This is no valid JSON"),
        ("[]", "The payload is an object"),
        ('{"total": 1, "x": ' + '{"a": ' * 300 + "1" + "}" * 301, "nested deeper"),
        ('{"total": 1, "x": "\\u0000"}', "the character NUL"),
        ("", "This field is required"),
    ],
)
def test_a_payload_that_does_not_fit_is_shown_again_and_not_stored(maker, event, payload, message):
    answer = fire(maker, event, payload)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not ReceivedEvent.objects.exists()


@pytest.mark.parametrize("data", [{}, {"event": "999"}, {"event": "x", "person": "", "payload": "{}"}])
def test_a_form_that_is_not_filled_in_is_shown_again(maker, event, data):
    assert maker.post("/fire/", data).status_code == 422


def test_readers_fire_nothing(reader, event):
    assert reader.get("/fire/").status_code == 403
    assert fire(reader, event, {"total": 1}).status_code == 403
