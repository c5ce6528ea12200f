"""What ``@{JourneyProperties.…}`` may name in a journey (expressions.md, Fields)."""

from __future__ import annotations

from collections.abc import Mapping

from . import types
from .types import Type

_TEXTS = (
    "journeyUID journeyVersionUID journeyVersionName journeyVersionDescription instanceUID externalKey "
    "organizationId sandboxName profileId namespace currentNodeId currentNodeName previousNodeId "
    "previousNodeName lastNodeUIDInError lastNodeNameInError lastNodeTypeInError lastErrorCode "
    "lastExecutedActionErrorCode lastDataFetchErrorCode"
)
_NUMBERS = "journeyVersion lastActionExecutionElapsedTime lastDataFetchElapsedTime"
JOURNEY_PROPERTIES: Mapping[str, Type] = {
    **dict.fromkeys(_TEXTS.split(), types.STRING),
    **dict.fromkeys(_NUMBERS.split(), types.INTEGER),
}
