"""Keeps the messages that are offered as pages of the browser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from actions.tracking.dressing import as_page
from actions.tracking.links import Links
from actions.tracking.models import MirrorPage
from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.outbound.calls import Made

_COLUMNS = [Column("message_id", "uuid"), Column("html", "text"), Column("created_at", "timestamptz")]


def keep_pages(made: Sequence[Made], now: datetime) -> None:
    """Those of sent messages whose template offers it, in the caller's transaction."""
    offered = [
        (each.spec.key, each.prepared.request["message"]["html"])
        for each in made
        if each.prepared and each.prepared.request.get("mirror") and each.outcome.status == "ok"
    ]
    rows = [(key, as_page(html, Links(settings.PUBLIC_URL, key)), now) for key, html in sorted(offered)]
    bulk.insert(MirrorPage._meta.db_table, _COLUMNS, rows, on_conflict="DO NOTHING")
