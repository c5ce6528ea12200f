"""What expressions see during a step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from journeyorch.expressions import Context
from journeys.engine.decide.step import Plan, data_key
from journeys.engine.decide.values import Key, State

PROFILE_SOURCE = "ExperiencePlatform"
_NONE: Mapping[str, Any] = {}
_NOTHING: Mapping[Key, datetime] = {}


class Surroundings:
    """What surrounds an instance in its wave: the person as loaded, and the moment."""

    __slots__ = ("feedback", "namespace", "now", "person_id", "profile", "segments", "zone")

    def __init__(
        self,
        *,
        now: datetime,
        namespace: str,
        person_id: str,
        profile: Mapping[str, Any] | None = None,
        segments: frozenset[str] = frozenset(),
        feedback: Mapping[Key, datetime] = _NOTHING,
    ) -> None:
        self.now = now
        self.namespace = namespace
        self.person_id = person_id
        self.profile = profile
        self.segments = segments
        # What was recorded of this instance's messages, with its time.
        self.feedback = feedback


class JourneyContext(Context):
    """An expression context over a state: field groups come from what was fetched, by their parameters."""

    __slots__ = ("_fetched", "_profile")

    def __init__(self, plan: Plan, state: State | Any, around: Surroundings) -> None:
        super().__init__(
            events=state.events,
            datasources={},
            properties=_properties(plan, state, around) if plan.uses_properties else _NONE,
            segments=around.segments,
            now=around.now,
            zone=plan.zone,
        )
        self._fetched = state.data
        self._profile = around.profile

    def field_group(self, source: str, group: str, params: Mapping[str, Any] | None = None) -> Any:
        if source == PROFILE_SOURCE:
            return self._profile
        return self._fetched.get(data_key(source, group, params))


def _properties(plan: Plan, state: State | Any, around: Surroundings) -> dict[str, Any]:
    return {
        **plan.constants,
        **state.properties,
        "instanceUID": str(state.instance_id),
        "externalKey": around.person_id,
        "profileId": around.person_id,
        "namespace": around.namespace,
        "currentNodeId": state.activity,
        "currentNodeName": plan.steps[state.activity].name if state.activity in plan.steps else None,
    }
