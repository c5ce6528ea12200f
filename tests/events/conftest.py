"""Inlets to send to, and a client that sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
import pytest
from django.test import Client

from events import catalog
from events.ingest import doors
from events.ingest.credentials import digest
from events.models import Inlet, InletToken
from journeyorch.access.models import Sandbox
from tests.events.seed import KEY


@pytest.fixture(autouse=True)
def _no_inlets_remembered() -> None:
    """Generations repeat when a test is rolled back."""
    doors.forget_all()
    catalog.forget_all()


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return Sandbox.objects.get(name="prod")


@pytest.fixture
def inlet(sandbox: Sandbox) -> Inlet:
    inlet = Inlet.objects.create(sandbox=sandbox, key="inlet-1", name="Website")
    InletToken.objects.create(inlet=inlet, digest=digest(KEY), hint=KEY[:4])
    return inlet


class Sent(NamedTuple):
    """What came back."""

    status: int
    body: Any
    headers: Any


Send = Callable[..., Sent]


@pytest.fixture
def send(client: Client) -> Send:
    """Post bytes, or a value as JSON, to an inlet; with its key unless told otherwise."""

    def post(
        what: Any,
        *,
        inlet: str = "inlet-1",
        batch: bool = False,
        query: str = "",
        key: str | None = KEY,
        media_type: str = "application/json",
        **headers: str,
    ) -> Sent:
        address = f"/collection/{'batch/' if batch else ''}{inlet}{query}"
        authorization = {"Authorization": f"Bearer {key}"} if key is not None else {}
        data = what if isinstance(what, bytes) else orjson.dumps(what)
        response = client.post(address, data, content_type=media_type, headers=authorization | headers)
        return Sent(response.status_code, response.json(), response.headers)

    return post


def message(entity_id: str | None = "e-1", /, **entity: Any) -> dict[str, Any]:
    """One message of the streaming protocol."""
    named = {"_id": entity_id} if entity_id is not None else {}
    body = {"xdmEntity": {**named, "timestamp": "2026-11-23T10:00:00Z", **entity}}
    return {"header": {"imsOrgId": "ABC123@AdobeOrg", "source": {"name": "test"}}, "body": body}
