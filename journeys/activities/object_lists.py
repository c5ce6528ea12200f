"""Lists of objects that a journey gives: which field of the objects becomes which field of the action.

Written down as ``{variable: {field of the action: field of the objects}}``; a field that is not named there
has the same name on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from journeyorch.expressions import ExpressionError, types
from journeyorch.phrases import phrase
from journeys.activities.catalog import VariableInfo
from journeys.activities.room import Room
from journeys.definition.problems import Problem

Fields = Mapping[str, Mapping[str, str]]


def check_fields(
    id: str, values: Mapping[str, str], fields: Fields, variables: tuple[VariableInfo, ...], room: Room
) -> Iterator[Problem]:
    """Names that lead nowhere, and fields of other types than the action's."""
    known = {variable.name: variable for variable in variables if variable.fields}
    for name in fields:
        if name not in known:
            message = phrase("“{name}” is no list of objects of what is used here; remove it.", name=name)
            yield Problem("ERR_JOURNEY_VALUE_UNKNOWN", message, id, f"fields.{name}")
    for variable in known.values():
        given = fields.get(variable.name, {})
        yield from _unknown(id, variable, given)
        if source := values.get(variable.name, "").strip():
            yield from _misfits(id, variable, given, _item_of(source, room))


def _unknown(id: str, variable: VariableInfo, given: Mapping[str, str]) -> Iterator[Problem]:
    for field in given:
        if field not in variable.fields:
            message = phrase(
                "“{label}” has no field “{field}”; remove it.", label=variable.label, field=field
            )
            yield Problem("ERR_JOURNEY_VALUE_UNKNOWN", message, id, f"fields.{variable.name}.{field}")


def _item_of(source: str, room: Room) -> types.Type:
    """What the list's elements are, as far as it is known before it is there."""
    try:
        listed = room.compile(source).type
    except ExpressionError:
        return types.ANY  # said where the values are checked
    return listed.item if isinstance(listed, types.ListType) else types.ANY


def _misfits(
    id: str, variable: VariableInfo, given: Mapping[str, str], item: types.Type
) -> Iterator[Problem]:
    if not isinstance(item, types.ObjectType):
        return
    for field, wanted in variable.fields.items():
        place = f"fields.{variable.name}.{field}"
        name = given.get(field, "").strip() or field
        if name in item.fields:
            if not types.fits(item.fields[name], wanted):
                message = phrase(
                    "“{label}”: the field “{name}” is {fields}, but {wanted} is needed.",
                    label=variable.label,
                    name=name,
                    fields=item.fields[name],
                    wanted=wanted,
                )
                yield Problem("ERR_JOURNEY_VALUE_TYPE", message, id, place)
        elif not item.sampled:
            message = phrase(
                "“{label}”: the list's objects have no field “{name}”; name the one for “{field}”.",
                label=variable.label,
                name=name,
                field=field,
            )
            yield Problem("ERR_JOURNEY_VALUE_MISSING", message, id, place)
