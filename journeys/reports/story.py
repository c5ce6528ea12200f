"""One person's way through one version: every step with what came in, what was called and what went wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from events.models import ReceivedEvent
from journeys.engine.codec import decode
from journeys.engine.decide.values import State
from journeys.models import Call, Instance, StepEvent


class Passed(NamedTuple):
    """One processed step, or one event that was discarded."""

    event: StepEvent
    duration: timedelta
    received: ReceivedEvent | None
    calls: list[Call]
    detail: Mapping[str, Any]

    @property
    def discarded(self) -> bool:
        return self.event.status == StepEvent.Status.DISCARDED


class Story(NamedTuple):
    """``state`` is None when it cannot be read; ``open_calls`` belong to the step where the person stands."""

    passed: list[Passed]
    state: State | None
    open_calls: list[Call]


def story_of(instance: Instance) -> Story:
    """Everything that is known about an instance: three queries."""
    events = list(StepEvent.objects.filter(instance_id=instance.pk).order_by("at", "sequence", "pk"))
    received = ReceivedEvent.objects.in_bulk([e.received_event_id for e in events if e.received_event_id])
    calls = _calls_by_activity(instance)
    passed = [
        Passed(
            event=event,
            duration=event.at - event.entered_at,
            received=received.get(event.received_event_id or 0),
            calls=_calls_until(event, calls),
            detail=read_detail(event.detail),
        )
        for event in events
    ]
    return Story(passed, state_of(instance), [call for found in calls.values() for call in found])


def _calls_until(event: StepEvent, calls: dict[str, list[Call]]) -> list[Call]:
    """The calls of the step; not those of a later visit, when an operator had it tried again."""
    if event.status in (StepEvent.Status.DISCARDED, StepEvent.Status.OPERATED):
        return []
    found = calls.pop(event.activity, [])
    later = [call for call in found if call.created_at > event.at]
    if later:
        calls[event.activity] = later
    return [call for call in found if call.created_at <= event.at]


def _calls_by_activity(instance: Instance) -> dict[str, list[Call]]:
    found: defaultdict[str, list[Call]] = defaultdict(list)
    for call in Call.objects.filter(instance_id=instance.pk).order_by("created_at"):
        found[call.activity].append(call)
    return dict(found)


def state_of(instance: Instance) -> State | None:
    """The instance's state; None for a text that this version of the program cannot read."""
    try:
        return decode(
            instance.state, instance_id=instance.pk, position=instance.position, status=instance.status
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def waits_until(state: State | None) -> datetime | None:
    """When the next timer of the current step is due; None if there is none."""
    return min((timer.due for timer in state.timers), default=None) if state else None


def read_detail(text: str) -> Mapping[str, Any]:
    """A step event's detail; empty if it says nothing."""
    try:
        found = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
