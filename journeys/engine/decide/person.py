"""What a step sees of the person: the profile with what was just set in it, and the person's time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from journeyorch.expressions.times import zone_of
from journeys.engine.decide.step import Plan

_NOBODY: Mapping[str, Any] = {}


def zone_for(plan: Plan, profile: Mapping[str, Any] | None) -> tzinfo:
    """The profile's ``timeZone`` if the journey goes by it and it is a valid one; else the fixed one."""
    named = profile.get("timeZone") if plan.uses_profile_zone and profile else None
    try:
        return zone_of(named) if isinstance(named, str) else plan.zone
    except ValueError:
        return plan.zone


def with_fields(
    profile: Mapping[str, Any] | None, values: Mapping[tuple[str, ...], Any]
) -> Mapping[str, Any]:
    """The profile with these fields set; nothing that is shared with others is changed."""
    for path, value in values.items():
        profile = _with_field(profile or _NOBODY, path, value)
    return profile or _NOBODY


def _with_field(fields: Mapping[str, Any], path: tuple[str, ...], value: Any) -> Mapping[str, Any]:
    name, *rest = path
    if rest:
        below = fields.get(name)
        value = _with_field(below if isinstance(below, dict) else _NOBODY, tuple(rest), value)
    return {**fields, name: value}
