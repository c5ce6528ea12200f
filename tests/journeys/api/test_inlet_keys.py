"""Keys of inlets over the API: told once, replaced, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from events.ingest.credentials import digest
from events.models import Inlet, InletToken
from journeyorch.access.models import AuditEntry, Sandbox

ADDRESS = "/api/v1/inlets/Web shop/keys"


@pytest.fixture
def inlet(sandbox: Sandbox) -> Inlet:
    return Inlet.objects.create(sandbox=sandbox, key="inlet-1", name="Web shop")


@pytest.fixture
def technical(login: Any) -> Client:
    return login("view_inlet", "change_inlet")


def make(client: Client, **body: Any) -> Any:
    return client.post(ADDRESS, body, content_type="application/json")


def test_a_key_is_told_once(technical: Client, inlet: Inlet) -> None:
    made = make(technical)
    assert made.status_code == 201
    key = made.json()["key"]
    assert InletToken.objects.get().digest == digest(key)
    listed = technical.get(ADDRESS)
    assert [one["id"] for one in listed.json()["items"]] == [made.json()["id"]]
    assert key not in listed.text
    logged = AuditEntry.objects.get(kind="events.inlettoken")
    assert (logged.verb, logged.label, logged.sandbox) == ("created", f"Web shop: {key[:6]}…", inlet.sandbox)
    assert key not in str(logged.changes)


def test_a_new_key_replaces_the_others_within_a_day(technical: Client, inlet: Inlet) -> None:
    first = make(technical).json()["id"]
    client = make(technical, kind="client", rotate=True).json()
    assert client["clientId"]
    left = InletToken.objects.get(pk=first).expires_at
    assert left is not None
    assert left <= timezone.now() + timedelta(hours=24)


def test_a_revoked_key_is_gone(technical: Client, inlet: Inlet) -> None:
    made = make(technical).json()["id"]
    assert technical.delete(f"{ADDRESS}/{made}").status_code == 204
    assert technical.delete(f"{ADDRESS}/{made}").status_code == 404
    assert not inlet.tokens.exists()


def test_what_makes_no_sense_is_refused(technical: Client, inlet: Inlet, login: Any) -> None:
    assert make(technical, expiresAt="2020-01-01T00:00:00Z").status_code == 422
    assert make(technical, kind="paper").status_code == 422
    assert technical.get("/api/v1/inlets/None/keys").status_code == 404
    assert make(login("view_inlet")).status_code == 403
