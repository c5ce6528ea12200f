"""The catcher's buttons tell the product what became of a message."""

from __future__ import annotations

import http.client
import json
import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from actions.models import Delivery, Feedback
from journeyorch.access.models import Sandbox
from journeys.demo.catcher import Catcher
from journeys.demo.feedback import tell_product

KEY = uuid.UUID(int=7)
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def told():
    return []


@pytest.fixture
def catcher(told):
    def tell(key, kind):
        told.append((key, kind))
        return len(told) == 1

    with Catcher(tell=tell) as running:
        yield running


def ask(catcher, path, body, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", int(catcher.url.rpartition(":")[2]), timeout=60)
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    result = answer.status, answer.read()
    connection.close()
    return result


def caught(catcher, kind="email"):
    ask(catcher, f"/{kind}", {"key": str(KEY), "to": "ada@example.com", "subject": "Hello"})


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/messages/1/feedback", {"kind": "opened"}, JSON, 200),
        ("/messages/1/feedback", {"kind": "opened"}, {"Content-Type": "text/plain"}, 415),
        ("/messages/1/feedback", {"kind": "queued"}, JSON, 422),
        ("/messages/1/feedback", {"kind": ["opened"]}, JSON, 422),
        ("/messages/1/feedback", ["opened"], JSON, 422),
        ("/messages/2/feedback", {"kind": "opened"}, JSON, 404),
    ],
)
def test_only_the_page_tells_and_only_what_can_become_of_a_message(
    catcher, told, path, body, headers, status
):
    caught(catcher)
    assert ask(catcher, path, body, **headers)[0] == status
    assert told == ([(str(KEY), "opened")] if status == 200 else [])


def test_without_the_demo_there_are_no_buttons():
    with Catcher() as catcher:
        caught(catcher)
        assert b"caught" in ask(catcher, "/messages/1/feedback", {"kind": "opened"}, **JSON)[1]


@pytest.mark.e2e
def test_buttons_say_what_became_of_it(page, catcher, told):
    caught(catcher)
    page.goto(f"{catcher.url}/messages/1")
    page.get_by_role("button", name="Opened").click()
    expect(page.locator("#told")).to_have_text("Recorded.")
    page.get_by_role("button", name="Clicked a link").click()
    expect(page.locator("#told")).to_contain_text("Nothing changed")
    assert told == [(str(KEY), "opened"), (str(KEY), "clicked")]


@pytest.mark.django_db(transaction=True)
def test_only_messages_of_the_product_are_recorded_and_each_kind_once():
    now = timezone.now()
    sandbox = Sandbox.objects.get(name="prod")
    Delivery.objects.create(
        sandbox=sandbox, message_id=KEY, kind="email", status="sent", created_at=now, updated_at=now
    )
    assert tell_product(str(KEY), "opened")
    assert not tell_product(str(KEY), "opened")
    assert not tell_product(str(uuid.UUID(int=8)), "opened")
    assert not tell_product("k-1", "opened")
    assert list(Feedback.objects.values_list("message_id", "kind")) == [(KEY, "opened")]
