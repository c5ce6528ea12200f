"""Operations on their way to the lanes: written by whoever wants them, carried out by the lane's owner.

So nobody writes an instance but the wave that holds its lane, and an operator never races with a worker.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from journeyorch import bulk
from journeyorch.bulk import Column
from journeys.engine import tables
from journeys.engine.decide import Operation, Verb
from journeys.models import LaneInput, StepEvent

_INSTANCE = Column("instance_id", "uuid")


class Target(NamedTuple):
    """The columns of an instance by which an operation finds it."""

    id: UUID
    lane_id: int
    namespace: str
    person_id: str
    journey_id: int | None  # None: nobody is to be let in again, so that it does not matter
    run: int
    activity: str
    revision: int | None  # as it was seen; None: however it is by then


class Asked(NamedTuple):
    """An operation as its lane finds it. ``place``: the key of the person's entrance."""

    instance_id: UUID
    place: tuple[int, bool, str, str] | None
    revision: int | None
    operation: Operation


def input_of(target: Target, operation: Operation, *, now: datetime, bulk_work: bool) -> tuple[Any, ...]:
    """The lane input of an operation, as ``tables.INPUT_COLUMNS`` names its columns."""
    work = LaneInput.Class.BULK if bulk_work else LaneInput.Class.LIVE
    return (
        target.lane_id, work, LaneInput.Kind.OPERATION, target.namespace, target.person_id, None,
        _text(target, operation), now,
    )  # fmt: skip


def _text(target: Target, operation: Operation) -> str:
    detail = {
        "instance": str(target.id),
        "place": _place_of(target),
        "revision": target.revision,
        "verb": operation.verb,
        "activity": operation.activity,
        "path": operation.path,
        "by": operation.by,
        "call": str(operation.call) if operation.call else None,
    }
    return orjson.dumps(detail).decode()


def _place_of(target: Target) -> list[Any] | None:
    if target.journey_id is None:
        return None
    return [target.journey_id, target.run > 0, target.namespace, target.person_id]


def read_asked(text: str) -> Asked:
    """The operation of a lane input."""
    data: Mapping[str, Any] = orjson.loads(text)
    place = tuple(data["place"]) if data["place"] else None
    call = UUID(data["call"]) if data["call"] else None
    operation = Operation(Verb(data["verb"]), data["activity"], data["path"], data["by"], call)
    return Asked(UUID(data["instance"]), place, data["revision"], operation)


def next_sequences(instance_ids: Collection[UUID]) -> dict[UUID, int]:
    """The sequence of each instance's next step event, as its step events say."""
    ordered = sorted(instance_ids)
    found = bulk.lookup(
        tables.STEP_EVENT,
        [_INSTANCE],
        [(id,) for id in ordered],
        [Column("sequence", "integer")],
        condition=f"t.status <> {StepEvent.Status.DISCARDED:d}",
        order_by="t.sequence DESC",
        limit=1,
    )
    return {ordered[ordinal]: sequence + 1 for ordinal, sequence in found}
