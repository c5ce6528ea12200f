"""The examples that send something are run as they stand against a real server with the demo's data."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

import pytest

from datasources.models import Schema
from events.catalog import catalog_of
from events.mapping.rules import Function, compiled
from events.protocols import Message, adapter_of
from events.protocols.collection import read_message
from journeyorch.access.models import Sandbox
from tests.docs.pages import ROOT, Example, examples
from tests.events.server import environment_for, gunicorn

DEMO = "http://127.0.0.1:8000"
INTERPRETERS = {
    "sh": ["sh", "-eu", "-c"],
    "python": [sys.executable, "-c"],
    "javascript": ["node", "--input-type=module", "--eval"],
}


@pytest.fixture(scope="module")
def environment(django_db_setup, django_db_blocker) -> dict[str, str]:
    """Of processes that use a database of their own, with the hotel loaded."""
    environment = environment_for(django_db_setup()) | {"DEMO": "true"}
    load = [sys.executable, "manage.py", "demo_data"]
    subprocess.run(load, cwd=ROOT, env=environment, check=True, capture_output=True)
    return environment


@pytest.fixture(scope="module")
def address(environment: dict[str, str]) -> Iterator[str]:
    with gunicorn(environment, "--threads=2") as server:
        yield f"http://127.0.0.1:{server.port}"


def new_key(environment: dict[str, str], kind: str) -> list[str]:
    """A key of the hotel's inlet, and its client id."""
    code = (
        "from events.inlets import create_key; from events.models import Inlet;"
        f"print(*create_key(Inlet.objects.get(key='hotel-beacons'), kind={kind!r}))"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    made = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return made.stdout.split()


@pytest.mark.slow
@pytest.mark.one_database
@pytest.mark.parametrize("example", examples("live"), ids=lambda example: example.id)
def test_what_the_page_shows_is_accepted(example: Example, address: str) -> None:
    command = INTERPRETERS[example.language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"left out: {command[0]} is not installed here")
    text = example.text.replace(DEMO, address)
    assert address in text, "the example does not go to the demo"

    ran = subprocess.run([*command, text], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    if example.rest:
        assert ran.stdout.strip().endswith(example.rest)
    else:
        assert json.loads(ran.stdout)["inletId"] == "hotel-beacons"


@pytest.mark.slow
@pytest.mark.one_database
def test_the_signed_request_is_accepted(address: str, environment: dict[str, str]) -> None:
    (example,) = examples("signed")
    text = example.text.replace(DEMO, address).replace("whsec_…", new_key(environment, "signing")[0])
    ran = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ran.stdout)["inletId"] == "hotel-beacons"


@pytest.mark.slow
@pytest.mark.one_database
def test_the_cloud_event_is_accepted(address: str) -> None:
    (example,) = examples("cloudevent")
    text = example.text.replace(DEMO, address)
    ran = subprocess.run(["sh", "-c", text], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "202"


@pytest.mark.slow
@pytest.mark.one_database
@pytest.mark.parametrize("example", examples("edge"), ids=lambda example: example.id)
def test_the_edge_networks_requests_are_answered_with_the_visitor(example: Example, address: str) -> None:
    text = example.text.replace(DEMO, address)
    ran = subprocess.run(["sh", "-c", text], capture_output=True, text=True, timeout=60, check=True)
    assert [each["type"] for each in json.loads(ran.stdout)["handle"]] == ["identity:result"]


@pytest.mark.slow
@pytest.mark.one_database
def test_the_plain_json_is_accepted(address: str) -> None:
    (example,) = examples("plain")
    text = example.text.replace(DEMO, address)
    ran = subprocess.run(["sh", "-c", text], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ran.stdout)["accepted"] == 2


def test_the_rows_make_of_the_message_what_the_page_shows() -> None:
    rows, sent, became = (
        json.loads(example.text) for name in ("rows", "sent-plain", "became") for example in examples(name)
    )
    normalized = adapter_of("json").normalize(sent, received_at=datetime.now(UTC))
    assert compiled(rows).over(normalized).entity == became


def test_every_function_of_a_mapping_is_explained() -> None:
    page = (ROOT / "docs" / "ingestion.md").read_text()
    assert [name for name in get_args(Function) if name and f"`{name}`" not in page] == []


@pytest.mark.slow
@pytest.mark.one_database
def test_the_request_for_a_token_gets_one(address: str, environment: dict[str, str]) -> None:
    (example,) = examples("token")
    secret, client = new_key(environment, "client")
    text = example.text.replace(DEMO, address).replace("CLIENT-ID:CLIENT-SECRET", f"{client}:{secret}")
    ran = subprocess.run(["sh", "-c", text], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ran.stdout)["token_type"] == "Bearer"


@pytest.mark.parametrize("example", examples("message"), ids=lambda example: example.id)
def test_messages_are_valid_events_of_their_schema(example: Example, hotel: Sandbox) -> None:
    message = read_message(json.loads(example.text))
    assert isinstance(message, Message), message
    normalized = adapter_of("collection").normalize(message.value, received_at=datetime.now(UTC))
    catalog = catalog_of(hotel.pk)
    schema = catalog.schemas[Schema.objects.get(name="Hotel visit").pk]

    assert normalized.schema_ref == schema.ref
    assert schema.violations(normalized.entity) == []
    assert catalog.matcher.system_event(normalized.entity) is not None
