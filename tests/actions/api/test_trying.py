"""Trying actions, channels and templates over the API: as their buttons do, for whoever may change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from actions.models import Action, Channel, MessageTemplate
from datasources.models import Identity, Profile
from journeyorch.access.models import Sandbox
from journeyorch.outbound.signing import secret_problem
from tests.journeyorch.outbound.conftest import serve
from tests.journeyorch.outbound.raw_server import http, says
from tests.journeys.views.conftest import login, sandbox

__all__ = ["login", "sandbox", "serve"]

TREE = {"type": "object", "fields": {"n": {"type": "integer", "variable": True, "label": "Number"}}}


@pytest.fixture
def technical(login: Any) -> Client:
    return login("change_action", "change_channel", "change_messagetemplate", "view_profile")


@pytest.fixture
def action(sandbox: Sandbox, serve: Callable[..., Any]) -> Action:
    server = serve(says(http(b'{"taken": true}')))
    return Action.objects.create(sandbox=sandbox, name="Notify", url=server.url, payload=TREE)


def post(client: Client, address: str, /, **body: Any) -> Any:
    return client.post(f"/api/v1/{address}", body, content_type="application/json")


def test_an_action_is_called_for_real(technical: Client, action: Action) -> None:
    tried = post(technical, "actions/Notify/test", values={"/n": 3})
    assert tried.status_code == 200, tried.content
    assert (tried.json()["status"], tried.json()["body"]) == ("ok", '{"taken": true}')
    assert tried.json()["sent"].endswith('{"n":3}')
    refused = post(technical, "actions/Notify/test", values={"/m": 3})
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/values/~1m"]


def test_a_value_that_is_too_deep_to_be_sent_is_refused(technical: Client, action: Action) -> None:
    Action.objects.update(payload={"type": "listString", "variable": True, "label": "Names"})
    ended = post(technical, "actions/Notify/test", values={"": "[" * 300 + "]" * 300}).json()
    assert ended["code"] == "badValue"


@pytest.mark.parametrize("value", ["three", "1.5", "true", "[3]", "null"])
def test_a_value_of_another_type_is_named(technical: Client, action: Action, value: str) -> None:
    ended = post(technical, "actions/Notify/test", values={"/n": value}).json()
    assert ended["code"] == "badValue"
    assert ended["message"].startswith("The value of “Number” is not of its type, integer.")


def test_a_payload_is_proposed_for_a_sample(technical: Client, login: Any) -> None:
    made = post(technical, "payload-from-sample", sample={"room": "12", "nights": 2})
    fields = made.json()["payload"]["fields"]
    assert fields["nights"] == {"type": "integer", "constant": 2}
    deep: dict[str, Any] = {}
    for _level in range(60):
        deep = {"in": deep}
    assert post(technical, "payload-from-sample", sample=deep).status_code == 422
    assert post(login("view_action"), "payload-from-sample", sample={"a": 1}).status_code == 403


def test_only_who_may_change_an_action_may_call_it(login: Any, technical: Client, action: Action) -> None:
    assert post(login("view_action"), "actions/Notify/test").status_code == 403
    assert post(technical, "actions/Other/test").status_code == 404
    Action.objects.update(sandbox=Sandbox.objects.create(name="other", title="Other"))
    assert post(technical, "actions/Notify/test").status_code == 404


def test_a_secret_for_signatures_is_told_once(technical: Client, action: Action) -> None:
    made = post(technical, "actions/Notify/new-secret")
    assert made.status_code == 201
    assert secret_problem(made.json()["secret"]) is None
    action.refresh_from_db()
    assert made.json()["secret"] not in str(action.signing)
    assert post(technical, "actions/Notify/test-authentication").status_code == 409


@pytest.fixture
def template(sandbox: Sandbox) -> MessageTemplate:
    made = MessageTemplate.objects.create(
        sandbox=sandbox,
        name="Room ready",
        kind="sms",
        content={"text": "{{ profile.person.name.firstName }}: {{ room }}"},
        parameters=[{"name": "room", "type": "string", "sample": "Garden"}],
    )
    made.variants.create(language="de", content={"text": "Zimmer {{ room }}"})
    return made


def test_a_template_is_previewed_for_a_test_profile_in_a_language(
    technical: Client, template: MessageTemplate, sandbox: Sandbox
) -> None:
    address = "templates/Room ready/preview"
    assert post(technical, address).json() == {"parts": {"text": "Ada: Garden"}}
    attributes = {"person": {"name": {"firstName": "Zoe"}}, "preferredLanguage": "de"}
    zoe = Profile.objects.create(sandbox=sandbox, attributes=attributes, test_profile=True)
    now = timezone.now()
    Identity.objects.create(sandbox=sandbox, namespace="CRMID", value="zoe", profile=zoe, seen_at=now)
    person = {"namespace": "CRMID", "id": "zoe"}
    told = [
        post(technical, address, person=person, values={"room": "Lake"}, **asked).json()["parts"]["text"]
        for asked in ({}, {"language": ""})
    ]
    assert told == ["Zimmer Lake", "Zoe: Lake"]
    refused = post(technical, address, values={"bed": 1, "room": 2}, language="fr").json()["errors"]
    assert [one["pointer"] for one in refused] == ["/values/bed", "/values/room", "/language"]
    Profile.objects.update(test_profile=False)
    assert post(technical, address, person=person).status_code == 422


def test_messages_are_sent_to_an_address_of_the_testers(
    technical: Client, template: MessageTemplate, sandbox: Sandbox, serve: Callable[..., Any]
) -> None:
    server = serve(says(http(b"{}"), http(b"{}")))
    config = {"url": server.url}
    Channel.objects.create(sandbox=sandbox, name="SMS", kind="sms", provider="sms_json", config=config)
    sent = post(technical, "templates/Room ready/test", channel="SMS", address="+4930123456")
    assert sent.json()["status"] == "ok", sent.content
    assert b"Ada: Garden" in server.requests[0]
    assert post(technical, "channels/SMS/test", address="nobody").json()["code"] == "invalidAddress"
    assert post(technical, "channels/SMS/test", address="+4930123456").json()["status"] == "ok"
    assert post(technical, "templates/Room ready/test", channel="Mail", address="1").status_code == 422
