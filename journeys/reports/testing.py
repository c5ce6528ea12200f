"""What happened in a test: the path of an instance, and the log of all (users.md, Testing)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.utils.translation import gettext, override

from datasources.platform.namespaces.canonical import canonical
from journeyorch.phrases import in_words
from journeys.definition.document import Document
from journeys.definition.layout import START
from journeys.models import Call, Instance, JourneyVersion, StepEvent
from journeys.reports.reasons import reason_in_words
from journeys.reports.story import read_detail, state_of

#: A test takes at most a hundred people, but each of them as often as they like.
MOST = 100
_BAD = {StepEvent.Status.ERROR, StepEvent.Status.TIMED_OUT, StepEvent.Status.CAPPED}
# Longer answers of other systems are cut in the log.
_BODY = 10_000


def instances_of_test(version: JourneyVersion) -> list[Instance]:
    """The newest instances of the version's run, the latest first."""
    found = Instance.objects.of_run(version).filter(run__gt=0)
    return list(found.order_by("-started_at", "-pk")[:MOST])


# --- The path -------------------------------------------------------------------------------------


def path_of(version: JourneyVersion, document: Document, *, person: str = "") -> dict[str, Any]:
    """The way of the latest instance, or of the latest of one ``person``, as plain JSON.

    ``taken``: the lines of the drawing that were walked, as ``source:way:target``; ``here``: the activities
    where the person stands; ``errors``: by activity. ``discards``: why events did nothing.
    """
    instances = instances_of_test(version)
    chosen = next((one for one in instances if not person or _is_of(one, person)), None)
    events = list(StepEvent.objects.filter(instance_id=chosen.pk).order_by("sequence")) if chosen else []
    steps = [event for event in events if event.status != StepEvent.Status.DISCARDED]
    return {
        "status": version.status,
        "run": version.run,
        "count": len(instances),
        "instance": _short(chosen) if chosen else None,
        "activities": [step.activity for step in steps],
        "taken": _lines(document, steps, _here(chosen)),
        "here": _here(chosen),
        "errors": _errors(steps),
        "discards": _discards(version),
    }


def _is_of(instance: Instance, person: str) -> bool:
    return instance.person_id == canonical(instance.namespace, person)


def _short(instance: Instance) -> dict[str, Any]:
    return {
        "id": str(instance.pk),
        "person": instance.person_id,
        "status": instance.get_status_display(),
        "activity": instance.activity,
        "startedAt": instance.started_at.isoformat(),
        "endedAt": instance.ended_at.isoformat() if instance.ended_at else None,
    }


def _here(instance: Instance | None) -> list[str]:
    if instance is None or instance.ended_at is not None:
        return []
    state = state_of(instance)
    return list(state.race) if state and state.race else [instance.activity]


def _lines(document: Document, steps: Sequence[StepEvent], here: Sequence[str]) -> list[str]:
    """Each step's way out leads to the next step; the last one's to where the person stands."""
    lines = [f"{START}:start:{steps[0].activity}"] if steps else []
    for number, step in enumerate(steps):
        after = [steps[number + 1].activity] if number + 1 < len(steps) else here
        activity = document.activities.get(step.activity)
        targets = activity.to.get(step.path, []) if activity else []
        lines += [f"{step.activity}:{step.path}:{target}" for target in after if target in targets]
        if step.path and not targets:
            lines.append(f"{step.activity}:{step.path}:")
    return lines


def _errors(steps: Sequence[StepEvent]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for step in steps:
        if step.status in _BAD and step.path != "timeout":
            detail = read_detail(step.detail)
            said = {"code": detail.get("code", ""), "message": in_words(detail.get("error", ""), gettext)}
            found.setdefault(step.activity, []).append({**said, "at": step.at.isoformat()})
    return found


def _discards(version: JourneyVersion) -> list[dict[str, Any]]:
    if not version.run:
        return []
    found = StepEvent.objects.filter(
        version=version, run=version.run, run__gt=0, status=StepEvent.Status.DISCARDED
    )
    return [
        {"person": one.person_id, "reason": str(reason_in_words(one.path)), "at": one.at.isoformat()}
        for one in found.order_by("-pk")[:10]
    ]


# --- The log --------------------------------------------------------------------------------------


def log_of(version: JourneyVersion, document: Document) -> dict[str, Any]:
    """Everything about the instances of the run, as the log shows it; English, as programs read it."""
    with override("en"):
        return _log_of(version, document)


def _log_of(version: JourneyVersion, document: Document) -> dict[str, Any]:
    instances = instances_of_test(version)
    ids = [instance.pk for instance in instances]
    steps = _grouped(StepEvent.objects.filter(instance_id__in=ids).order_by("sequence", "pk"))
    calls = _grouped(Call.objects.filter(instance_id__in=ids).order_by("created_at"))
    return {
        "run": version.run,
        "count": len(instances),
        "instances": [
            _logged(one, document, steps.get(one.pk, []), calls.get(one.pk, [])) for one in instances
        ],
    }


def _grouped(rows: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row.instance_id, []).append(row)
    return found


def _logged(
    instance: Instance, document: Document, steps: Sequence[StepEvent], calls: Sequence[Call]
) -> dict[str, Any]:
    state = state_of(instance)
    activity = document.activities.get(instance.activity)
    failed = [(call, result) for call in calls if (result := _result(call)) and result["status"] != "ok"]
    return {
        "id": str(instance.pk),
        "externalKeys": [{"namespace": instance.namespace, "id": instance.person_id}],
        "currentStep": {"id": instance.activity, "name": activity.label or activity.kind if activity else ""},
        "phase": str(instance.get_position_display()).lower(),
        "status": str(instance.get_status_display()).lower(),
        "extraInfo": {
            "enteredAt": instance.started_at.isoformat(),
            "endedAt": instance.ended_at.isoformat() if instance.ended_at else None,
            "wakesAt": instance.wake_at.isoformat() if instance.wake_at else None,
            "events": dict(state.events) if state else {},
            "properties": dict(state.properties) if state else {},
        },
        "enrichedData": dict(state.data) if state else {},
        "transitionHistory": [_transition(step) for step in steps],
        "fetchErrors": [_failure(call, result) for call, result in failed if call.kind == "fetch"],
        "actionExecutionErrors": [_failure(call, result) for call, result in failed if call.kind != "fetch"],
    }


def _transition(step: StepEvent) -> dict[str, Any]:
    return {
        "step": step.activity,
        "status": str(step.get_status_display()).lower(),
        "transition": step.path,
        "enteredAt": step.entered_at.isoformat(),
        "at": step.at.isoformat(),
        **({"detail": dict(detail)} if (detail := read_detail(step.detail)) else {}),
    }


def _failure(call: Call, result: Mapping[str, Any]) -> dict[str, Any]:
    body = result.get("data")
    text = body if isinstance(body, str) else orjson.dumps(body).decode() if body is not None else ""
    return {
        "step": call.activity,
        "kind": call.kind,
        "status": result["status"],
        "code": result.get("code", ""),
        "message": result.get("message", ""),
        "body": text[:_BODY],
        "attempts": call.attempts,
    }


def _result(call: Call) -> dict[str, Any] | None:
    return orjson.loads(call.result) if call.result else None
