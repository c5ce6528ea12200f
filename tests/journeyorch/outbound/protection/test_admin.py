"""The pages of caps, throttles and breakers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actions.models import Action
from journeyorch.access.models import Sandbox
from journeyorch.outbound.models import Breaker, CappingConfig, ThrottlingConfig

pytestmark = pytest.mark.django_db


def cap_form(**changes: Any) -> dict[str, Any]:
    return {
        "sandbox": Sandbox.objects.get(name="prod").pk,
        "url": "https://api.example.org/data/*",
        "methods": ["POST"],
        "action_calls": 500,
        "action_period": 1000,
        "action_connections": "",
        **changes,
    }


def page_of(config: Any, what: str = "change") -> str:
    return reverse(f"admin:outbound_{config._meta.model_name}_{what}", args=[config.pk])


def saved(admin_client: Client, **changes: Any) -> CappingConfig:
    answer = admin_client.post(reverse("admin:outbound_cappingconfig_add"), cap_form(**changes))
    assert answer.status_code == 302, answer.text
    return CappingConfig.objects.get()


def test_a_cap_is_written_deployed_changed_and_deleted(admin_client: Client) -> None:
    config = saved(admin_client)
    assert config.services == {"action": {"rating": {"maxCallsCount": 500, "periodInMs": 1000}}}
    admin_client.post(page_of(config, "deploy"))
    admin_client.post(page_of(config), cap_form(action_calls=7, action_connections=3))
    config.refresh_from_db()
    assert config.deployed["services"]["action"]["rating"]["maxCallsCount"] == 500
    assert config.services["action"]["maxHttpConnections"] == 3
    page = admin_client.get(page_of(config)).text
    assert 'value="7"' in page
    assert "stays in force until" in page

    deletion = page_of(config, "delete")
    assert "Undeploy it first" in admin_client.post(deletion, {"post": "yes"}).text
    admin_client.post(page_of(config, "undeploy"))
    assert admin_client.post(deletion, {"post": "yes"}).status_code == 302
    assert not CappingConfig.objects.exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"url": ""}, "The URL is missing"),
        ({"url": "https://*.example.org/"}, "must not hold wildcards"),
        ({"methods": []}, "Name at least one HTTP method"),
        ({"action_period": ""}, "Say how many calls"),
        ({"action_calls": "", "action_period": ""}, "nothing would be limited"),
        ({"action_calls": 0}, "greater than or equal to 1"),
    ],
)
def test_a_cap_that_could_not_be_deployed_is_refused_with_a_reason(
    admin_client: Client, changes: dict[str, Any], told: str
) -> None:
    page = admin_client.post(reverse("admin:outbound_cappingconfig_add"), cap_form(**changes)).text
    errors = " ".join(re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', page, re.DOTALL))
    assert told in errors
    assert not CappingConfig.objects.exists()


def test_the_page_shows_which_calls_a_pattern_means(admin_client: Client) -> None:
    prod = Sandbox.objects.get(name="prod")
    for name, path in (("Tell", "data/tell"), ("Order", "data"), ("Other", "other")):
        Action.objects.create(sandbox=prod, name=name, url=f"https://api.example.org/{path}", payload={})
    page = admin_client.get(page_of(saved(admin_client))).text

    assert "POST https://api.example.org/data/tell" in page
    # With a path that the journey adds.
    assert "POST https://api.example.org/data/…" in page
    assert "api.example.org/other" not in page


def test_a_throttle_is_written_and_deployed_and_its_line_outlives_it(admin_client: Client) -> None:
    form = {
        "sandbox": Sandbox.objects.get(name="prod").pk,
        "name": "Example",
        "url_pattern": "https://api.example.org/*",
        "methods": ["GET"],
        "max_throughput": 100,
    }
    add = reverse("admin:outbound_throttlingconfig_add")
    assert "from 200 to 5000" in admin_client.post(add, form).text
    admin_client.post(add, {**form, "max_throughput": 200})
    config = ThrottlingConfig.objects.get()
    admin_client.post(page_of(config, "deploy"))
    admin_client.post(page_of(config, "undeploy"))
    admin_client.post(page_of(config, "delete"), {"post": "yes"})

    listed = admin_client.get(reverse("admin:outbound_throttlingconfig_changelist"))
    assert listed.context["cl"].result_count == 0
    assert ThrottlingConfig.objects.get().deleted


def test_a_breaker_is_shown_by_its_name_and_closed(admin_client: Client) -> None:
    prod = Sandbox.objects.get(name="prod")
    action = Action.objects.create(sandbox=prod, name="Tell", url="https://api.example.org/", payload={})
    Breaker.objects.create(
        endpoint=f"action:{action.pk}",
        sandbox=prod,
        failures=30,
        opened_at=timezone.now(),
        last_error="<b>The system answered 503.",
    )
    address = reverse("admin:outbound_breaker_changelist")
    page = admin_client.get(address).text
    for text in ("Action Tell", "Open since", "&lt;b&gt;The system answered 503."):
        assert text in page

    chosen = {"action": "close", "_selected_action": [f"action:{action.pk}"]}
    assert "Closed: calls are made" in admin_client.post(address, chosen, follow=True).text
    assert Breaker.objects.get().failures == 0
