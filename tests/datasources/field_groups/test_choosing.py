"""What a field group shows of a profile."""

from __future__ import annotations

from typing import Any

import pytest

from datasources.platform.field_groups.choosing import choice_of, chosen_data, chosen_type
from journeyorch.expressions import types

NAME = types.ObjectType({"firstName": types.STRING, "lastName": types.STRING})
PERSON = types.ObjectType(
    {
        "points": types.INTEGER,
        "person": types.ObjectType({"name": NAME, "gender": types.STRING}),
        "tags": types.ListType(types.STRING),
        "identityMap": types.MapType(types.ANY),
        "orders": types.ListType(types.ObjectType({"id": types.STRING, "total": types.DECIMAL})),
    }
)
ADA = {
    "points": 7,
    "person": {"name": {"firstName": "Ada", "lastName": "Byron"}, "gender": "female"},
    "tags": ["new"],
    "identityMap": {"Email": [{"id": "ada@example.com"}]},
    "orders": [{"id": "a", "total": 1.5}, {"id": "b"}, None],
    "secret": "what no schema has",
}
CASES: list[tuple[list[str], Any, Any]] = [
    ([], PERSON, ADA),
    (["points"], {"points": types.INTEGER}, {"points": 7}),
    (
        ["person.name.firstName", "points"],
        {"points": types.INTEGER, "person": {"name": {"firstName": types.STRING}}},
        {"points": 7, "person": {"name": {"firstName": "Ada"}}},
    ),
    (["person.name"], {"person": {"name": NAME}}, {"person": {"name": ADA["person"]["name"]}}),
    # What is around a field has it already, in any order.
    (["person.name.firstName", "person"], {"person": PERSON.fields["person"]}, {"person": ADA["person"]}),
    (["orders.total"], {"orders": [{"total": types.DECIMAL}]}, {"orders": [{"total": 1.5}, {}, None]}),
    (["tags", "identityMap"], {"tags": PERSON.fields["tags"], "identityMap": PERSON.fields["identityMap"]},
     {"tags": ["new"], "identityMap": ADA["identityMap"]}),
    # What no schema has is no field; neither is an object without one.
    (["nothing", "points"], {"points": types.INTEGER}, {"points": 7}),
    (["person.nothing"], {}, {"person": {}}),
]  # fmt: skip


def as_type(shape: Any) -> types.Type:
    if isinstance(shape, dict):
        return types.ObjectType({name: as_type(inner) for name, inner in shape.items()})
    return types.ListType(as_type(shape[0])) if isinstance(shape, list) else shape


@pytest.mark.parametrize(("paths", "shape", "shown"), CASES, ids=[" ".join(case[0]) for case in CASES])
def test_the_chosen_fields_are_shown_with_what_is_below_them(
    paths: list[str], shape: Any, shown: Any
) -> None:
    choice = choice_of(paths)

    assert chosen_type(PERSON, choice) == as_type(shape)
    assert chosen_data(ADA, choice) == shown


def test_nothing_is_shown_of_nobody() -> None:
    assert chosen_data(None, choice_of(["points"])) is None
