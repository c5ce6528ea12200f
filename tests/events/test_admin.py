"""What technical users do on the pages of this app."""

from __future__ import annotations

import html
import re
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from datasources.models import Schema
from datasources.platform.schemas.library import building, compose
from datasources.platform.schemas.validate import Validator
from events import replaying
from events.catalog import catalog_of
from events.ingest.credentials import digest
from events.loading import load_unrouted
from events.matching import EVENT_ID_PATH
from events.models import Event, Inlet, Quarantined, ReceivedEvent
from events.routing import route
from events.samples import sample_entity
from journeyorch import usage
from journeyorch.access.models import Sandbox, User
from journeyorch.background.admin import task_url
from journeyorch.background.models import BackgroundTask
from journeyorch.background.running import work
from tests.events.conftest import Send, message

pytestmark = pytest.mark.django_db

TENANT = {"room": building.text("Room"), "nights": building.integer("Nights"), "late": building.flag("Late")}


@pytest.fixture
def admin_client(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("technical", password="x"))
    return client


@pytest.fixture
def schema(sandbox: Sandbox) -> Schema:
    document = compose("event", ["orchestration"], id="urn:hotel", tenant=TENANT, tenant_name="hotel")
    return Schema.objects.create(sandbox=sandbox, name="Hotel", kind="event", document=document)


def save(client: Client, address: str, **data: Any) -> dict[str, list[str]]:
    """Post a form of the admin; the errors by field, none if it was saved."""
    response = client.post(address, data)
    if response.status_code == 302:
        return {}
    form = response.context["adminform"].form
    return {field: [str(error) for error in errors] for field, errors in form.errors.items()}


def event_data(schema: Schema, **more: Any) -> dict[str, Any]:
    base = {"sandbox": schema.sandbox_id, "name": "Lobby", "type": "system", "schema": schema.pk}
    return {**base, "namespace": "CRMID", "condition": "", "key": "", "description": "", **more}


ADD_EVENT = "admin:events_event_add"


def test_a_system_generated_event_gets_its_id_when_it_is_saved(admin_client: Client, schema: Schema) -> None:
    assert save(admin_client, reverse(ADD_EVENT), **event_data(schema)) == {}
    event = Event.objects.get()
    assert re.fullmatch("[0-9a-f]{64}", event.event_id or "")
    again = reverse("admin:events_event_change", args=[event.pk])
    assert save(admin_client, again, **event_data(schema, description="changed")) == {}
    changed = Event.objects.get()
    assert (changed.event_id, changed.description) == (event.event_id, "changed")


@pytest.mark.parametrize(
    ("data", "field", "reason"),
    [
        ({"name": "no spaces"}, "name", "letters, digits and underscores"),
        ({"name": "x" * 31}, "name", "at most 30"),
        ({"type": "rule"}, "condition", "needs a condition"),
        ({"type": "rule", "condition": "@{Lobby._hotel.room}"}, "condition", "Line 1, column 1"),
        ({"type": "rule", "condition": "@{Lobby._hotel.unknown} == 1"}, "condition", "unknown"),
        ({"type": "rule", "condition": "1 +"}, "condition", "Line 1"),
        ({"key": "@{Lobby._hotel.late}"}, "key", "must give a string or an integer"),
        ({"key": "@{Other.room}"}, "key", "Other"),
        ({"namespace": "Nonsense"}, "namespace", "not one of the available"),
        ({"fields": ["_hotel.cellar"]}, "fields", "not one of the available"),
    ],
)
def test_a_mistake_is_said_where_it_was_made(
    admin_client: Client, schema: Schema, data: dict[str, Any], field: str, reason: str
) -> None:
    errors = save(admin_client, reverse(ADD_EVENT), **event_data(schema, **data))
    assert reason in " ".join(errors[field])
    assert not Event.objects.exists()


def test_a_system_generated_event_needs_the_field_for_its_id(admin_client: Client, schema: Schema) -> None:
    schema.document = compose("event")
    schema.save()
    errors = save(admin_client, reverse(ADD_EVENT), **event_data(schema))
    assert "_experience.campaign.orchestration.eventID" in errors["schema"][0]


def test_a_schema_of_another_sandbox_is_refused(admin_client: Client, schema: Schema) -> None:
    other = Sandbox.objects.create(name="dev", title="Development")
    errors = save(admin_client, reverse(ADD_EVENT), **event_data(schema, sandbox=other.pk))
    assert list(errors) == ["sandbox"]


