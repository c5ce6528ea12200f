"""The journey properties that change on the way (expressions.md, Fields and Corners)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from journeys.engine.decide.step import Failed, Step
from journeys.engine.decide.values import Returned

Properties = Mapping[str, Any]


def with_previous(properties: Properties, step: Step) -> Properties:
    """The person has left this step."""
    return {**properties, "previousNodeId": step.id, "previousNodeName": step.name}


def with_error(properties: Properties, step: Step, failed: Failed) -> Properties:
    return {
        **properties,
        "lastNodeUIDInError": step.id,
        "lastNodeNameInError": step.name,
        "lastNodeTypeInError": step.node_type,
        "lastErrorCode": failed.seen or failed.code,
    }


def with_fetch(properties: Properties, returned: Returned) -> Properties:
    """How the last fetch went: its error, or null after a good one, and its time in milliseconds."""
    return {
        **properties,
        "lastDataFetchErrorCode": None if returned.status == "ok" else seen_code(returned),
        "lastDataFetchElapsedTime": returned.elapsed_ms,
    }


def with_action(properties: Properties, step: Step, returned: Returned) -> Properties:
    """The same of the last action."""
    return {
        **properties,
        "lastExecutedActionErrorCode": None if returned.status == "ok" else seen_code(returned, step),
        "lastActionExecutionElapsedTime": returned.elapsed_ms,
    }


def seen_code(returned: Returned, step: Step | None = None) -> str:
    """``lastErrorCode``: the HTTP status, capped, timedOut, error, or why a message was held back."""
    told = returned.status == "http" or (step is not None and step.node_type == "message")
    return returned.code if told and returned.code else returned.status
