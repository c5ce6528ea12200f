"""Campaign v7 and v8: the payload is pasted, and must be one that Campaign takes."""

from __future__ import annotations

import orjson
import pytest
from django.urls import reverse

from actions.campaign import caps
from actions.campaign.classic import payload_problems
from actions.custom import action_of, variables
from actions.models import Action
from actions.payload import tree_of
from journeyorch.access.models import Sandbox
from journeyorch.outbound.capping import Limit

PAYLOAD = {"channel": "email", "eventType": "welcome", "email": "a@example.com", "ctx": {"firstName": "Ada"}}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"email": None, "mobilePhone": "+41"},
        {"registrationToken": "x"},
        {"ctx": {"lines": [{"sku": "1"}]}},
    ],
)
def test_documented_payloads_are_taken(changes):
    pasted = {name: value for name, value in {**PAYLOAD, **changes}.items() if value is not None}
    assert list(payload_problems(tree_of(pasted))) == []


@pytest.mark.parametrize("missing", PAYLOAD)
def test_what_campaign_needs_is_named(missing):
    pasted = {name: value for name, value in PAYLOAD.items() if name != missing}
    (problem,) = payload_problems(tree_of(pasted))
    assert problem.endswith(".")


@pytest.mark.django_db
def test_an_action_of_each_template_has_its_page_and_its_cap(admin_client):
    assert caps.PRESETS[Action.Type.CAMPAIGN] == Limit(50_000, 3_600_000)
    tree = tree_of(PAYLOAD)
    tree["fields"]["email"] = {"type": "string", "variable": True, "label": "Email address"}
    form = {
        "sandbox": Sandbox.objects.get(name="prod").pk,
        "name": "Welcome",
        "url": "https://campaign.example/rest/event",
        "method": "POST",
        "auth_type": "none",
    }
    add = reverse("admin:actions_campaignaction_add")
    incomplete = {**form, "payload_sample": '{"channel": "email"}'}
    assert "payload_sample" in admin_client.post(add, incomplete).context["adminform"].form.errors
    assert admin_client.post(add, {**form, "payload": orjson.dumps(tree).decode()}).status_code == 302
    action = Action.objects.get()
    assert action.type == Action.Type.CAMPAIGN
    assert [one.path for one in variables(action_of(action))] == ["/email"]
    assert "Welcome" in admin_client.get(reverse("admin:actions_campaignaction_changelist")).text
    assert "Welcome" not in admin_client.get(reverse("admin:actions_action_changelist")).text
