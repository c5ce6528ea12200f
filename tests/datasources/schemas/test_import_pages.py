"""Importing with the screens: preview, confirmation, and everything that somebody may upload instead."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from datasources.models import Component, Dataset, PendingImport, Schema
from datasources.platform.schemas import component_admin
from datasources.platform.schemas.composing import recompose
from datasources.platform.schemas.library import compose
from journeyorch.access.models import Sandbox, User
from tests.datasources.schemas.xdm.test_importing import ROOM, group, zipped

pytestmark = pytest.mark.django_db

UPLOAD = "admin:datasources_component_import"


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox.objects.get(name="prod")


@pytest.fixture
def admin_client(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("technical", password="x"))
    return client


def upload(client: Client, sandbox: Sandbox, data: bytes, name: str = "room.json") -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(reverse(UPLOAD), {"sandbox": sandbox.pk, "file": file}, follow=True)


def test_nothing_is_imported_before_the_preview_was_seen(admin_client: Client, sandbox: Sandbox) -> None:
    page = upload(admin_client, sandbox, json.dumps(ROOM).encode())
    assert "urn:stay" in page.content.decode()
    assert not Component.objects.exists()

    confirmed = admin_client.post(page.request["PATH_INFO"], follow=True)
    assert "1 component was imported" in confirmed.content.decode()
    assert not PendingImport.objects.exists()
    component = Component.objects.get()
    shown = admin_client.get(reverse("admin:datasources_component_change", args=[component.pk]))
    assert "Room (room)" in shown.content.decode()
    again = upload(admin_client, sandbox, json.dumps(ROOM).encode())
    assert "nothing to import" in again.content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "not valid JSON"),
        (b'"<script>alert(1)</script>"', "nothing to import"),
        (json.dumps(group("<script>", a={"type": "nonsense"})).encode(), "&lt;script&gt;"),
        (zipped(("../up.json", "{}")).getvalue(), "leads out"),
        (b"PK\x03\x04", "damaged"),
        (b"\x00\xff" * 100, "not valid JSON"),
        (b"", "empty"),
    ],
    ids=range(7),
)
def test_whatever_is_uploaded_gets_a_page(
    admin_client: Client, sandbox: Sandbox, data: bytes, words: str
) -> None:
    page = upload(admin_client, sandbox, data)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert "<script>" not in page.content.decode().replace("<script src", "").replace("<script type", "")
    if PendingImport.objects.exists():
        admin_client.post(page.request["PATH_INFO"])
    assert not Component.objects.exists()


def test_a_huge_file_is_refused(
    admin_client: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(component_admin, "_MAX_UPLOAD", 10)
    assert "larger than" in upload(admin_client, sandbox, b" " * 11).content.decode()
    assert not PendingImport.objects.exists()


def test_a_change_that_takes_fields_away_is_a_conflict(admin_client: Client, sandbox: Sandbox) -> None:
    admin_client.post(upload(admin_client, sandbox, json.dumps(ROOM).encode()).request["PATH_INFO"])
    schema = Schema(sandbox=sandbox, name="Stays", kind="event", groups=["urn:stay"], document={})
    recompose(schema)
    schema.save()
    page = upload(admin_client, sandbox, json.dumps(group()).encode())
    assert "would lose" in page.content.decode()
    assert "would lose" in admin_client.post(page.request["PATH_INFO"]).content.decode()
    delete = reverse("admin:datasources_component_delete", args=[Component.objects.get().pk])
    admin_client.post(delete, {"post": "yes"})
    assert Component.objects.get().document == ROOM


def test_uploads_are_ones_own_and_do_not_stay(admin_client: Client, sandbox: Sandbox, client: Client) -> None:
    address = upload(admin_client, sandbox, json.dumps(ROOM).encode()).request["PATH_INFO"]
    PendingImport.objects.update(created_at=PendingImport.objects.get().created_at - timedelta(hours=2))
    upload(admin_client, sandbox, json.dumps(ROOM).encode())
    assert PendingImport.objects.count() == 1
    assert "This upload is over" in admin_client.post(address, follow=True).content.decode()

    other = Client()
    other.force_login(User.objects.create_superuser("other", password="x"))
    latest = reverse("admin:datasources_component_confirm", args=[PendingImport.objects.get().pk])
    assert "This upload is over" in other.post(latest, follow=True).content.decode()
    assert not Component.objects.exists()


def test_importing_needs_the_permission(sandbox: Sandbox) -> None:
    client = Client()
    client.force_login(User.objects.create_user("looker", password="x", is_staff=True))
    assert client.get(reverse(UPLOAD)).status_code == 403
    assert client.get(reverse("admin:datasources_component_confirm", args=[1])).status_code == 403


def test_datasets_are_added_and_the_default_stays(admin_client: Client, sandbox: Sandbox) -> None:
    schema = Schema.objects.create(sandbox=sandbox, name="X", kind="event", document=compose("event"))
    add = reverse("admin:datasources_dataset_add")
    sent = {"sandbox": sandbox.pk, "schema": schema.pk, "name": "Tests", "key": "5f0e<b>"}
    assert admin_client.post(add, sent).status_code == 200
    assert admin_client.post(add, {**sent, "key": "5f0e"}).status_code == 302
    assert admin_client.post(add, {**sent, "key": "5f0e"}).status_code == 200
    default = Dataset.objects.get(is_default=True)
    admin_client.post(reverse("admin:datasources_dataset_delete", args=[default.pk]), {"post": "yes"})
    assert Dataset.objects.filter(is_default=True).exists()
    admin_client.post(reverse("admin:datasources_schema_delete", args=[schema.pk]), {"post": "yes"})
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "In Zeile 1, Spalte 2 ist das kein gültiges JSON."),
        (
            zipped(("../up.json", "{}")).getvalue(),
            "Die Zip-Datei enthält einen Pfad, der aus ihr hinausführt.",
        ),
        (
            json.dumps(group("urn:x", a={"$ref": "urn:y"})).encode(),
            "Es verweist auf urn:y, was nicht dabei ist.",
        ),
    ],
    ids=range(3),
)
def test_what_is_wrong_with_a_file_is_said_in_the_readers_language(
    admin_client: Client, sandbox: Sandbox, data: bytes, words: str
) -> None:
    admin_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"

    assert words in upload(admin_client, sandbox, data).content.decode()
