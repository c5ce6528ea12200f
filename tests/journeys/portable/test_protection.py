"""Caps and throttles in export files: under the same ids in another sandbox, in force if they were."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from journeyorch.access.models import Sandbox
from journeyorch.outbound.models import CappingConfig, ThrottlingConfig
from journeyorch.outbound.protection import lifecycle
from journeyorch.portable.exporting import export
from journeyorch.portable.importing import Conflicts, Plan, Terms, import_

pytestmark = pytest.mark.django_db
_URL = "https://api.example/*"
_SERVICES = {"action": {"rating": {"maxCallsCount": 10, "periodInMs": 1000}}}


@pytest.fixture
def file() -> dict[str, Any]:
    prod, now = Sandbox.objects.get(name="prod"), timezone.now()
    cap = CappingConfig(sandbox=prod, url=_URL, methods=["POST"], services=_SERVICES)
    lifecycle.deploy(lifecycle.save(cap, by=None, now=now), by=None, now=now)
    throttle = ThrottlingConfig(
        sandbox=prod, name="Slow", url_pattern=_URL, methods=["GET"], max_throughput=200
    )
    lifecycle.save(throttle, by=None, now=now)
    return export([*CappingConfig.objects.all(), *ThrottlingConfig.objects.all()])


@pytest.fixture
def other() -> Sandbox:
    return Sandbox.objects.create(name="other", title="Other")


def bring(content: Any, sandbox: Sandbox, conflicts: Conflicts = Conflicts.REFUSE) -> Plan:
    return import_(sandbox, content, Terms(conflicts))


def outcomes(plan: Plan) -> list[str]:
    return [item.outcome.value for item in plan.items]


def test_they_come_into_another_sandbox_under_the_same_ids(file: dict[str, Any], other: Sandbox) -> None:
    assert outcomes(bring(file, other)) == ["created", "created"]
    mine, theirs = CappingConfig.objects.order_by("pk")
    assert (theirs.sandbox, theirs.uid, theirs.deployed) == (other, mine.uid, mine.deployed)
    slow = ThrottlingConfig.objects.get(sandbox=other)
    assert (slow.max_throughput, slow.is_deployed) == (200, False)
    assert outcomes(bring(file, other)) == ["kept", "kept"]


def test_what_is_replaced_is_in_force_as_the_file_says(file: dict[str, Any], other: Sandbox) -> None:
    bring(file, other)
    file["caps"][0]["services"]["action"]["rating"]["maxCallsCount"] = 20
    file["throttles"][0]["deployed"] = True
    assert outcomes(bring(file, other)) == ["conflict", "conflict"]
    assert outcomes(bring(file, other, Conflicts.REPLACE)) == ["replaced", "replaced"]
    cap = CappingConfig.objects.get(sandbox=other)
    assert cap.deployed == cap.terms
    assert cap.terms["services"]["action"]["rating"]["maxCallsCount"] == 20
    throttle = ThrottlingConfig.objects.get(sandbox=other)
    assert throttle.is_deployed
    lifecycle.delete(throttle, force=True, now=timezone.now())
    assert outcomes(bring(file, other)) == ["kept", "created"], "one that is being wound up is gone"


def test_what_cannot_be_in_force_is_refused(file: dict[str, Any], other: Sandbox) -> None:
    file["caps"][0]["methods"] = []
    file["throttles"][0]["uid"] = "7"
    assert outcomes(bring(file, other)) == ["refused", "refused"]
    assert not CappingConfig.objects.filter(sandbox=other).exists()
