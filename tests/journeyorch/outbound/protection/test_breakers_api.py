"""Circuit breakers over the API: listed, and closed by somebody who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from journeyorch.access.models import AuditEntry, Sandbox
from journeyorch.outbound.models import Breaker
from tests.journeys.views.conftest import login, sandbox

__all__ = ["login", "sandbox"]

BREAKERS = "/api/v1/breakers"


@pytest.fixture
def operator(login: Any) -> Client:
    return login("view_breaker", "change_breaker")


def open_one(sandbox: Sandbox, endpoint: str = "action:7") -> Breaker:
    return Breaker.objects.create(
        endpoint=endpoint, sandbox=sandbox, failures=12, opened_at=timezone.now(), last_error="HTTP 500"
    )


def test_a_breaker_is_told_of_and_closed(operator: Client, sandbox: Sandbox) -> None:
    row = open_one(sandbox)
    (told,) = operator.get(BREAKERS).json()["items"]
    assert (told["endpoint"], told["failures"], told["lastError"]) == ("action:7", 12, "HTTP 500")
    assert told["openedAt"]
    assert operator.post(f"{BREAKERS}/action:7/close").status_code == 204
    row.refresh_from_db()
    assert (row.failures, row.opened_at) == (0, None)
    assert AuditEntry.objects.filter(verb="closed", object_id="action:7").exists()


def test_who_may_look_may_not_close_and_nobody_elsewhere(
    operator: Client, sandbox: Sandbox, login: Any
) -> None:
    open_one(sandbox)
    onlooker = login("view_breaker")
    assert onlooker.get(BREAKERS).status_code == 200
    assert onlooker.post(f"{BREAKERS}/action:7/close").status_code == 403
    open_one(Sandbox.objects.create(name="other", title="Other"), "action:8")
    assert [one["endpoint"] for one in operator.get(BREAKERS).json()["items"]] == ["action:7"]
    assert operator.post(f"{BREAKERS}/action:8/close").status_code == 404
