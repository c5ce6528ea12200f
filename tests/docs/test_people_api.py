"""The addresses about people on the page of the API, with their answers; the mapping of an import."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from pydantic import TypeAdapter

from datasources.management.commands.import_profiles import MappingFile
from datasources.models import ExperienceEvent, Profile
from journeyorch.access.models import Sandbox, User
from tests.datasources.profiles.conftest import NOW, feed, receive
from tests.docs.pages import Example, examples

__all__ = ["receive"]


@pytest.fixture
def client(db: None, receive: Any) -> Client:
    prod = Sandbox.objects.get(name="prod")
    record = receive(
        "Email:zoe@example.com", "CRMID:4711", record=True, person={"name": {"firstName": "Zoe"}}
    )
    feed(prod.pk, [record])
    feed(prod.pk, [receive("CRMID:4711", eventType="order", total=3)])
    Profile.objects.update(updated_at=NOW)
    client = Client()
    client.force_login(User.objects.create_superuser("anna"))
    return client


def as_shown(answer: Any) -> Any:
    """Numbers of rows as on the page."""
    text = json.dumps(answer).replace(f'"P{Profile.objects.get().pk}"', '"P1"')
    return json.loads(text.replace(f'"E{ExperienceEvent.objects.get().pk}"', '"E1"'))


@pytest.mark.parametrize("example", examples("people"), ids=lambda one: one.id)
def test_the_answer_is_the_one_on_the_page(client: Client, example: Example) -> None:
    answer = client.get(example.rest)
    assert answer.status_code == 200, answer.content
    shown, found = json.loads(example.text), as_shown(answer.json())
    for one in (*shown.values(), *found.values()):
        if "identityGraph" in one:  # both were seen at the same moment
            one["identityGraph"].sort()
    assert found == shown


@pytest.mark.parametrize("example", examples("people-post"), ids=lambda one: one.id)
def test_several_are_asked_for_as_on_the_page(client: Client, example: Example) -> None:
    answer = client.post("/data/core/ups/access/entities", example.text, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert [one["entity"] for one in answer.json().values()] == [{"person": {"name": {"firstName": "Zoe"}}}]


@pytest.mark.parametrize("example", examples("mapping"), ids=lambda one: one.id)
def test_the_mapping_is_one(example: Example) -> None:
    assert len(TypeAdapter(MappingFile).validate_json(example.text).columns) == 3
