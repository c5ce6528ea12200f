"""Nothing runs in a sandbox while it is emptied: no events are routed, no wave runs, no call is made."""

from __future__ import annotations

from django.db.models import F

from journeys.engine.lanes import ensure_lanes
from journeys.models import JourneyVersion
from journeys.models.lane import Lane, RouterLease

Status = JourneyVersion.Status
_HALTED = "nobody: the sandbox is being reset"


def halt(sandbox_id: int) -> None:
    """Take the lanes from everybody, and stop all versions, so that open calls are dropped.

    Whoever has a lane finds another token, and nothing of its wave is written. A lease that has an owner and
    no end is never free.
    """
    ensure_lanes(sandbox_id)
    _give_all_lanes_to(_HALTED, sandbox_id)
    running = JourneyVersion.objects.filter(
        sandbox=sandbox_id, status__in=(Status.LIVE, Status.CLOSED, Status.TEST)
    )
    running.update(status=Status.STOPPED)


def go_on(sandbox_id: int) -> None:
    """Let whoever drains take the lanes again; what was suspected in them is gone."""
    _give_all_lanes_to(None, sandbox_id)


def _give_all_lanes_to(owner: str | None, sandbox_id: int) -> None:
    for model in (Lane, RouterLease):
        leases = model.objects.filter(sandbox=sandbox_id)
        list(leases.order_by("pk").select_for_update().values_list("pk"))  # in the order of waves
        leases.update(
            owner=owner, token=F("token") + 1, lease_until=None, crashes=0, careful=0, suspect=None,
            begun=False,
        )  # fmt: skip
