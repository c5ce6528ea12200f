"""Parks calls whose outcome nobody knows, for those who asked for it (operations.md, People)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from journeyorch import bulk, wakeup
from journeyorch.bulk import Column
from journeys.engine import tables
from journeys.engine.calls.claim import OPEN_CLAIM, Claimed
from journeys.engine.decide import Operation, Verb
from journeys.engine.operations import Target, input_of
from journeys.models import Call

_PARKED = (Column("status", "smallint"), Column("owner", "text"))


def park(calls: Sequence[Claimed], now: datetime) -> None:
    """The calls are made by nobody, and their people wait for an operator; in one transaction.

    Each by itself: a claim that was lost meanwhile leaves the others as they are.
    """
    for call in calls:
        with transaction.atomic():
            row = (call.spec.key, call.token, Call.Status.OPEN, Call.Status.PARKED, None)
            if bulk.update(tables.CALL, OPEN_CLAIM, _PARKED, [row]):
                bulk.insert(tables.LANE_INPUT, tables.INPUT_COLUMNS, [_input(call, now)])
    if calls:
        wakeup.notify("drain")


def _input(call: Claimed, now: datetime) -> tuple[object, ...]:
    spec = call.spec
    target = Target(call.instance_id, call.lane_id, spec.namespace, spec.person_id, None, 0, "", None)
    return input_of(target, Operation(Verb.PARK, "", call=spec.key), now=now, bulk_work=False)
