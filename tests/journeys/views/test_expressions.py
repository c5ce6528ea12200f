"""The page on which expressions are tried: who opens it, and with what it begins."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.test import Client

from events.models import Event
from journeyorch.access.models import Sandbox
from journeyorch.expressions import FUNCTIONS
from journeyorch.expressions.lines import answer
from journeys.views.expressions import EXPRESSION, SAMPLE


def test_it_is_for_those_who_see_journeys_or_events(login, reader, sandbox):
    assert Client().get("/expressions/").status_code == 302
    assert login("view_schema").get("/expressions/").status_code == 403
    assert reader.get("/expressions/").status_code == 200
    assert login("view_event").get("/expressions/").status_code == 200


def test_what_it_begins_with_has_a_value():
    line = json.dumps({"expression": EXPRESSION, "context": SAMPLE}).encode()
    assert json.loads(answer(line, now=datetime(2024, 5, 15, tzinfo=UTC)))["value"] is True


def test_events_are_chosen_from_by_those_who_see_them_and_only_of_the_sandbox(login, reader, event):
    foreign = Sandbox.objects.create(name="other", title="Other")
    Event.objects.create(sandbox=foreign, name="Elsewhere", schema=event.schema, event_id="other-1")

    page = login("view_event").get("/expressions/").content.decode()

    assert f'<option value="{event.pk}">Ordered</option>' in page
    assert "Elsewhere" not in page
    assert "Ordered" not in reader.get("/expressions/").content.decode()


def test_every_function_is_there_with_examples_to_insert(reader, sandbox):
    page = reader.get("/expressions/").content.decode()
    for entry in FUNCTIONS.values():
        assert f"<code>{entry.name}</code>" in page
    assert 'data-insert="upper(&quot;abc&quot;)"' in page
