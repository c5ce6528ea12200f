"""Takes out what has killed its workers again and again, so that its lane goes on (see poison.py)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import F

from events.models import Quarantined
from journeyorch import bulk
from journeyorch.phrases import phrase
from journeys.engine.decide import StepRecord, StepStatus, condemned
from journeys.engine.lanes import Leased, fence
from journeys.engine.operations import Asked, next_sequences, read_asked
from journeys.engine.plans import plans_of
from journeys.engine.wave.counting import write_counts
from journeys.engine.wave.handled import Step
from journeys.engine.wave.news import segment_keys
from journeys.engine.wave.write import write_steps
from journeys.models import Call, Entrance, Instance, Lane, LaneInput

logger = logging.getLogger(__name__)


def take_out(leased: Leased) -> None:
    """Quarantine the lane's suspect and end its instances in error, without looking into their state.

    What is in the state may be the very thing that kills us.
    """
    kind, _, id = (leased.suspect or "").partition(":")
    logger.error("Lane %s: %s killed its workers again and again and is taken out", leased.id, leased.suspect)
    with transaction.atomic():
        fence([leased])
        if kind == "instance":
            _end([UUID(id)])
        elif (one := LaneInput.objects.filter(pk=id).first()) is not None:
            _end(_instances_of(one, leased.id))
            if one.kind == LaneInput.Kind.EVENT:
                _quarantine(one, leased.id)
            elif one.kind == LaneInput.Kind.OPERATION:
                _tell_operator(read_asked(one.detail))
            one.delete()


def _instances_of(one: LaneInput, lane_id: int) -> list[UUID]:
    if one.kind == LaneInput.Kind.CALL_RESULT:
        return list(Call.objects.filter(pk=UUID(one.detail)).values_list("instance_id", flat=True))
    if one.kind == LaneInput.Kind.FEEDBACK:
        return [UUID(orjson.loads(one.detail)["instance"])]
    if one.kind == LaneInput.Kind.OPERATION:
        return [read_asked(one.detail).instance_id]
    if one.kind == LaneInput.Kind.JUMP:
        journeys = [one.reference or 0]
    elif one.kind == LaneInput.Kind.EVENT:
        places = plans_of(_sandbox_of(lane_id)).places_of(orjson.loads(one.detail)["events"])
        journeys = [place.journey_id for place in places]
    elif one.kind == LaneInput.Kind.SEGMENT:
        keys = segment_keys(orjson.loads(one.detail)["segment"])
        journeys = [place.journey_id for place in plans_of(_sandbox_of(lane_id)).places_of(keys)]
    else:
        return []
    entered = Entrance.objects.filter(journey__in=journeys, namespace=one.namespace, person_id=one.person_id)
    return [id for id in entered.values_list("active_instance", flat=True) if id is not None]


def _quarantine(one: LaneInput, lane_id: int) -> None:
    Quarantined.objects.get_or_create(
        received_event_id=one.reference,
        defaults={
            "sandbox_id": _sandbox_of(lane_id),
            "code": "crashed",
            "message": phrase("Handling the event made the worker crash again and again; it was taken out."),
            "at": bulk.database_now(),
        },
    )


def _sandbox_of(lane_id: int) -> int:
    return Lane.objects.values_list("sandbox_id", flat=True).get(pk=lane_id)


def _end(ids: list[UUID]) -> None:
    now = bulk.database_now()
    instances = list(Instance.objects.filter(pk__in=ids, ended_at=None).defer("state"))
    for instance in instances:
        Instance.objects.filter(pk=instance.pk).update(
            position=Instance.Position.ENDED,
            status=Instance.Status.ERROR,
            wake_at=None,
            ended_at=now,
            revision=F("revision") + 1,
        )
        Entrance.objects.filter(active_instance=instance.pk).update(active_instance=None, last_ended_at=now)
    _add_steps(instances, now, lambda one: _failed(one.activity, now))


def _failed(activity: str, now: datetime) -> StepRecord:
    detail = {"code": "crashed", "error": phrase("The step made the worker crash.")}
    return StepRecord(0, activity, StepStatus.ERROR, "", now, now, None, detail)


def _tell_operator(asked: Asked) -> None:
    """Somebody who had ended stays as they are; the story says why what was asked for was not done."""
    now = bulk.database_now()
    instances = list(Instance.objects.filter(pk=asked.instance_id).defer("state"))
    _add_steps(instances, now, lambda one: condemned(asked.operation, activity=one.activity, now=now))


def _add_steps(instances: list[Instance], now: datetime, record_of: Callable[[Instance], StepRecord]) -> None:
    # How many steps there were is in the state, too; but that stays unread.
    sequences = next_sequences([instance.pk for instance in instances])
    steps = [_step(one, record_of(one)._replace(sequence=sequences.get(one.pk, 0))) for one in instances]
    writes = bulk.Writes()
    write_steps(writes, steps)
    write_counts(writes, steps, now=now)
    writes.run()


def _step(instance: Instance, record: StepRecord) -> Step:
    return Step(
        version_id=instance.version_id,
        instance_id=instance.pk,
        lane_id=instance.lane_id,
        run=instance.run,
        namespace=instance.namespace,
        person_id=instance.person_id,
        entrance=0,
        record=record,
    )
