"""What expressions see during a step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random, SystemRandom
from typing import Any
from uuid import UUID

from datasources.platform.field_groups.choosing import chosen_data
from journeyorch.expressions import Compiled, Context
from journeyorch.expressions.scope import PROFILE_SOURCE
from journeys.engine.decide.person import zone_for
from journeys.engine.decide.step import Plan, asked_key, data_key
from journeys.engine.decide.values import Key, State

_RANDOM = SystemRandom()
_NONE: Mapping[str, Any] = {}
_NOTHING: Mapping[Key, datetime] = {}
_NO_TARGETS: Mapping[int, int] = {}


class Surroundings:
    """What surrounds an instance in its wave: the person as loaded, and the moment."""

    __slots__ = (
        "feedback", "namespace", "now", "person_id", "profile", "random", "segments", "taken", "targets",
    )  # fmt: skip

    def __init__(
        self,
        *,
        now: datetime,
        namespace: str,
        person_id: str,
        profile: Mapping[str, Any] | None = None,
        segments: frozenset[str] = frozenset(),
        feedback: Mapping[Key, datetime] = _NOTHING,
        taken: Mapping[str, int] = _NONE,
        targets: Mapping[int, int] = _NO_TARGETS,
        random: Random = _RANDOM,
    ) -> None:
        """``taken``: people on the first path of the version's profile caps, by activity.

        ``random``: what random() and uuid() in expressions draw from; nobody must be able to guess it.
        """
        self.now = now
        self.namespace = namespace
        self.person_id = person_id
        self.profile = profile
        self.segments = segments
        # What was recorded of this instance's messages, with its time.
        self.feedback = feedback
        self.taken = taken
        # The journeys that people may jump to now, with the first event of each.
        self.targets = targets
        self.random = random

    def uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)


class JourneyContext(Context):
    """An expression context over a state: field groups come from what was fetched, as they were asked for.

    ``now`` is when the person came to the step, also after the step's fetches (engine.md, Waves).
    """

    __slots__ = ("_asked", "_choices", "_chosen", "_fetched", "_profile")

    def __init__(
        self,
        plan: Plan,
        state: State | Any,
        around: Surroundings,
        *,
        activity: str,
        profile: Mapping[str, Any] | None,
    ) -> None:
        super().__init__(
            events=state.events,
            datasources={},
            properties=_properties(plan, state, around, activity) if plan.uses_properties else _NONE,
            segments=around.segments,
            now=state.entered_at,
            zone=zone_for(plan, profile),
            random=around.random,
            uuid=around.uuid,
        )
        self._asked = state.asked
        self._fetched = state.data
        self._profile = profile
        self._choices = plan.choices
        self._chosen: dict[str, Any] = {}

    def field_group(self, source: str, group: str, params: Mapping[str, Any] | None = None) -> Any:
        if source == PROFILE_SOURCE:
            return self._profile if group not in self._choices else self._chosen_of(group)
        return self._fetched.get(data_key(source, group, params))

    def _chosen_of(self, group: str) -> Any:
        if group not in self._chosen:
            self._chosen[group] = chosen_data(self._profile, self._choices[group])
        return self._chosen[group]

    def field_group_asked(self, source: str, group: str, params: Mapping[str, Compiled]) -> Any:
        key = self._asked.get(asked_key(source, group, params))
        # States of the first release do not tell what was asked.
        return super().field_group_asked(source, group, params) if key is None else self._fetched.get(key)


def _properties(plan: Plan, state: State | Any, around: Surroundings, activity: str) -> dict[str, Any]:
    return {
        **plan.constants,
        **state.properties,
        "instanceUID": str(state.instance_id),
        "externalKey": around.person_id,
        "profileId": around.person_id,
        "namespace": around.namespace,
        "currentNodeId": activity,
        "currentNodeName": plan.steps[activity].name if activity in plan.steps else None,
    }
