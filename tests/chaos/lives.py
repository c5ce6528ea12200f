"""What must be true of the database whatever happened before (architecture.md, What is promised)."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from journeyorch.outbound.calls import CallSpec, Prepared
from journeys.activities.reaction import ReactionStep
from journeys.activities.segment_qualification import SegmentQualificationStep
from journeys.engine.decide import Plan
from journeys.engine.decide.step import Pause
from journeys.engine.plans import plans_of
from journeys.models import Call, Entrance, Instance, LaneInput, ProfileCap, StepCount, StepEvent

_ENDED_BY_NEWS = (ReactionStep, SegmentQualificationStep)
# A pause that was left by its time: with a path, or at an end.
_TIMED = (StepEvent.Status.TRANSITIONS, StepEvent.Status.TIMED_OUT, StepEvent.Status.ENDED)


def check_always(sandbox_id: int, sent: list[tuple[CallSpec, Prepared]]) -> None:
    """What holds after every commit, also while leases of the dead are still running."""
    _nobody_is_in_a_journey_twice()
    _figures_are_the_sums_of_the_steps()
    _every_call_keeps_its_bytes(sent)
    _no_cap_is_exceeded()
    plans = plans_of(sandbox_id).versions
    stories = _stories()
    for instance in Instance.objects.all():
        plan = plans.get(instance.version_id)
        if plan is not None:
            _the_story_is_a_walk(instance, stories[instance.pk], plan)


def check_at_rest(now: datetime) -> None:
    """What holds when everything has been done that could be done by now."""
    assert not LaneInput.objects.exists()
    assert not Instance.objects.filter(wake_at__lte=now).exists(), "a timer was lost"
    calling = Instance.objects.filter(position=Instance.Position.CALLING)
    waited_for = set(Call.objects.filter(status=Call.Status.OPEN).values_list("instance_id", flat=True))
    assert {instance.pk for instance in calling} <= waited_for, "a call was lost"
    inside = set(Instance.objects.filter(ended_at=None).values_list("pk", flat=True))
    known = Entrance.objects.exclude(active_instance=None).values_list("active_instance", flat=True)
    assert set(known) == inside
    assert not StepEvent.objects.filter(detail__contains="crashed").exists(), "an innocent was condemned"


def _nobody_is_in_a_journey_twice() -> None:
    inside = Instance.objects.filter(ended_at=None).values_list("journey_id", "namespace", "person_id")
    assert max(Counter(inside).values(), default=0) <= 1


def _figures_are_the_sums_of_the_steps() -> None:
    raw = Counter(StepEvent.objects.values_list("version_id", "activity", "path", "status"))
    sums: Counter[tuple[Any, ...]] = Counter()
    for *key, n in StepCount.objects.values_list("version_id", "activity", "path", "status", "n"):
        sums[tuple(key)] += n
    assert sums == raw


def _every_call_keeps_its_bytes(sent: list[tuple[CallSpec, Prepared]]) -> None:
    bytes_of: defaultdict[UUID, set[str]] = defaultdict(set)
    for call, prepared in sent:
        bytes_of[call.key].add(repr(prepared.request))
    assert all(len(seen) == 1 for seen in bytes_of.values())
    known = set(Call.objects.values_list("pk", flat=True))
    assert bytes_of.keys() <= known, "a call was made that nobody wrote down"


def _no_cap_is_exceeded() -> None:
    """A cap counts those whom it has let pass, each once."""
    passed = Counter(StepEvent.objects.filter(path="within").values_list("version_id", "activity"))
    counted = {(cap.version_id, cap.activity): cap.taken for cap in ProfileCap.objects.all()}
    assert passed == Counter({key: taken for key, taken in counted.items() if taken})


def _stories() -> defaultdict[UUID | None, list[StepEvent]]:
    """The steps of each instance in their order, without what was discarded."""
    found: defaultdict[UUID | None, list[StepEvent]] = defaultdict(list)
    steps = StepEvent.objects.exclude(status=StepEvent.Status.DISCARDED).order_by("sequence", "pk")
    for step in steps:
        found[step.instance_id].append(step)
    return found


def _the_story_is_a_walk(instance: Instance, story: list[StepEvent], plan: Plan) -> None:
    """No step twice, none left out, each at the end of the path before; no timer early, events in order."""
    assert [step.sequence for step in story] == list(range(len(story))), "a step twice, or lost"
    race: tuple[str, ...] = plan.start
    for step in story:
        assert step.activity in race, "a step that no path led to"
        _was_not_early(step, plan)
        race = plan.steps[step.activity].to.get(step.path, ())
    events = [step.received_event_id for step in story if step.received_event_id is not None]
    assert events == sorted(set(events)), "an event twice, or out of order"
    if instance.ended_at is None:
        assert instance.activity in race, "at two positions"


def _was_not_early(step: StepEvent, plan: Plan) -> None:
    known = plan.steps[step.activity]
    if isinstance(known, _ENDED_BY_NEWS) and step.status != StepEvent.Status.TIMED_OUT:
        return  # by what became of a message, or by a segment
    if isinstance(known, Pause) and step.received_event_id is None and step.status in _TIMED:
        assert step.at - step.entered_at >= least_wait(known), "a timer was early"


def least_wait(pause: Any) -> timedelta:
    return getattr(pause, "_duration", None) or getattr(pause, "_timeout", None) or timedelta(0)
