"""The API's description: whole, and true of what the endpoints do with anything that fits it or does not."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import schemathesis
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from events.catalog import forget_all
from events.ingest import doors
from events.ingest.credentials import digest
from events.models import Inlet, InletToken
from events.protocols import adapters
from journeyorch.access.models import Sandbox, User
from journeyorch.api.description import description
from journeyorch.wsgi import application
from tests.events.seed import INLET, KEY

pytestmark = pytest.mark.django_db
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# The same examples in every run: a surprise belongs to the change that brings it.
_EXAMPLES = settings(
    max_examples=4,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests go past the test client, which would keep them from closing the test's connection."""
    monkeypatch.setattr(connections[DEFAULT_DB_ALIAS], "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture
def inlet() -> Inlet:
    doors.forget_all()
    forget_all()
    inlet = Inlet.objects.create(sandbox=Sandbox.objects.get(name="prod"), key=INLET, name="Website")
    InletToken.objects.create(inlet=inlet, digest=digest(KEY), hint=KEY[:4])
    return inlet


@pytest.fixture
def headers(client: Client, inlet: Inlet) -> dict[str, str]:
    """Of somebody who may do everything, and of a sender of the inlet."""
    client.force_login(User.objects.create_superuser("anna", password="x"))
    token = "a" * 32
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}"
    return {"Cookie": cookies, "X-CSRFToken": token, "Authorization": f"Bearer {KEY}"}


#: Of the kinds of configuration, which share all of their code, one.
_TAGS = [
    "Expressions",
    "Step events",
    "People",
    "Ingestion",
    "Events",
    "Journeys",
    "People in journeys",
    "Reports",
    "Keys of inlets",
    "Audit log",
    "Drafts",
    "Capping and throttling",
    "Transfer of journeys",
    "Received events",
    "Quarantine",
    "Suppression list",
    "Consents",
    "Deliveries",
    "Requests of people",
    "Imports of records",
    "Background tasks",
    "Operations",
    "Sandboxes",
    "Users and groups",
    "API credentials",
    "Profiles",
    "Records",
    "Campaign messages",
    "Search",
]


@pytest.mark.slow
@pytest.mark.one_database("postgres")  # the stricter one
@pytest.mark.parametrize("tag", _TAGS)
def test_whatever_is_sent_is_answered_as_described(tag: str, headers: dict[str, str]) -> None:
    operations = [found.ok() for found in described().include(tag=tag).get_all_operations()]
    assert operations
    for operation in operations:
        _attempt(operation, GenerationMode.POSITIVE, headers)
        if tag != "Ingestion":  # whose bodies may be any JSON
            _attempt(operation, GenerationMode.NEGATIVE, headers)


@cache
def described() -> Any:
    """Read once: what it says of one tag holds for all."""
    schema = schemathesis.openapi.from_dict(description())
    schema.app = application
    return schema


def _attempt(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @_EXAMPLES
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: Any) -> None:
        if "inlet" in case.path_parameters:
            case.path_parameters["inlet"] = INLET
        if "x-sandbox-name" in case.headers:
            del case.headers["x-sandbox-name"]
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=_CHECKS)

    attempt()


def test_every_address_of_a_protocol_is_described_as_it_answers() -> None:
    offered = sum(route.offered for adapter in adapters() for route in adapter.routes)
    items = [item for path, item in description()["paths"].items() if _tags(item) == {"Ingestion"}]
    assert len(items) == offered
    batch = description()["paths"]["/collection/batch/{inlet}"]["post"]["responses"]
    assert set(batch) >= {"207", "400", "401", "403", "413", "415", "429", "503"}
    assert "application/problem+json" in batch["503"]["content"]


def _tags(item: dict[str, Any]) -> set[str]:
    return {tag for operation in item.values() for tag in operation["tags"]}


def test_the_description_is_served_as_json_and_as_a_page(client: Client) -> None:
    assert client.get("/api/v1/openapi.json").status_code == 401
    client.force_login(User.objects.create_superuser("anna", password="x"))
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "/data/core/ups/access/entities" in document["paths"]
    page = client.get("/api/v1/").content.decode()
    assert "POST /api/v1/expressions/check" in page
    assert "POST /collection/batch/{inlet}" in page
    assert "notSimple" in page, "the form of the answer"


def test_no_two_operations_share_a_name() -> None:
    items = description()["paths"].values()
    names = [operation["operationId"] for item in items for operation in item.values()]
    assert len(names) == len(set(names))
