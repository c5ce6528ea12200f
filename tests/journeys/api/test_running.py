"""How the installation is, and why nobody enters a version, over the API."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from events.models import Inlet, Quarantined, ReceivedEvent
from journeyorch.access.models import Sandbox
from journeyorch.outbound.models import Breaker
from tests.journeys.views.conftest import live

__all__ = ["live"]


def test_operations_tell_what_is_late_and_what_fails(login: Any, sandbox: Sandbox) -> None:
    now, inlet = timezone.now(), Inlet.objects.create(sandbox=sandbox, key="inlet-1", name="Web shop")
    row = ReceivedEvent.objects.create(sandbox=sandbox, inlet=inlet, received_at=now, routed=True, body="{}")
    Quarantined.objects.create(received_event=row, sandbox=sandbox, code="invalid", message="…", at=now)
    Breaker.objects.create(endpoint="action:7", sandbox=sandbox, failures=3, last_error="HTTP 500")
    told = login("view_inlet").get("/api/v1/operations").json()
    assert told["hosts"] == []
    assert told["lag"] == {
        "unrouted": 0, "unroutedSeconds": 0, "inputSeconds": 0, "timerSeconds": 0, "isLate": False
    }  # fmt: skip
    assert told["quarantined"] == [{"code": "invalid", "events": 1}]
    assert [(one["label"], one["failures"]) for one in told["systems"]] == [("action:7", 3)]
    assert login("view_journey").get("/api/v1/operations").status_code == 403


def test_it_is_said_why_nobody_enters(login: Any, draft: Any, sandbox: Sandbox) -> None:
    address = f"/api/v1/versions/{draft.uid}/entering"
    told = login("view_journey").get(address).json()
    first = told["findings"][0]
    assert (first["name"], first["verdict"]) == ("status", "fault")
    assert first["evidence"] in told["verdict"]
    assert login("view_inlet").get(address).status_code == 403
    draft.sandbox = Sandbox.objects.create(name="other", title="Other")
    draft.save()
    assert login("view_journey").get(address).status_code == 404
