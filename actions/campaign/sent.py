"""Messages that Campaign Standard took are remembered, so that it can be asked what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from actions.campaign.standard import PAUSES
from actions.models import CampaignMessage
from journeyorch.outbound.calls import Made


def remember(made: Iterable[Made], now: datetime) -> None:
    """Those calls that were answered with the address of a message; for a handler's ``record``."""
    rows = [
        CampaignMessage(
            sandbox_id=call.spec.sandbox_id,
            message_id=call.spec.key,
            action_id=call.spec.spec["action"],
            href=str(call.outcome.data["href"])[:2000],
            status=str(call.outcome.data.get("status") or "pending")[:40],
            created_at=now,
            ask_at=now + PAUSES[0],
        )
        for call in made
        if isinstance(call.outcome.data, dict) and call.outcome.data.get("href")
    ]
    CampaignMessage.objects.bulk_create(rows, ignore_conflicts=True)
