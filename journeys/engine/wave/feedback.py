"""What was recorded of the messages of a wave's instances, before anything is decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from actions.messages.feedback import load_feedback
from journeyorch import bulk
from journeyorch.bulk import Column
from journeys.activities.reaction import REACTION_OF
from journeys.engine import tables
from journeys.engine.decide import Key
from journeys.engine.decide.values import feedback_key

FeedbackOf = Mapping[UUID, Mapping[Key, datetime]]


def recorded_feedback(instances: Collection[UUID]) -> FeedbackOf:
    """By instance, each reaction with its earliest time."""
    messages = _messages_of(instances)
    found: dict[UUID, dict[Key, datetime]] = defaultdict(dict)
    for message, recorded in load_feedback(messages).items():
        instance, activity = messages[message]
        for kind, at in recorded:
            if kind not in REACTION_OF:
                continue
            key = feedback_key(activity, REACTION_OF[kind])
            found[instance][key] = min(at, found[instance].get(key, at))
    return found


def _messages_of(instances: Collection[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Instance and activity of each message that was to be sent."""
    ordered = sorted(instances)
    rows = bulk.lookup(
        tables.CALL,
        [Column("instance_id", "uuid")],
        [(instance,) for instance in ordered],
        [tables.UUID, Column("activity", "text")],
        # Messages of Adobe Campaign are custom actions; nothing is recorded of the other ones.
        condition="t.kind IN ('message', 'custom_action')",
        limit=None,
    )
    return {message: (ordered[ordinal], activity) for ordinal, message, activity in rows}
