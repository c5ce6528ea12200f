"""What a compiled expression says about the data it needs, and how it asks for them."""

from __future__ import annotations

import pytest

from journeyorch.expressions import Context, Scope, compile_expression, parse_reference, types

from .world import SCOPE, make_context


def references_of(source):
    found = compile_expression(source, SCOPE).all_references()
    return [(one.kind, one.root, one.group, ".".join(one.path)) for one in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 1", []),
        ("@{Order.address.city} == @{Order.address.city}", [("event", "Order", None, "address.city")]),
        ("@{JourneyProperties.journeyUID}", [("property", "", None, "journeyUID")]),
        ('inSegment("A") or inSegment("B")', [("segment", "A", None, ""), ("segment", "B", None, "")]),
        (
            "#{ExperiencePlatform.ProfileFieldGroup.profile.loyalty.points, defaultValue: @{Order.count}}",
            [
                ("datasource", "ExperiencePlatform", "ProfileFieldGroup", "loyalty.points"),
                ("event", "Order", None, "count"),
            ],
        ),
        (
            "@{Order.items.all(currentEventField.parts.first(currentEventField.weight > 1).name == 'a').sku}",
            [
                ("event", "Order", None, "items.parts.weight"),
                ("event", "Order", None, "items.parts.name"),
                ("event", "Order", None, "items.sku"),
            ],
        ),
        (
            (
                "#{Weather.main.temperature, params: {city: "
                "#{Weather.main.rain.'3h', params: {city: @{Order.id}}} + ''}}"
            ),
            [
                ("event", "Order", None, "id"),
                ("datasource", "Weather", "main", "rain.3h"),
                ("datasource", "Weather", "main", "temperature"),
            ],
        ),
    ],
)
def test_references_name_the_data_parameters_first(source, expected):
    assert references_of(source) == expected


def test_parameters_are_compiled_for_the_engine_to_evaluate():
    (reference,) = compile_expression(
        "#{Weather.main.temperature, params: {city: @{Order.id}}}", SCOPE
    ).references

    assert reference.params["city"].source == "@{Order.id}"
    assert reference.params["city"].evaluate(make_context()) == "o-1"


def test_fetched_data_are_found_by_the_values_of_the_parameters():
    class Fetched(Context):
        __slots__ = ()

        def field_group(self, source, group, params):
            assert (source, group) == ("Weather", "main")
            return {"Rome": {"temperature": 30}, "Oslo": {"temperature": 10}}.get(params["city"])

    in_rome, in_oslo = (
        f'#{{Weather.main.temperature, params: {{city: "{city}"}}}}' for city in ("Rome", "Oslo")
    )
    source = f"{in_rome} - {in_oslo}"

    assert compile_expression(source, SCOPE).evaluate(Fetched(now=make_context().now)) == 20.0


@pytest.mark.parametrize(
    "source", ["@{Order.id}", "@{Order.items.sku}", "@{Order.address.city}", "@{Order.labels.keys()}"]
)
@pytest.mark.parametrize(
    "events", [{}, {"Order": None}, {"Order": {}}, {"Order": {"address": None, "items": None}}]
)
def test_missing_data_read_as_null(source, events):
    assert compile_expression(source, SCOPE).evaluate(make_context(events=events)) is None


def test_a_boolean_result_is_never_null():
    compiled = compile_expression("@{Order.gift}", SCOPE, types.BOOLEAN)

    assert compiled.evaluate(make_context()) is False
    assert compile_expression("@{Order.gift}", SCOPE).evaluate(make_context()) is None


def test_an_expected_decimal_takes_an_integer():
    value = compile_expression("@{Order.count}", SCOPE, types.DECIMAL).evaluate(make_context())

    assert (value, type(value)) == (3.0, float)


def test_the_same_source_scope_and_type_are_compiled_once():
    assert compile_expression("1 + 1", SCOPE) is compile_expression("1 + 1", SCOPE)
    assert compile_expression("1 + 1", SCOPE) is not compile_expression("1 + 1", Scope())


def test_changing_a_result_does_not_change_the_expression():
    compiled = compile_expression("[1, 2]", SCOPE)
    compiled.evaluate(make_context()).append(3)

    assert compiled.evaluate(make_context()) == [1, 2]


def test_days_are_read_in_the_zone_of_the_journey():
    from zoneinfo import ZoneInfo

    source = 'inLastHours(date("2024-05-15T21:00:00"), 1)'  # 12:30 in UTC is 21:30 in Tokyo

    assert compile_expression(source, SCOPE).evaluate(make_context(zone=ZoneInfo("Asia/Tokyo"))) is True
    assert compile_expression(source, SCOPE).evaluate(make_context()) is False


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("@{Order.'first-name'}", ("event", "Order", None, ("first-name",))),
        ("#{A.B.c.d}", ("datasource", "A", "B", ("c", "d"))),
        ("@{JourneyProperties.journeyUID}", ("property", "", None, ("journeyUID",))),
        ("@{Order.id} + 1", None),
        ("@{Order.items.first().id}", None),
        ("@{Order.id, defaultValue: 1}", None),
        ("'text'", None),
    ],
)
def test_a_plain_reference_is_told_from_other_expressions(source, expected):
    found = parse_reference(source)

    assert (found and (found.kind, found.root, found.group, found.path)) == expected
