"""A technical user sees events arrive, on a phone, lets the list rest, and begins to configure an event; the
pages break no policy."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from datasources.models import Schema
from events.models import Inlet, ReceivedEvent
from journeyorch.access.models import Sandbox, User
from tests.e2e.login import log_in

from .hands import held

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database("postgres"),
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]


def test_what_arrives_appears_by_itself_unless_the_list_is_paused(open_page: Any, live_server: Any) -> None:
    cache.clear()
    sandbox = Sandbox.objects.get(name="prod")
    inlet = Inlet.objects.create(sandbox=sandbox, key="shop", name="Shop")
    for name, namespace in (("Order", "Email"), ("Booking", "Phone")):
        Schema.objects.create(
            sandbox=sandbox, name=name, kind="event", document={}, primary_namespace=namespace
        )
    User.objects.create_superuser("anna", password="secret").sandboxes.add(sandbox)
    page = open_page(viewport={"width": 390, "height": 844}, permissions=["clipboard-write"])
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/events/inlet/{inlet.pk}/receiving/")
    page.get_by_text("Nothing has arrived yet.").wait_for()
    expect(page.get_by_text("curl -X POST")).to_be_visible()

    arrive(inlet)
    page.get_by_text("no_schema").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, "the page is wider than a phone"

    # What was asked before the pause is not shown in it.
    with held(page, "**/receiving/part/"):
        page.wait_for_event("request", lambda request: "/receiving/part/" in request.url)
        page.get_by_role("button", name="Pause").press("Enter")
        arrive(inlet)
    expect(page.locator("#arrivals tbody tr")).to_have_count(1)
    # The next question is asked only after the pause; going on asks at once.
    with page.expect_response(lambda answer: "/receiving/part/" in answer.url):
        page.get_by_role("button", name="Pause").press("Enter")
    page.wait_for_function("document.querySelectorAll('#arrivals tbody tr').length == 2")

    # Choosing a schema fills in the namespace of its primary identity, and leaves alone what somebody chose.
    page.goto(f"{live_server.url}/admin/events/event/add/")
    namespace = page.get_by_label("Namespace:", exact=True)
    page.get_by_label("Schema:", exact=True).select_option(label="Order")
    expect(namespace).to_have_value("Email")
    namespace.select_option("CRMID")
    page.get_by_label("Schema:", exact=True).select_option(label="Booking")
    page.get_by_label("Schema:", exact=True).select_option(label="Order")
    expect(namespace).to_have_value("CRMID")

    page.clock.install()
    page.goto(f"{live_server.url}/admin/events/inlet/{inlet.pk}/receiving/")
    copy = page.locator("[data-copy]")
    for _ in range(2):
        copy.click()
        expect(copy).to_have_text("✓")
    page.clock.run_for(5000)
    expect(copy).to_have_text("Copy")


def arrive(inlet: Inlet) -> None:
    ReceivedEvent.objects.create(
        sandbox=inlet.sandbox, inlet=inlet, received_at=timezone.now(), protocol="json", body='{"a": 1}'
    )
