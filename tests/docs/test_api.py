"""The requests on the page about the API, and the answers shown below them."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from journeyorch.access.models import User
from journeyorch.api import views  # noqa: F401 - before its parts, which the settings of DRF name
from journeys.api.step_events import StepEventsQuery
from journeys.reports.steps.fields import FIELDS
from tests.docs.pages import ROOT, Example, examples

BLOCKS = [one for one in examples(language="json") if one.page == "docs/api.md"]
PAIRS = [(one, BLOCKS[index + 1]) for index, one in enumerate(BLOCKS) if one.how == "api"]


@pytest.mark.parametrize(("request_", "shown"), PAIRS, ids=lambda one: one.id)
def test_the_answer_is_the_one_on_the_page(db: None, request_: Example, shown: Example) -> None:
    client = Client()
    client.force_login(User.objects.create_user("anna"))
    address = f"/api/v1/expressions/{request_.rest}"
    answer = client.post(address, request_.text, content_type="application/json")

    assert answer.status_code == 200
    assert answer.json() == json.loads(shown.text)


@pytest.mark.parametrize(
    "request_", [one for one in BLOCKS if one.how == "configuration"], ids=lambda one: one.id
)
def test_a_document_on_the_page_can_be_put(hotel: None, request_: Example) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("anna"))
    method, address = request_.rest.split()
    answer = client.generic(method, address, request_.text, content_type="application/json")

    assert answer.status_code == 201, answer.content


def test_every_field_of_step_events_is_described_and_no_other() -> None:
    page = (ROOT / "docs/api.md").read_text()
    section = page.partition("| fields | |")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]

    assert sorted(re.findall(r"`(\w+)`", " ".join(cells))) == sorted(FIELDS)


def test_every_parameter_of_step_events_is_described_and_no_other() -> None:
    page = (ROOT / "docs/api.md").read_text()
    section = page.partition("| parameter | |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    parameters = {field.alias or name for name, field in StepEventsQuery.model_fields.items()}

    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == parameters
