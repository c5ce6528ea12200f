"""How many messages Adobe Campaign takes, whatever else is configured."""

from __future__ import annotations

import hashlib

from actions.models import Action
from journeyorch.outbound import capping
from journeyorch.outbound.auth import origin_of
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.capping import Limit

#: By the type of the action; custom actions have none of their own.
PRESETS = {
    Action.Type.CAMPAIGN_STANDARD: Limit(4_000, period_ms=5 * 60_000),
    Action.Type.CAMPAIGN: Limit(50_000, period_ms=60 * 60_000),
}


def refused(kind: str, *, sandbox_id: int, url: str) -> Outcome | None:
    """Take a slot for one attempt of an action of this type; the call's end if there is none."""
    limit = PRESETS.get(Action.Type(kind))
    if limit is None or capping.take(_endpoint(sandbox_id, url), limit):
        return None
    minutes = limit.period_ms // 60_000
    message = f"Adobe Campaign takes {limit.calls} messages in {minutes} minutes, and these were sent."
    return Outcome("capped", "capped", message=message)


def _endpoint(sandbox_id: int, url: str) -> str:
    """All templates of one instance share what it takes: the same host, in the same sandbox."""
    host = hashlib.sha256(origin_of(url).encode()).hexdigest()[:16]
    return f"campaign:{sandbox_id}:{host}"
