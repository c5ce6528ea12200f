"""A step event with all its fields, from what is stored, what the drawing says, and the step before. Pure.

Times are ISO 8601 in UTC, durations milliseconds. A field that a step has nothing to say about is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from journeys.engine.decide.values import StepStatus
from journeys.reports.steps.drawn import UNKNOWN, Drawn

#: In the order of the columns of a CSV file.
FIELDS = (
    "timestamp", "stepID", "stepName", "stepType", "stepStatus", "nodeID", "nodeName", "nodeType",
    "journeyID", "journeyVersionID", "journeyVersionName", "journeyVersion", "instanceID", "externalKey",
    "profileID", "profileNamespace", "entrance", "reentrance", "instanceEnded", "inTest", "eventID",
    "transitionID", "transitionName", "parentStepID", "parentStepName", "parentTransitionID",
    "parentTransitionName", "processingTime", "requestId",
    "actionID", "actionName", "actionType", "actionExecutionTime", "actionExecutionError",
    "actionExecutionErrorCode", "actionExecutionOriginError", "actionExecutionOriginCode",
    "actionBusinessType", "actionParameterized", "actionSchedulerCount",
    "fetchTotalTime", "fetchCount", "fetchPlatformTotalTime", "fetchPlatformCount", "fetchCustomTotalTime",
    "fetchCustomCount", "fetchTypeInError", "fetchError", "fetchErrorCode", "fetchOriginError",
    "fetchOriginErrorCode", "fieldGroupInError", "discardReason", "operation", "operator",
)  # fmt: skip

_STATUSES = {
    StepStatus.TRANSITIONS: "transitions",
    StepStatus.ENDED: "ended",
    StepStatus.ERROR: "error",
    StepStatus.TIMED_OUT: "timedout",
    StepStatus.CAPPED: "capped",
    StepStatus.INSTANCE_TIMED_OUT: "instanceTimedout",
    # Of ours: ended from outside, an event that did nothing, what an operator did.
    StepStatus.STOPPED: "stopped",
    StepStatus.DISCARDED: "discarded",
    StepStatus.OPERATED: "operated",
}
STATUS_NAMES = {name: status for status, name in _STATUSES.items()}
_FAILED = (StepStatus.ERROR, StepStatus.TIMED_OUT, StepStatus.CAPPED)
_OVER = (StepStatus.ENDED, StepStatus.INSTANCE_TIMED_OUT, StepStatus.STOPPED)
# How a call failed, in the words of step events.
_ERRORS = {"http": "http", "capped": "capping", "timedOut": "timeout", "error": "error"}


class Version(NamedTuple):
    """What all step events of a version have in common."""

    uid: UUID
    journey_uid: UUID
    name: str
    number: int
    sandbox_id: int
    activities: Mapping[str, Drawn]

    def activity(self, id: str) -> Drawn:
        return self.activities.get(id) or UNKNOWN._replace(name=id)


class Stored(NamedTuple):
    """A row of ``StepEvent``, its detail read."""

    id: int
    version_id: int
    instance_id: UUID | None
    sequence: int
    activity: str
    status: int
    path: str
    at: datetime
    entered_at: datetime
    entrance: int
    received_event_id: int | None
    run: int
    namespace: str
    person_id: str
    detail: Mapping[str, Any]


class Parent(NamedTuple):
    """The step before, of the same instance."""

    id: int
    activity: str
    path: str


def told(event: Stored, version: Version, parent: Parent | None, event_id: str | None) -> dict[str, Any]:
    """Every field of a step event, in the order of ``FIELDS``."""
    activity = version.activity(event.activity)
    said = {
        **_who_and_where(event, version, activity),
        **_before(parent, version),
        **_action(event, activity),
        **_fetches(event, activity),
        "eventID": event_id,
        "discardReason": event.path if event.status == StepStatus.DISCARDED else None,
        "operation": event.detail.get("operation"),
        "operator": event.detail.get("by"),
    }
    return {name: said.get(name) for name in FIELDS}


def step_id(version_uid: UUID, id: int) -> str:
    """Unique over all steps, and always the same for one."""
    return str(uuid5(version_uid, str(id)))


def _who_and_where(event: Stored, version: Version, activity: Drawn) -> dict[str, Any]:
    path = None if event.status == StepStatus.DISCARDED else event.path or None
    return {
        "timestamp": event.at.isoformat(),
        "stepID": step_id(version.uid, event.id),
        "stepName": activity.name,
        "stepType": activity.step_type,
        "stepStatus": _STATUSES[StepStatus(event.status)],
        "nodeID": event.activity,
        "nodeName": activity.name,
        "nodeType": activity.node_type,
        "journeyID": str(version.journey_uid),
        "journeyVersionID": str(version.uid),
        "journeyVersionName": version.name,
        "journeyVersion": str(version.number),
        "instanceID": str(event.instance_id) if event.instance_id else None,
        "externalKey": event.person_id,
        "profileID": event.person_id,
        "profileNamespace": event.namespace,
        "entrance": event.entrance > 0,
        "reentrance": event.entrance == 2,
        "instanceEnded": ends_instance(event, activity),
        "inTest": event.run > 0,
        "transitionID": path,
        "transitionName": activity.labels.get(path or "") or None,
        "processingTime": _ms(event),
        "requestId": event.detail.get("requestId"),
    }


def ends_instance(event: Stored, activity: Drawn) -> bool:
    """Whether this was the instance's last step: an end, an error, or a path that leads nowhere."""
    if event.status in _OVER:
        return True
    if event.status in _FAILED:
        return not event.path or event.path in activity.ends
    return False


