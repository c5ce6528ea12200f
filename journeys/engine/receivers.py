"""Takes news of the rooms below into lanes, inside the sender's transaction (architecture.md, Rooms)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from journeyorch import bulk, wakeup
from journeyorch.bulk import Column
from journeys.activities.reaction import REACTION_OF
from journeys.engine import tables
from journeys.models import LaneInput

_CALL = (
    Column("lane_id", "bigint"),
    Column("namespace", "text"),
    Column("person_id", "text"),
    Column("instance_id", "uuid"),
    Column("activity", "text"),
)


def take_feedback(sender: object, *, message_id: UUID, kind: str, at: datetime, **news: Any) -> None:
    """Receiver of ``message_feedback_received``: tell the instance that sent the message.

    A message that no journey sent (a test from the administration) concerns nobody here.
    """
    for lane_id, namespace, person_id, instance, activity in bulk.by_ids(
        tables.CALL, tables.UUID, [message_id], _CALL
    ):
        told = {"instance": str(instance), "activity": activity, "reaction": REACTION_OF[kind]}
        detail = orjson.dumps(told).decode()
        row = (
            lane_id, LaneInput.Class.LIVE, LaneInput.Kind.FEEDBACK, namespace, person_id, None, detail, at
        )  # fmt: skip
        bulk.insert(tables.LANE_INPUT, tables.INPUT_COLUMNS, [row])
        transaction.on_commit(partial(wakeup.notify, "drain"))
