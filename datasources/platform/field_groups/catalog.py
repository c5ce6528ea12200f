"""The field groups of the built-in source, as journeys refer to them."""

from __future__ import annotations

from typing import NamedTuple

from datasources.platform.field_groups.choosing import Choice, choice_of, chosen_type
from datasources.platform.field_groups.models import ProfileFieldGroup
from journeyorch.expressions import types
from journeyorch.expressions.scope import PROFILE_GROUP


class ProfileGroup(NamedTuple):
    """One group; an empty ``choice`` is everything."""

    type: types.Type
    choice: Choice


def profile_groups(sandbox_id: int, profile: types.ObjectType) -> dict[str, ProfileGroup]:
    """The groups of a sandbox by name, ``ProfileFieldGroup`` first; without those that have no field.

    ``profile``: the type of all that is known of people there.
    """
    rows = ProfileFieldGroup.objects.filter(sandbox_id=sandbox_id).order_by("name")
    choices = {PROFILE_GROUP: choice_of(())}
    choices |= {name: choice_of(paths) for name, paths in rows.values_list("name", "fields")}
    groups = {name: ProfileGroup(chosen_type(profile, choice), choice) for name, choice in choices.items()}
    return {name: group for name, group in groups.items() if _has_fields(group.type)}


def _has_fields(type: types.Type) -> bool:
    return isinstance(type, types.ObjectType) and bool(type.fields)