def _ms(event: Stored) -> int:
    return round((event.at - event.entered_at).total_seconds() * 1000)


def _before(parent: Parent | None, version: Version) -> dict[str, Any]:
    if parent is None:
        return {}
    activity = version.activity(parent.activity)
    return {
        "parentStepID": step_id(version.uid, parent.id),
        "parentStepName": activity.name,
        "parentTransitionID": parent.path or None,
        "parentTransitionName": activity.labels.get(parent.path) or None,
    }


def _action(event: Stored, activity: Drawn) -> dict[str, Any]:
    if event.status in (StepStatus.DISCARDED, StepStatus.OPERATED):
        return {}
    scheduled = {"actionSchedulerCount": 1} if activity.step_type == "Scheduler" else {}
    if not activity.action:
        return scheduled
    detail = event.detail
    about = {
        "actionID": event.activity,
        "actionName": activity.action_name or activity.name,
        "actionType": activity.action,
        "actionExecutionTime": detail.get("elapsedMs"),
        "actionBusinessType": activity.business_type,
        "actionParameterized": activity.is_parameterized,
        # Each attempt after the first one is a pause of the scheduler's.
        "actionSchedulerCount": max(0, detail.get("attempts", 1) - 1),
    }
    return about | (_action_error(event) if event.status in _FAILED and "fetch" not in detail else {})


def _action_error(event: Stored) -> dict[str, Any]:
    detail = event.detail
    return {
        "actionExecutionError": _ERRORS.get(detail.get("failure", "error"), "error"),
        "actionExecutionErrorCode": detail.get("code"),
        # What the other side said last; of an error of ours nothing.
        "actionExecutionOriginError": detail.get("error") if "failure" in detail else None,
        "actionExecutionOriginCode": detail.get("code") if "failure" in detail else None,
    }


def _fetches(event: Stored, activity: Drawn) -> dict[str, Any]:
    """The profile is read in bulk with the wave that moves the person, at no time of its own."""
    if event.status in (StepStatus.DISCARDED, StepStatus.OPERATED):
        return {}
    fetches = event.detail.get("fetches", ())
    custom = sum(calls for _group, calls, _time in fetches)
    time = sum(ms for _group, _calls, ms in fetches)
    platform = int(activity.asks_profile)
    figures = {
        "fetchTotalTime": time,
        "fetchCount": custom + platform,
        "fetchPlatformTotalTime": 0,
        "fetchPlatformCount": platform,
        "fetchCustomTotalTime": time,
        "fetchCustomCount": custom,
    }
    return figures | _fetch_error(event.detail)


def _fetch_error(detail: Mapping[str, Any]) -> dict[str, Any]:
    if "fetch" not in detail:
        return {}
    return {
        "fetchTypeInError": "custom",
        "fetchError": _ERRORS.get(detail.get("failure", ""), "error"),
        "fetchErrorCode": detail.get("code"),
        "fetchOriginError": detail.get("error"),
        "fetchOriginErrorCode": detail.get("code"),
        "fieldGroupInError": detail["fetch"],
    }
