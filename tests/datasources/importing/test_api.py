"""Imports over the API: what a file means is told before, and the import is followed as a task."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from datasources.models import Schema
from journeyorch.access.models import User
from journeyorch.background.running import work

from .conftest import people

IMPORTS = "/api/v1/imports"
TEXT = "CRMID,firstName,visits\n1,Zoe,3\n2,Bob,many\n"


@pytest.fixture
def editor(client: Client, guests: Schema) -> Client:
    client.force_login(User.objects.create_superuser("anna"))
    return client


def post(client: Client, address: str, **body: Any) -> Any:
    return client.post(address, {"schema": "Guests", **body}, content_type="application/json")


def refused_at(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.content
    return [one["pointer"] for one in answer.json()["errors"]]


def test_a_preview_tells_what_an_import_then_does(editor: Client) -> None:
    told = post(editor, f"{IMPORTS}/preview", text=TEXT).json()
    assert [(one["name"], one["path"], one["namespace"]) for one in told["columns"]] == [
        ("CRMID", "", "CRMID"),
        ("firstName", "person.name.firstName", ""),
        ("visits", "visits", ""),
    ]
    first, second = told["lines"]
    assert (first["reason"], first["entity"]["visits"]) == ("", 3)
    assert "no integer" in second["reason"]
    assert people() == {}
    begun = post(editor, IMPORTS, text=TEXT, columns=told["columns"])
    assert begun.status_code == 202, begun.content
    while work(owner="test"):
        pass
    done = editor.get(f"/api/v1/tasks/{begun.json()['id']}").json()
    assert (done["state"], done["badLines"], set(people())) == ("done", 1, {"CRMID:1"})


def test_records_in_json_are_taken_as_they_are(editor: Client) -> None:
    text = '{"identityMap": {"CRMID": [{"id": "7"}]}, "visits": 2}'
    assert post(editor, IMPORTS, text=text, format="jsonl", columns=[]).status_code == 202
    while work(owner="test"):
        pass
    assert set(people()) == {"CRMID:7"}


def test_what_cannot_be_imported_is_refused_at_its_place(editor: Client) -> None:
    wrong = [{"name": "none", "path": "visits"}, {"name": "visits", "path": "nowhere"}]
    assert refused_at(post(editor, IMPORTS, text=TEXT, columns=wrong)) == ["/columns/0/name", "/columns"]
    assert refused_at(post(editor, IMPORTS, text=TEXT, columns=[])) == ["/columns"]
    assert refused_at(post(editor, IMPORTS, text="")) == ["/text"]
    assert refused_at(post(editor, IMPORTS, text=TEXT, schema="Nobody")) == ["/schema"]
    assert editor.get("/api/v1/tasks").json()["items"] == []
