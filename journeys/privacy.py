"""What journeys hold of a person: instances with their steps and calls, entrances, inputs, forms of tests."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import orjson
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from events.privacy import erase_received
from journeyorch.mentions import Mention
from journeyorch.privacy.naming import Names
from journeyorch.privacy.stores import Cursor, Erased, Found
from journeyorch.privacy.subjects import Subject
from journeys.engine.lanes import lane_of
from journeys.models import (
    Call,
    Entrance,
    Instance,
    Journey,
    JourneyVersion,
    Lane,
    LaneInput,
    LastTrigger,
    StepEvent,
)

_BATCH, _STEPS, _MENTIONED = 100, 5000, 20
_MORE = "more instances"


class Ways:
    """The store. First the instances, a batch at a time; then the cursor is the id of a step event."""

    name = "journeys"

    def export(self, subject: Subject, after: Cursor) -> Found:
        if after is None:
            return Found([*_instances_shaped(subject), *_entrances_shaped(subject)], 0)
        steps, following = _steps(subject, after)
        return Found([("steps", _step(row)) for row in steps if row.instance_id is None], following)

    def erase(self, subject: Subject, after: Cursor) -> Erased:
        if after in (None, _MORE):
            if rows := _erase_instances(subject):
                return Erased(rows, _MORE)
            return Erased(_erase_traces(subject), 0)
        steps, following = _steps(subject, after)
        erase_received({row.received_event_id for row in steps if row.received_event_id})
        StepEvent.objects.filter(pk__in=[row.pk for row in steps]).delete()
        return Erased(len(steps), following)


def journeys_of(subject: Subject) -> list[Mention]:
    """The latest ways through journeys, for the person's page."""
    latest = _instances(subject).select_related("version__journey").order_by("-started_at")[:_MENTIONED]
    return [
        Mention(
            f"{one.version.journey.name} ({one.version.number})",
            reverse("instance", args=[one.pk]),
            one.get_status_display(),
            one.started_at,
        )
        for one in latest
    ]


# --- Whose it is ----------------------------------------------------------------------------------


def _person(subject: Subject) -> Q:
    theirs = Q()
    for namespace, value in subject.identities:
        theirs |= Q(namespace=namespace, person_id=value)
    return theirs


def _instances(subject: Subject) -> QuerySet[Instance]:
    return Instance.objects.filter(_person(subject), version__sandbox=subject.sandbox_id)


def _entrances(subject: Subject) -> QuerySet[Entrance]:
    # Not by a join: the index begins with the journey.
    journeys = list(Journey.objects.filter(sandbox=subject.sandbox_id).values_list("pk", flat=True))
    return Entrance.objects.filter(_person(subject), journey__in=journeys)


def _steps(subject: Subject, after: int) -> tuple[list[StepEvent], Cursor]:
    """The person's among the next step events; those of events that did nothing have no other index."""
    ids = list(StepEvent.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:_STEPS])
    if not ids:
        return [], None
    among = StepEvent.objects.filter(_person(subject), pk__gte=ids[0], pk__lte=ids[-1])
    versions = JourneyVersion.objects.filter(sandbox=subject.sandbox_id)
    steps = list(among.filter(version__in=versions.values("pk")).order_by("pk"))
    return steps, ids[-1] if len(ids) == _STEPS else None


# --- Erasing --------------------------------------------------------------------------------------


def _take_lanes(subject: Subject) -> list[int]:
    """Make whoever works on the person's lanes at the moment decide again, without the person.

    A wave first proves the token of its lanes; it finds another one, and writes nothing.
    """
    lanes = sorted({lane_of(subject.sandbox_id, *pair) for pair in subject.identities})
    for lane in lanes:  # in order, so that two who do this do not wait for each other
        Lane.objects.filter(pk=lane).update(token=F("token") + 1, owner=None, lease_until=None)
    return lanes


def _erase_instances(subject: Subject) -> int:
    ids = list(_instances(subject).values_list("pk", flat=True)[:_BATCH])
    if not ids:
        return 0
    _take_lanes(subject)
    steps = StepEvent.objects.filter(instance_id__in=ids)
    events = steps.values_list("received_event_id", flat=True)
    erase_received({event for event in events if event is not None})
    steps.delete()
    Call.objects.filter(instance_id__in=ids).delete()
    return Instance.objects.filter(pk__in=ids).delete()[0]


def _erase_traces(subject: Subject) -> int:
    """Entrances, inputs that wait, and what testers entered."""
    lanes = _take_lanes(subject)
    inputs = LaneInput.objects.filter(_person(subject), lane_id__in=lanes)
    erase_received(_events_of(inputs))
    triggers = LastTrigger.objects.filter(pk__in=_triggers(subject))
    return inputs.delete()[0] + _entrances(subject).delete()[0] + triggers.delete()[0]


def _events_of(inputs: QuerySet[LaneInput]) -> Collection[int]:
    events = inputs.filter(kind=LaneInput.Kind.EVENT).values_list("reference", flat=True)
    return {event for event in events if event is not None}


def _triggers(subject: Subject) -> list[int]:
    names, rows = Names(subject.identities), LastTrigger.objects.filter(event__sandbox=subject.sandbox_id)
    return [
        row.pk for row in rows if row.person in subject.values or names.named_in([row.person, row.payload])
    ]


# --- Exporting ------------------------------------------------------------------------------------


def _instances_shaped(subject: Subject) -> Iterator[tuple[str, Any]]:
    for one in _instances(subject).select_related("version__journey").order_by("started_at"):
        steps = StepEvent.objects.filter(instance_id=one.pk).order_by("sequence")
        calls = Call.objects.filter(instance_id=one.pk).order_by("created_at")
        yield (
            "instances",
            {
                "id": one.pk,
                "journey": one.version.journey.name,
                "version": one.version.number,
                "status": Instance.Status(one.status).name.lower(),
                "enteredAt": one.started_at,
                "endedAt": one.ended_at,
                "inTest": one.in_test,
                "state": orjson.loads(one.state),
                "steps": [_step(step) for step in steps],
                "calls": [_call(call) for call in calls],
            },
        )


def _entrances_shaped(subject: Subject) -> Iterator[tuple[str, Any]]:
    for one in _entrances(subject).select_related("journey").order_by("last_started_at"):
        yield (
            "entrances",
            {
                "journey": one.journey.name,
                "lastEnteredAt": one.last_started_at,
                "lastEndedAt": one.last_ended_at,
            },
        )


def _step(row: StepEvent) -> dict[str, Any]:
    return {
        "activity": row.activity,
        "status": StepEvent.Status(row.status).name.lower(),
        "path": row.path,
        "at": row.at,
        "detail": orjson.loads(row.detail) if row.detail else None,
    }


def _call(row: Call) -> dict[str, Any]:
    """What was asked for and what came of it; the request as it was sent holds no credentials."""
    return {
        "kind": row.kind,
        "createdAt": row.created_at,
        "request": _json(row.request),
        "result": _json(row.result),
    }


def _json(text: str | None) -> Any:
    return orjson.loads(text) if text else None