def test_an_event_in_use_keeps_what_journeys_rely_on(
    admin_client: Client, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(admin_client, reverse(ADD_EVENT), **event_data(schema, fields=["_hotel.room"]))
    event = Event.objects.get()
    address = reverse("admin:events_event_change", args=[event.pk])
    provider = [lambda kind, obj: [usage.Use("Welcome", "/w/")] if kind == "event" else []]
    monkeypatch.setattr(usage, "_providers", provider)
    errors = save(admin_client, address, **event_data(schema, namespace="Email", fields=["_hotel.room"]))
    assert "Welcome" in errors["namespace"][0]
    errors = save(admin_client, address, **event_data(schema, fields=["_hotel.nights"]))
    assert "only be added" in errors["fields"][0]
    more = event_data(
        schema, name="Hall", description="In the hall.", fields=["_hotel.room", "_hotel.nights"]
    )
    assert save(admin_client, address, **more) == {}
    delete = reverse("admin:events_event_delete", args=[event.pk])
    assert '<a href="/w/">Welcome</a>' in admin_client.post(delete, {"post": "yes"}).content.decode()
    assert Event.objects.exists()


def test_the_preview_shows_a_request_that_is_accepted_and_is_this_event(
    admin_client: Client, schema: Schema, inlet: Inlet, send: Send
) -> None:
    save(admin_client, reverse(ADD_EVENT), **event_data(schema))
    event = Event.objects.get()
    page = admin_client.get(reverse("admin:events_event_preview", args=[event.pk])).content.decode()
    body = html.unescape(re.search(r'<pre id="body"[^>]*>(.*?)</pre>', page, re.DOTALL)[1])  # type: ignore[index]
    assert send(body.encode(), query="?syncValidation=true").body["synchronousValidation"] == {
        "status": "pass"
    }
    (result,) = route(load_unrouted(schema.sandbox_id, limit=1), catalog_of(schema.sandbox_id))
    assert [list(each.event_ids) for each in result.recipients] == [[event.pk]]
    assert inlet.key in page
    assert "curl -X POST" in page
    page = admin_client.get(reverse("admin:events_event_preview", args=[event.pk])).content.decode()
    assert "person-1" in page
    assert "waits for a worker" in page
    assert "It breaks schema" not in page
    broken = orjson.loads(body)
    broken["body"]["xdmEntity"] |= {"_id": "broken", "timestamp": "yesterday"}
    assert send(broken).status == 200
    address = reverse("admin:events_event_preview", args=[event.pk])
    assert "It breaks schema" in html.unescape(admin_client.get(address).content.decode())
    german = html.unescape(admin_client.get(address, headers={"accept-language": "de"}).content.decode())
    assert "Es verletzt das Schema" in german
    assert "#/timestamp: der Wert ist keine gültige Angabe der Form date-time" in german


@pytest.mark.parametrize("fields", [[], ["_hotel.nights"]])
def test_samples_are_valid_for_their_schema(schema: Schema, fields: list[str]) -> None:
    from datasources.platform.schemas.library import group_names

    document = compose("event", group_names("event"), tenant=TENANT, tenant_name="hotel")
    entity = sample_entity(document, fields=fields, namespace="Email", values=[(EVENT_ID_PATH, "e" * 64)])
    assert Validator(document).violations(entity) == []
    assert entity["identityMap"]["Email"][0]["primary"] is True
    assert ("commerce" in entity) == (fields == [])


# --- Inlets ----------------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_works(admin_client: Client, sandbox: Sandbox, send: Send) -> None:
    management = {"tokens-TOTAL_FORMS": 0, "tokens-INITIAL_FORMS": 0}
    data = {"sandbox": sandbox.pk, "name": "App", "mode": "authenticated", "enabled": "on", **management}
    assert save(admin_client, reverse("admin:events_inlet_add"), **data) == {}
    inlet = Inlet.objects.get()
    address = reverse("admin:events_inlet_new_key", args=[inlet.pk])
    response = admin_client.post(address, {"kind": "bearer"})
    plain = re.search(r"<pre[^>]*>(.+?)</pre>", response.content.decode())[1]  # type: ignore[index]
    assert "no-store" in response.headers["Cache-Control"]
    token = inlet.tokens.get()
    assert token.digest == digest(plain)
    assert send(message(), inlet=inlet.key, key=plain).status == 200
    for page in (address, reverse("admin:events_inlet_change", args=[inlet.pk])):
        assert plain not in admin_client.get(page).content.decode()


def test_after_a_rotation_the_old_key_still_works_for_a_day(
    admin_client: Client, inlet: Inlet, send: Send
) -> None:
    admin_client.post(
        reverse("admin:events_inlet_new_key", args=[inlet.pk]), {"kind": "bearer", "rotate": "on"}
    )
    assert inlet.tokens.count() == 2
    assert inlet.tokens.filter(expires_at=None).count() == 1
    assert send(message()).status == 200


def test_a_client_is_shown_its_id_and_secret_and_gets_a_token_for_them(
    admin_client: Client, client: Client, inlet: Inlet, send: Send
) -> None:
    page = admin_client.post(reverse("admin:events_inlet_new_key", args=[inlet.pk]), {"kind": "client"})
    client_id, secret = re.findall(r"<pre[^>]*>(.+?)</pre>", page.content.decode())
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = client.post(
        "/oauth/token", urlencode(form), content_type="application/x-www-form-urlencoded"
    ).json()
    assert send(message(), key=answer["access_token"]).status == 200


def test_web_pages_are_written_one_a_line(admin_client: Client, inlet: Inlet) -> None:
    address = reverse("admin:events_inlet_change", args=[inlet.pk])
    data = {
        "name": "Web", "mode": "authenticated", "enabled": "on",
        "tokens-TOTAL_FORMS": 0, "tokens-INITIAL_FORMS": 0,
    }  # fmt: skip
    refused = save(admin_client, address, **data, allowed_origins="https://shop.example\n*")
    assert "“*” is no origin" in refused["allowed_origins"][0]
    written = "https://Shop.example/\n\n http://127.0.0.1:3000\nhttps://shop.example"
    assert save(admin_client, address, **data, allowed_origins=written) == {}
    inlet.refresh_from_db()
    assert inlet.allowed_origins == ["https://shop.example", "http://127.0.0.1:3000"]
    assert "https://shop.example\nhttp://127.0.0.1:3000" in admin_client.get(address).content.decode()


def test_the_organization_id_is_written_as_sdks_have_it(admin_client: Client, inlet: Inlet) -> None:
    address = reverse("admin:events_inlet_change", args=[inlet.pk])
    data = {
        "name": "Web", "mode": "authenticated", "enabled": "on",
        "tokens-TOTAL_FORMS": 0, "tokens-INITIAL_FORMS": 0,
    }  # fmt: skip
    refused = save(admin_client, address, **data, organization="acme; path=/")
    assert "0123ABCD@AdobeOrg" in refused["organization"][0]
    assert save(admin_client, address, **data, organization="ABC123@AdobeOrg") == {}
    inlet.refresh_from_db()
    assert inlet.organization == "ABC123@AdobeOrg"


def test_an_open_inlet_needs_a_limit(admin_client: Client, sandbox: Sandbox) -> None:
    management = {"tokens-TOTAL_FORMS": 0, "tokens-INITIAL_FORMS": 0}
    data = {"sandbox": sandbox.pk, "name": "Web", "mode": "unauthenticated", "enabled": "on", **management}
    errors = save(admin_client, reverse("admin:events_inlet_add"), **data)
    assert "limit" in errors["rate_limit"][0]


@pytest.mark.parametrize("page", ["inlet", "event", "receivedevent", "quarantined"])
def test_people_without_a_sandbox_are_told_that_they_have_none(
    client: Client, schema: Schema, inlet: Inlet, send: Send, page: str
) -> None:
    send(message())
    stranger = User.objects.create_user("stranger", password="x", is_staff=True)
    for permission in ("view_inlet", "view_event", "view_receivedevent", "view_quarantined", "view_profile"):
        from django.contrib.auth.models import Permission

        stranger.user_permissions.add(Permission.objects.get(codename=permission))
    client.force_login(stranger)
    response = client.get(reverse(f"admin:events_{page}_changelist"))
    assert response.status_code == 403
    assert "No sandbox is open to you" in response.text


# --- Quarantine ------------------------------------------------------------------------------------


@pytest.fixture
def quarantined(inlet: Inlet, send: Send) -> Quarantined:
    send(message("bad", _hotel=5))
    row = ReceivedEvent.objects.get()
    ReceivedEvent.objects.update(routed=True)
    return Quarantined.objects.create(
        received_event=row, sandbox=inlet.sandbox, code="invalid", message="#/_hotel: …", at=row.received_at
    )


def test_a_quarantined_event_is_put_right_and_tried_again(
    admin_client: Client, quarantined: Quarantined
) -> None:
    address = reverse("admin:events_quarantined_change", args=[quarantined.pk])
    assert "#/_hotel" in admin_client.get(address).content.decode()
    corrected = orjson.dumps(message("good")).decode()
    assert save(admin_client, address, body=corrected) == {}
    assert Quarantined.objects.exists()
    action = {"action": "replay_chosen", "_selected_action": [quarantined.pk]}
    admin_client.post(reverse("admin:events_quarantined_changelist"), action)
    row = ReceivedEvent.objects.get()
    assert (row.body, row.routed) == (corrected, False)
    assert not Quarantined.objects.exists()


def test_a_correction_is_tried_again_when_it_is_saved(admin_client: Client, quarantined: Quarantined) -> None:
    address = reverse("admin:events_quarantined_change", args=[quarantined.pk])
    came = ReceivedEvent.objects.get().body
    shown = admin_client.get(address).context["adminform"].form["body"].value()
    assert '"_id": "bad",\n' in shown
    assert save(admin_client, address, body=shown.replace("\n", "\r\n")) == {}
    assert ReceivedEvent.objects.get().body == came, "what nobody has changed stays as it came"
    answer = admin_client.post(address, {"body": orjson.dumps(message("good")).decode(), "try_again": "on"})
    assert answer.url == reverse("admin:events_quarantined_changelist")  # type: ignore[attr-defined]
    assert not ReceivedEvent.objects.get().routed
    assert not Quarantined.objects.exists()


@pytest.fixture
def heap(quarantined: Quarantined, send: Send) -> Quarantined:
    """Five events in quarantine, one of them for another reason."""
    for number in range(4):
        send(message(f"bad-{number}", _hotel=5))
    for row in ReceivedEvent.objects.filter(routed=False):
        Quarantined.objects.create(
            received_event=row, sandbox=quarantined.sandbox, code="invalid", message="…", at=row.received_at
        )
    ReceivedEvent.objects.update(routed=True)
    Quarantined.objects.filter(pk=quarantined.pk).update(code="no_person")
    return quarantined


def test_those_of_all_pages_are_tried_again_in_the_background(
    admin_client: Client, heap: Quarantined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "BATCH", 2)
    action = {"action": "replay_chosen", "_selected_action": [heap.pk], "select_across": "1"}
    answer = admin_client.post(reverse("admin:events_quarantined_changelist") + "?code=invalid", action)
    task = BackgroundTask.objects.get()
    assert answer.url == task_url(task)  # type: ignore[attr-defined]
    assert Quarantined.objects.count() == 5
    work(owner="test")
    task.refresh_from_db()
    assert (task.done, task.total) == (2, 4)
    # One of the first batch has failed again meanwhile.
    first = ReceivedEvent.objects.filter(routed=False).order_by("pk")[0]
    Quarantined.objects.create(
        received_event=first, sandbox=heap.sandbox, code="invalid", message="…", at=first.received_at
    )
    while work(owner="test"):
        pass
    task.refresh_from_db()
    assert (task.state, task.done) == (BackgroundTask.State.DONE, 4)
    assert ReceivedEvent.objects.filter(routed=False).count() == 4
    assert set(Quarantined.objects.values_list("received_event", flat=True)) == {
        first.pk, heap.received_event_id,
    }  # fmt: skip


def test_the_command_tries_again_what_was_put_aside_for_a_reason(heap: Quarantined) -> None:
    told = StringIO()
    call_command("replay_events", "--code", "no_person", stdout=told)
    assert "1 of 1 events" in told.getvalue()
    assert list(ReceivedEvent.objects.filter(routed=False)) == [heap.received_event]
    with pytest.raises(CommandError, match="no sandbox nowhere"):
        call_command("replay_events", "--sandbox", "nowhere")


def test_a_correction_that_is_no_strict_json_is_refused(
    admin_client: Client, quarantined: Quarantined
) -> None:
    address = reverse("admin:events_quarantined_change", args=[quarantined.pk])
    errors = save(admin_client, address, body='{"a": 1, "a": 2}')
    assert "same name twice" in errors["body"][0]
    assert "bad" in ReceivedEvent.objects.get().body


def test_received_events_are_shown_although_their_inlet_is_gone(
    admin_client: Client, inlet: Inlet, send: Send
) -> None:
    send(message())
    inlet.delete()
    assert "deleted" in admin_client.get(reverse("admin:events_receivedevent_changelist")).content.decode()
    row = ReceivedEvent.objects.get()
    page = admin_client.get(reverse("admin:events_receivedevent_change", args=[row.pk]))
    assert page.status_code == 200
