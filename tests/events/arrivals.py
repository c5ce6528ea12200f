"""What became of all that was received so far: routed, and in XDM."""

from __future__ import annotations

from typing import Any

from events.catalog import catalog_of
from events.loading import load_entities, load_raw
from events.models import Inlet, ReceivedEvent
from events.routing import Routed, route


def routed(inlet: Inlet) -> list[Routed]:
    """In order of receipt."""
    return route(load_raw(_ids()), catalog_of(inlet.sandbox_id))


def entities(inlet: Inlet) -> list[dict[str, Any]]:
    """What came, in XDM; each follows its schema."""
    assert [one.problem for one in routed(inlet)] == [None] * ReceivedEvent.objects.count()
    found = load_entities(_ids(), catalog_of(inlet.sandbox_id))
    return [dict(found[id].entity) for id in _ids()]


def _ids() -> list[int]:
    return list(ReceivedEvent.objects.order_by("id").values_list("id", flat=True))
