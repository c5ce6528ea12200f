"""Which dynamic values references to sources need, and writing them in."""

from __future__ import annotations

import pytest

from journeyorch.expressions import FieldGroupScope, Scope, compile_expression, types
from journeyorch.expressions.parameters import wanting, with_params

ROOMS = FieldGroupScope(
    types.ObjectType({"count": types.INTEGER, "free": types.BOOLEAN}),
    {"city": types.STRING, "from day": types.DATE_ONLY},
)
SCOPE = Scope(
    events={"Booking": types.ObjectType({"city": types.STRING})},
    datasources={
        "Rooms": {"free": ROOMS},
        "Weather": {"here": FieldGroupScope(types.ObjectType({"city": types.STRING}))},
    },
)
CITY = {("Rooms", "free"): {"city": "@{Booking.city}", "from day": 'toDateOnly("2026-01-01")'}}
WRITTEN = "params: {city: @{Booking.city}, 'from day': toDateOnly(\"2026-01-01\")}"


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("#{Rooms.free.count} > 1", ["free"]),
        ("#{Rooms.free.count} > 1 and not #{Rooms.free.free}", ["free"]),
        ("#{Rooms.free.count, defaultValue: 0} > 1", ["free"]),
        ("length(#{Weather.here.city, defaultValue: toString(#{Rooms.free.count})}) > 1", ["free"]),
        ("#{Rooms.free.count, params: {}} > 1", []),
        ("#{Weather.here.city}", []),
        ("#{Rooms}", []),
        ("#{Nowhere.free.count}", []),
        ("@{Booking.city}", []),
    ],
)
def test_groups_whose_references_have_no_values_are_found_once(text: str, groups: list[str]):
    found = wanting(text, SCOPE)
    assert [one.group for one in found] == groups
    assert all(one.values == ROOMS.params for one in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#{Rooms.free.count} > 1", f"#{{Rooms.free.count, {WRITTEN}}} > 1"),
        ("#{Rooms.free.count , defaultValue: 0 }", f"#{{Rooms.free.count , defaultValue: 0, {WRITTEN}}}"),
        (
            "#{Rooms.free.free} or #{Rooms.free.count} > 1",
            f"#{{Rooms.free.free, {WRITTEN}}} or #{{Rooms.free.count, {WRITTEN}}} > 1",
        ),
        ("#{Weather.here.city}", "#{Weather.here.city}"),
    ],
)
def test_values_are_written_into_every_reference_and_then_nothing_is_wanting(text: str, expected: str):
    written = with_params(text, CITY)
    assert written == expected
    compile_expression(written, SCOPE)
    assert wanting(written, SCOPE) == []
