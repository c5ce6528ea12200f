"""Takes news of the rooms below into lanes, inside the sender's transaction (architecture.md, Rooms)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import transaction

from datasources.platform.segments.store import MembershipNews
from journeyorch import bulk, wakeup
from journeyorch.bulk import Column, insert
from journeys.activities.reaction import REACTION_OF, reacts
from journeys.engine import tables
from journeys.engine.lanes import lane_of
from journeys.engine.plans import SandboxPlans, plans_of
from journeys.engine.wave.news import segment_keys
from journeys.models import Instance, LaneInput

_CALL = (
    Column("lane_id", "bigint"),
    Column("namespace", "text"),
    Column("person_id", "text"),
    Column("instance_id", "uuid"),
    Column("activity", "text"),
)


def take_feedback(sender: object, *, message_id: UUID, kind: str, at: datetime, **news: Any) -> None:
    """Receiver of ``message_feedback_received``: tell the instance that sent the message.

    A message that no journey sent (a test from the administration) concerns nobody here, and one of a version
    in which nothing waits for that neither: most messages are opened without anybody's having asked.
    """
    reaction = REACTION_OF.get(kind)
    if reaction is None:
        return
    for lane_id, namespace, person_id, instance, activity in bulk.by_ids(
        tables.CALL, tables.UUID, [message_id], _CALL
    ):
        if not _is_waited_for(instance, activity, reaction):
            continue
        told = {"instance": str(instance), "activity": activity, "reaction": reaction}
        detail = orjson.dumps(told).decode()
        row = (
            lane_id, LaneInput.Class.LIVE, LaneInput.Kind.FEEDBACK, namespace, person_id, None, detail, at
        )  # fmt: skip
        bulk.insert(tables.LANE_INPUT, tables.INPUT_COLUMNS, [row])
        transaction.on_commit(partial(wakeup.notify, "drain"))


def _is_waited_for(instance: UUID, activity: str, reaction: str) -> bool:
    """Whether the drawing of the version that the person is in reacts to that."""
    documents = Instance.objects.filter(pk=instance).values_list("version__document", flat=True)
    return any(reacts(document["activities"].values(), activity, reaction) for document in documents)


def take_memberships(
    sender: object, *, sandbox_id: int, news: Sequence[MembershipNews], bulk: bool, **more: Any
) -> None:
    """Receiver of ``segment_membership_changed``: tell all the identities that some journey knows people by.

    The one of a namespace that was seen last lets the person in. Somebody without an identity in a
    journey's namespace is told under another one, so that the discard is seen.
    """
    plans = plans_of(sandbox_id)
    group = LaneInput.Class.BULK if bulk else LaneInput.Class.LIVE
    rows = [
        (
            lane_of(sandbox_id, *told.person), group, LaneInput.Kind.SEGMENT, *told.person,
            one.membership_id, _membership_detail(one, told), one.turn.at,
        )
        for one in news
        for told in _whom_to_tell(one, plans)
    ]  # fmt: skip
    if rows:
        insert(tables.LANE_INPUT, tables.INPUT_COLUMNS, rows, on_conflict="DO NOTHING")
        transaction.on_commit(partial(wakeup.notify, "drain"))


class _Told(NamedTuple):
    """An identity, and in which journeys of which namespaces the person is told under it."""

    person: tuple[str, str]
    namespaces: list[str]
    starts: bool


def _whom_to_tell(one: MembershipNews, plans: SandboxPlans) -> list[_Told]:
    places = plans.places_of(segment_keys(one.segment_id))
    wanted = {plans.namespace_of(place) for place in places}
    told: list[_Told] = []
    seen: set[str] = set()
    for namespace, value, _ in one.identities:
        if namespace in wanted:
            told.append(_Told((namespace, value), [namespace], namespace not in seen))
            seen.add(namespace)
    if (lacking := sorted(wanted - seen)) and one.identities:
        told.append(_Told(one.identities[0][:2], lacking, True))
    return told


def _membership_detail(one: MembershipNews, told: _Told) -> str:
    return orjson.dumps(
        {
            "segment": one.segment_id,
            "name": one.segment_name,
            "status": str(one.turn.status),
            "sequence": one.turn.sequence,
            "at": one.turn.at,
            "namespaces": told.namespaces,
            "starts": told.starts,
        }
    ).decode()
