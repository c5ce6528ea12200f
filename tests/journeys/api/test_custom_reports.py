"""Saved reports over the API: one's own and shared ones."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from journeyorch.access.models import Sandbox, User
from journeys.models import Report

ADDRESS = "/api/v1/reports/custom"
BODY = {"name": "By day", "panels": [{"metrics": ["entered"], "dimensions": ["day"], "period": "7"}]}


@pytest.fixture
def author(login: Any) -> Client:
    return login("view_report", "change_report")


def save(client: Client, body: Any = BODY, *, at: str = ADDRESS) -> Any:
    method = client.post if at == ADDRESS else client.put
    return method(at, body, content_type="application/json")


def test_a_report_is_kept_read_shown_and_deleted(author: Client, sandbox: Sandbox) -> None:
    made = save(author)
    assert made.status_code == 201, made.text
    one = made["Location"]
    assert author.get(one).json() == made.json()
    assert made.json()["panels"][0]["dimensions"] == ["day"]
    table = author.get(f"{one}/tables").json()["panels"][0]
    assert table["columns"] == ["Day", "Entered"]
    changed = save(author, {**BODY, "name": "Daily"}, at=one).json()
    assert changed["name"] == author.get(ADDRESS).json()["items"][0]["name"] == "Daily"
    assert author.delete(one).status_code == 204
    assert author.get(one).status_code == 404


def test_others_see_what_is_shared_and_change_nothing(author: Client, login: Any, sandbox: Sandbox) -> None:
    bert = User.objects.create_user("bert")
    kept = {"sandbox": sandbox, "owner": bert, "definition": {"panels": BODY["panels"]}}
    shared = Report.objects.create(name="Shared", shared=True, **kept)
    own = Report.objects.create(name="His own", **kept)
    assert [one["name"] for one in author.get(ADDRESS).json()["items"]] == ["Shared"]
    assert author.get(f"{ADDRESS}/{own.uid}").status_code == 404
    assert save(author, at=f"{ADDRESS}/{shared.uid}").status_code == 403
    assert author.delete(f"{ADDRESS}/{shared.uid}").status_code == 403
    assert save(login("view_report")).status_code == 403


def test_a_report_that_makes_no_sense_is_refused(author: Client, sandbox: Sandbox) -> None:
    assert save(author, {**BODY, "panels": [{"metrics": ["luck"]}]}).status_code == 422
    assert save(author, {"name": "", "panels": []}).status_code == 422
    assert not Report.objects.exists()
