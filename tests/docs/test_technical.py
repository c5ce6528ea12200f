"""The pieces of configuration on the pages are accepted where they would be entered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from actions.custom_forms import ActionForm
from actions.messages.check import check_template
from actions.payload import problems
from datasources.external.request import placeholders
from datasources.platform.records.linking import Link, linked_document
from datasources.platform.schemas.library import group_names
from datasources.platform.schemas.validate import Validator
from journeyorch.access.models import Sandbox
from journeyorch.expressions import Scope, compile_expression, from_json_schema
from journeyorch.expressions.types import BOOLEAN
from journeyorch.outbound.auth.custom_document import CustomDocument
from journeys.activities.catalog import Catalog
from journeys.activities.room import Room
from tests.docs.pages import ROOT, Example, examples


def by_place(how: str) -> Any:
    return pytest.mark.parametrize("example", examples(how), ids=lambda example: example.id)


@by_place("schema")
def test_schemas_can_be_used(example: Example) -> None:
    assert (
        Validator(json.loads(example.text)).violations({"_id": "1", "timestamp": "2026-05-01T12:00:00Z"})
        == []
    )


@pytest.mark.parametrize("kind", ["event", "profile"])
def test_the_library_is_listed(kind: str) -> None:
    page = (ROOT / "docs/technical.md").read_text()

    assert [name for name in group_names(kind) if f"`{name}`" not in page] == []


@by_place("event")
def test_conditions_and_keys_of_events_compile(example: Example) -> None:
    document = json.loads(examples("schema")[0].text)
    scope = Scope(events={example.rest: from_json_schema(document)})

    assert compile_expression(example.text.strip(), scope).type.name in ("boolean", "string")


@by_place("linked")
def test_fields_of_records_are_read_beside_the_field_that_refers(example: Example) -> None:
    product = {"type": "object", "properties": {"category": {"type": "string"}, "title": {"type": "string"}}}
    link = Link(("items", "sku"), "product", 1, product)
    document = linked_document(json.loads(examples("schema")[0].text), [link])

    scope = Scope(events={example.rest: from_json_schema(document)})
    assert compile_expression(example.text.strip(), scope).type.name == "string"


@by_place("boolean")
def test_conditions_of_journeys_compile(example: Example, catalog: Catalog) -> None:
    assert Room(catalog, {}).compile(example.text.strip(), BOOLEAN).type is BOOLEAN


@by_place("payload")
def test_payloads_of_actions_are_accepted(example: Example) -> None:
    assert list(problems(json.loads(example.text))) == []


@by_place("sent")
def test_payloads_of_field_groups_have_places_for_values(example: Example) -> None:
    assert placeholders(json.loads(example.text)) == {"guest"}


@by_place("headers")
def test_headers_of_actions_are_accepted(example: Example, hotel: Sandbox) -> None:
    filled = {"sandbox": hotel.pk, "name": "Notify", "url": "https://desk.example/", "method": "POST"}
    form = ActionForm({**filled, "auth_type": "none", "headers": example.text})

    assert form.is_valid(), form.errors


@by_place("authentication")
def test_documents_of_custom_authentication_are_accepted(example: Example) -> None:
    CustomDocument.model_validate_json(example.text)


@by_place("liquid")
def test_templates_can_be_saved_with_their_parameters(example: Example) -> None:
    (parameters,) = examples("parameters")
    content = {"subject": "Welcome", "html": example.text, "text": example.text}

    found = check_template(kind=example.rest, content=content, parameters=json.loads(parameters.text))
    assert found == []
