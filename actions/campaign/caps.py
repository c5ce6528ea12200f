"""How many messages Adobe Campaign takes: caps that hold without being configured."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from actions.campaign.standard import root_of
from actions.models import Action
from journeyorch.outbound.auth import origin_of
from journeyorch.outbound.capping import Limit
from journeyorch.outbound.protection.patterns import WILDCARD, Pattern, read_pattern
from journeyorch.outbound.protection.rules import ACTION, Cap

#: By the type of the action; custom actions have none of their own.
PRESETS = {
    Action.Type.CAMPAIGN_STANDARD: Limit(4_000, period_ms=5 * 60_000),
    Action.Type.CAMPAIGN: Limit(50_000, period_ms=60 * 60_000),
}
# Not GET: asking what became of a message sends none.
_SENDING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def preset_caps(sandbox_id: int) -> Iterator[Cap]:
    """One for each instance: all its templates share what it takes."""
    rows = Action.objects.filter(sandbox_id=sandbox_id, type__in=PRESETS).select_related("instance")
    for kind, root in dict.fromkeys((row.type, _root(row)) for row in rows.order_by("pk")):
        pattern = read_pattern(f"{root}{WILDCARD}")
        if isinstance(pattern, Pattern):
            yield Cap(
                _key(sandbox_id, kind, root), pattern, _SENDING, ACTION, PRESETS[Action.Type(kind)], None
            )


def _root(row: Action) -> str:
    """Below which an instance takes messages; one of v7 or v8 is known by its host only."""
    if row.instance is not None:
        return root_of(row.instance.url, row.instance.organization)
    return f"{origin_of(row.url)}/"


def _key(sandbox_id: int, kind: str, root: str) -> str:
    return f"{kind}:{sandbox_id}:{hashlib.sha256(root.encode()).hexdigest()[:16]}"
