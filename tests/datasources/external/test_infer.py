from __future__ import annotations

import pytest

from datasources.external.conform import conform
from datasources.external.infer import SampleProblem, infer, leaves, problems, with_types

SAMPLE = {
    "name": "Ada",
    "age": 36,
    "score": 1.5,
    "active": True,
    "born": "1815-12-10",
    "seen": "2026-01-01T10:00:00Z",
    "alarm": "2026-01-01T10:00:00",
    "unknown": None,
    "rain": {"3h": 0.5},
    "tags": ["a", "b"],
    "mixed": [1, "a"],
    "prices": [1, 2.5],
    "empty": [],
    "visits": [{"at": "2026-01-01"}, {"at": None, "where": "here"}],
    "big": 2**63,
}


def test_names_and_types_come_from_the_sample():
    assert dict(leaves(infer(SAMPLE))) == {
        "name": "string",
        "age": "integer",
        "score": "decimal",
        "active": "boolean",
        "born": "dateOnly",
        "seen": "dateTime",
        "alarm": "dateTimeOnly",
        "unknown": "any",
        "rain.3h": "decimal",
        "tags": "listString",
        "mixed": "listAny",
        "prices": "listDecimal",
        "empty": "listAny",
        "visits[].at": "dateOnly",
        "visits[].where": "string",
        "big": "decimal",
    }


def test_types_are_corrected_by_path_and_nothing_else_changes():
    schema = infer({"at": "2030", "main": {"t": 1, "seen": None}, "rooms": [{"no": 1, "tags": ["a"]}]})
    schema["properties"]["at"]["title"] = "Arrival"
    wanted = {"at": "dateTime", "main.seen": "listString", "rooms[].no": "string", "rooms[].tags": "listAny"}
    corrected = with_types(schema, {**wanted, "gone": "string"})
    assert dict(leaves(corrected)) == {"main.t": "integer", **wanted}
    assert corrected["properties"]["at"]["title"] == "Arrival"
    assert list(problems(corrected)) == []


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "12:00", "2026", "20260101", "1.5", "", "P1D"])
def test_a_text_that_is_no_real_time_is_a_string(text):
    assert infer({"x": text})["properties"]["x"] == {"type": "string"}


@pytest.mark.parametrize("sample", [[], "text", 5, None, True])
def test_a_sample_must_be_an_object(sample):
    with pytest.raises(SampleProblem):
        infer(sample)


def test_a_sample_that_is_too_deep_is_refused():
    sample: dict = {}
    for _ in range(900):
        sample = {"a": sample}
    with pytest.raises(SampleProblem):
        infer(sample)


def test_the_sample_itself_fits_its_own_fields():
    data = {name: value for name, value in SAMPLE.items() if value is not None}
    assert conform(SAMPLE, infer(SAMPLE)) == (
        data | {"visits": [{"at": "2026-01-01"}, {"where": "here"}]},
        [],
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", 5),
        ("name", "a\x00b"),
        ("age", "36"),
        ("age", 1.5),
        ("age", True),
        ("age", 2**63),
        ("score", "1.5"),
        ("active", 1),
        ("born", "yesterday"),
        ("seen", "2026-02-30T00:00Z"),
        ("alarm", "2026-01-01T10:00:00Z"),
        ("rain", [1]),
        ("tags", "a"),
        ("visits", {}),
    ],
)
def test_a_value_of_another_type_is_left_out_and_named(name, value):
    fitting = conform({**SAMPLE, name: value}, infer(SAMPLE))
    assert name not in fitting.data
    assert fitting.misfits == [name]


def test_an_element_of_another_type_becomes_null():
    fitting = conform({"tags": ["a", 5, None], "visits": [{"at": 1}, "x"]}, infer(SAMPLE))
    assert fitting.data == {"tags": ["a", None, None], "visits": [{}, None]}
    assert fitting.misfits == ["tags[1]", "visits[0].at", "visits[1]"]


def test_fields_that_the_group_does_not_have_are_left_out():
    assert conform({"name": "Ada", "password": "x"}, infer(SAMPLE)) == ({"name": "Ada"}, [])


def test_whole_numbers_fit_however_they_are_written():
    assert conform({"age": 36.0, "score": 2}, infer(SAMPLE)).data == {"age": 36, "score": 2}


def test_hostile_depth_in_a_field_of_unknown_type_does_no_harm():
    value: list = []
    for _ in range(1000):
        value = [value]
    assert conform({"unknown": value, "name": "Ada"}, infer(SAMPLE)).data == {"name": "Ada"}
