"""What a field group may choose from, and what a fetch of it looks like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from datasources.platform.field_groups.choosing import choice_of, chosen_data
from datasources.platform.profiles.fields import (
    feeding_schemas,
    placed_fields,
    profile_documents,
    profile_type,
)
from datasources.platform.schemas.fields import MAX_DEPTH, MAX_FIELDS, Field
from datasources.platform.schemas.sampling import sample_of
from journeyorch.expressions import types
from journeyorch.expressions.scope import EXPERIENCE_EVENTS


def offered_fields(sandbox_id: int) -> list[Field]:
    """All that journeys could read of people in a sandbox, containers before their content.

    As many as its schemas may have; choices in them may stand for more.
    """
    described, everything = _described(sandbox_id), profile_type(sandbox_id).fields
    person = {name: inner for name, inner in everything.items() if name != EXPERIENCE_EVENTS}
    happened = {EXPERIENCE_EVENTS: everything[EXPERIENCE_EVENTS]}
    most = MAX_FIELDS * max(1, feeding_schemas(sandbox_id).count())
    walks = (_walk(types.ObjectType(part), "", described) for part in (person, happened))
    return [field for walk in walks for field in islice(walk, most)]


def sample_fetch(sandbox_id: int, paths: Sequence[str]) -> dict[str, Any]:
    """What a group with these fields may bring."""
    person: dict[str, Any] = {}
    happened: dict[str, Any] = {}
    for above, document in profile_documents(sandbox_id):
        _join(happened if above else person, sample_of(document))
    everything = {**person, EXPERIENCE_EVENTS: [happened]}
    chosen: dict[str, Any] = chosen_data(everything, choice_of(paths))
    return chosen


def _described(sandbox_id: int) -> dict[str, Field]:
    """What schemas say of fields, by path; where several have one, the first."""
    events = Field(EXPERIENCE_EVENTS, "", "", friendly_name=_("Experience events, newest first"))
    found = {EXPERIENCE_EVENTS: events}
    for above, document in profile_documents(sandbox_id):
        for field in placed_fields(above, document):
            found.setdefault(field.path, field)
    return found


def _walk(type: types.Type, above: str, described: Mapping[str, Field], level: int = 0) -> Iterator[Field]:
    while isinstance(type, types.ListType):
        type = type.item
    if not isinstance(type, types.ObjectType) or level >= MAX_DEPTH:
        return
    for name, inner in type.fields.items():
        path = above + name
        known = described.get(path, Field(path, "", ""))
        # Required is what a message must have; a profile may lack anything.
        yield known._replace(type=inner.name, required=False)
        yield from _walk(inner, f"{path}.", described, level + 1)


def _join(sample: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(sample.get(name), dict) and isinstance(value, Mapping):
            _join(sample[name], value)
        else:
            sample.setdefault(name, value)
