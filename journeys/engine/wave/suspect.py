"""Takes out what has killed a worker three times, so that its lane goes on (engine.md § 3)."""

from __future__ import annotations

import logging
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import F

from events.models import Quarantined
from journeyorch import bulk
from journeys.engine.lanes import Leased, fence
from journeys.engine.plans import plans_of
from journeys.models import Call, Entrance, Instance, Lane, LaneInput, StepEvent

logger = logging.getLogger(__name__)


def take_out(leased: Leased) -> None:
    """Quarantine the lane's suspect and end its instances in error, without looking into their state.

    What is in the state may be the very thing that kills us.
    """
    kind, _, id = (leased.suspect or "").partition(":")
    logger.error("Lane %s: %s killed its worker three times and is taken out", leased.id, leased.suspect)
    with transaction.atomic():
        fence([leased])
        if kind == "instance":
            _end([UUID(id)])
        elif (one := LaneInput.objects.filter(pk=id).first()) is not None:
            _end(_instances_of(one, leased.id))
            if one.kind == LaneInput.Kind.EVENT:
                _quarantine(one, leased.id)
            one.delete()


def _instances_of(one: LaneInput, lane_id: int) -> list[UUID]:
    if one.kind == LaneInput.Kind.CALL_RESULT:
        return list(Call.objects.filter(pk=UUID(one.detail)).values_list("instance_id", flat=True))
    if one.kind != LaneInput.Kind.EVENT:
        return []
    journeys = plans_of(_sandbox_of(lane_id)).journeys_of(orjson.loads(one.detail)["events"])
    entered = Entrance.objects.filter(journey__in=journeys, namespace=one.namespace, person_id=one.person_id)
    return [id for id in entered.values_list("active_instance", flat=True) if id is not None]


def _quarantine(one: LaneInput, lane_id: int) -> None:
    Quarantined.objects.get_or_create(
        received_event_id=one.reference,
        defaults={
            "sandbox_id": _sandbox_of(lane_id),
            "code": "crashed",
            "message": "Handling the event made the worker crash three times; it was taken out.",
            "at": bulk.database_now(),
        },
    )


def _sandbox_of(lane_id: int) -> int:
    return Lane.objects.values_list("sandbox_id", flat=True).get(pk=lane_id)


def _end(ids: list[UUID]) -> None:
    now = bulk.database_now()
    for instance in Instance.objects.filter(pk__in=ids, ended_at=None).defer("state"):
        Instance.objects.filter(pk=instance.pk).update(
            position=Instance.Position.ENDED,
            status=Instance.Status.ERROR,
            wake_at=None,
            ended_at=now,
            revision=F("revision") + 1,
        )
        Entrance.objects.filter(active_instance=instance.pk).update(active_instance=None, last_ended_at=now)
        StepEvent.objects.create(
            version_id=instance.version_id,
            instance_id=instance.pk,
            # After everything else in the story: how many steps there were is in the state, unread.
            sequence=2**31 - 1,
            activity=instance.activity,
            status=StepEvent.Status.ERROR,
            at=now,
            entered_at=now,
            namespace=instance.namespace,
            person_id=instance.person_id,
            detail=orjson.dumps({"code": "crashed", "error": "The step made the worker crash."}).decode(),
        )
