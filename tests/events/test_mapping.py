"""Rows of an inlet's mapping: which value goes where, and what is left out."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.mapping.places import NotAPath, found, path_of, put, text_of
from events.mapping.rules import Row, RowProblem, compiled, rule_of
from events.protocols import Normalized, NotNormal

SOURCE = {
    "id": 7,
    "mail": " Jane@Example.COM ",
    "name": {"first": "Jane", "last": "Doe"},
    "price": "25.50",
    "when": 1764000000,
    "nothing": None,
    "flag": True,
    "a.b": 1,
    "items": [{"sku": "p1", "qty": "2"}, {"sku": "p2"}, {"qty": "x"}],
    "tags": ["a", "b"],
}


def mapped(
    *rows: dict[str, Any], entity: dict[str, Any] | None = None, source: Any = SOURCE, record: bool = False
) -> Any:
    normalized = Normalized(entity or {}, "", "event", "", None, source=source)
    return compiled(list(rows)).over(normalized, record=record).entity


def row(source: str, target: str = "x", function: str = "", argument: str = "") -> dict[str, Any]:
    return {"source": source, "target": target, "function": function, "argument": argument}


LEFT_OUT: dict[str, Any] = {}
VALUES = [
    (row("name.first"), {"x": "Jane"}),
    (row("name"), {"x": {"first": "Jane", "last": "Doe"}}),
    (row("name.middle"), LEFT_OUT),
    (row("name.first.deeper"), LEFT_OUT),
    (row("nothing"), LEFT_OUT),
    (row("flag"), {"x": True}),
    (row('["a.b"]'), {"x": 1}),
    (row("items[1].sku"), {"x": "p2"}),
    (row("items[9].sku"), LEFT_OUT),
    (row("tags[0]", "a.b[0].c"), {"a": {"b": [{"c": "a"}]}}),
    (row("tags[0]", "a[2]"), {"a": ["a"]}),
    (row("tags[0]", "a[1].b"), {"a": [{}, {"b": "a"}]}),
    (row("items[*].sku", "list[*].SKU"), {"list": [{"SKU": "p1"}, {"SKU": "p2"}]}),
    (row("items[*].qty", "list[*].n", "number"), {"list": [{"n": 2}]}),
    (row("tags[*]", "labels[*]"), {"labels": ["a", "b"]}),
    (row("name[*]", "x[*]"), LEFT_OUT),
    (row("", function="constant", argument="1"), {"x": 1}),
    (row("", function="constant", argument='"1"'), {"x": "1"}),
    (row("", function="constant", argument="web visit"), {"x": "web visit"}),
    (row("", function="constant", argument='{"value": 1}'), {"x": {"value": 1}}),
    (row("name.first", function="default", argument="nobody"), {"x": "Jane"}),
    (row("nothing", function="default", argument="nobody"), {"x": "nobody"}),
    (row("absent.at.all", function="default", argument="0"), {"x": 0}),
    (row("mail", function="trim"), {"x": "Jane@Example.COM"}),
    (row("mail", function="lower"), {"x": " jane@example.com "}),
    (row("id", function="lower"), LEFT_OUT),
    (row("price", function="number"), {"x": 25.5}),
    (row("id", function="number"), {"x": 7}),
    (row("mail", function="number"), LEFT_OUT),
    (row("flag", function="number"), LEFT_OUT),
    (row("when", function="dateTime"), {"x": "2025-11-24T16:00:00+00:00"}),
    (row("flag", function="dateTime"), LEFT_OUT),
    (row("mail", function="dateTime"), LEFT_OUT),
    (row("name.first, name.last", function="concat", argument=" "), {"x": "Jane Doe"}),
    (row("name.first,nothing,id", function="concat", argument="-"), {"x": "Jane-7"}),
    (row("id", function="concat"), {"x": "7"}),
    (row("nothing,name", function="concat"), LEFT_OUT),
]


@pytest.mark.parametrize(("given_row", "entity"), VALUES, ids=lambda value: str(value)[:60])
def test_a_value_goes_where_its_row_says(given_row: dict[str, Any], entity: dict[str, Any]) -> None:
    assert mapped(given_row) == entity


MOMENTS = [
    ("2026-05-01T12:00:00+02:00", "2026-05-01T10:00:00+00:00"),
    ("2026-05-01T12:00:00", "2026-05-01T12:00:00+00:00"),
    ("2026-05-01 12:00", "2026-05-01T12:00:00+00:00"),
    ("2026-05-01", "2026-05-01T00:00:00+00:00"),
    ("20260501", "2026-05-01T00:00:00+00:00"),
    (1764000000000, "2025-11-24T16:00:00+00:00"),
    ("1764000000", "2025-11-24T16:00:00+00:00"),
    (1764000000.5, "2025-11-24T16:00:00.500000+00:00"),
    (0, "1970-01-01T00:00:00+00:00"),
    ("yesterday", None),
    ("", None),
    (1e300, None),
    ("9" * 300, None),
    ("0001-01-01T00:00:00+23:00", None),
    ([], None),
]


@pytest.mark.parametrize(("written", "moment"), MOMENTS, ids=str)
def test_moments_are_read_as_systems_write_them(written: Any, moment: str | None) -> None:
    assert mapped(row("at", function="dateTime"), source={"at": written}).get("x") == moment


@pytest.mark.parametrize("text", ["1e999", "NaN", "Infinity", "0x10", "1_000", "٣", "", "1,5"])
def test_what_is_no_number_is_left_out(text: str) -> None:
    assert mapped(row("n", function="number"), source={"n": text}) == {}


def test_rows_are_laid_over_what_the_protocol_gives() -> None:
    ready = {"_id": "m-1", "web": {"name": "A", "url": "B"}, "eventType": "track"}
    entity = mapped(
        row("name.first", "web.name"), row("nothing", "eventType"), row("id", "_id"), entity=ready
    )
    assert entity == {"_id": 7, "web": {"name": "Jane", "url": "B"}, "eventType": "track"}
    assert ready["web"] == {"name": "A", "url": "B"}


@pytest.mark.parametrize(("record", "known"), [(False, {"both": 7, "x": 7}), (True, {"both": 7, "y": 7})])
def test_rows_may_be_for_events_or_for_records_alone(record: bool, known: dict[str, Any]) -> None:
    for_one = {**row("id", "x"), "only_for": "event"}, {**row("id", "y"), "only_for": "record"}
    rows = [row("id", "both"), *for_one]
    assert mapped(*rows, record=record) == known
    assert compiled([{**row("id", "_id"), "only_for": "record"}]).gives_id is False


def test_of_rows_with_one_target_the_last_that_has_a_value_counts() -> None:
    rows = [row("", function="constant", argument="guest"), row("name.first"), row("nothing")]
    assert mapped(*rows) == {"x": "Jane"}


def test_writing_into_a_value_leaves_the_message_as_it_is() -> None:
    source = {"inner": {"a": 1}}
    rows = [row("inner"), row("inner.a", "x.b"), row("inner", "y")]
    assert mapped(*rows, source=source) == {"x": {"a": 1, "b": 1}, "y": {"a": 1}}


def test_id_and_time_are_those_that_the_rows_give() -> None:
    normalized = Normalized({}, "", "event", "old", None, source={"id": "e-1", "at": 1764000000})
    over = compiled([row("id", "_id"), row("at", "timestamp", "dateTime")]).over(normalized)
    assert over.event_id == "e-1"
    assert over.timestamp is not None
    assert over.timestamp.isoformat() == "2025-11-24T16:00:00+00:00"


def test_what_gets_too_deep_cannot_be_stored() -> None:
    deep: Any = 1
    for _ in range(250):
        deep = [deep]
    target = ".".join("abcdefgh")
    with pytest.raises(NotNormal, match="nests"):
        mapped(row("deep", target), source={"deep": deep})


BAD_ROWS = [
    (row("a..b"), "source", "is no path"),
    (row("a["), "source", "is no path"),
    (row("a[x]"), "source", "is no path"),
    (row("a[1000]"), "source", "is no path"),
    (row('["\\u0000"]'), "source", "no name"),
    (row('["\\ud800"]'), "source", "no name"),
    (row(""), "source", "Say where the value comes from"),
    (row("a", ""), "target", "Say where in XDM"),
    (row("a", "[0]"), "target", "Say where in XDM"),
    (row("a", ".x"), "target", "is no path"),
    (row("a", "x[*]"), "target", "equally often"),
    (row("a[*]", "x"), "target", "equally often"),
    (row("a[*]", "x[*]", "concat"), "source", "cannot stand in every element"),
    (row("a,,b", "x", "concat"), "source", "Say where the value comes from"),
    (row("", "x", "constant"), "argument", "Say which value"),
    (row("a", "x", "default"), "argument", "Say which value"),
]


@pytest.mark.parametrize(("bad", "place", "reason"), BAD_ROWS, ids=lambda value: str(value)[:60])
def test_a_row_that_is_none_says_why(bad: dict[str, Any], place: str, reason: str) -> None:
    with pytest.raises(RowProblem, match=reason) as caught:
        rule_of(Row.model_validate(bad))
    assert caught.value.place == place


@pytest.mark.parametrize("rows", [[{"nonsense": 1}], "text", [row("a..b")], [5]], ids=str)
def test_a_broken_mapping_says_so_when_it_matters(rows: Any) -> None:
    with pytest.raises(NotNormal, match="The inlet's mapping cannot be used"):
        compiled(rows).over(Normalized({}, "", "", "", None, source={}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
STEPS = st.sampled_from(["a", "b", "a.b", "a[0]", "a[*]", "b[1].c", "a[*].b", "a[*].b[*]", "c"])
FUNCTIONS = st.sampled_from(["", "trim", "lower", "number", "dateTime", "concat", "default"])
ROWS = st.builds(row, STEPS, STEPS, FUNCTIONS, st.just("1"))


@given(source=JSON, rows=st.lists(ROWS, max_size=4), ready=st.dictionaries(st.sampled_from("abc"), JSON))
@settings(max_examples=150, deadline=None)
def test_any_rows_over_any_message_give_json_or_a_reason(source: Any, rows: Any, ready: Any) -> None:
    before = orjson.dumps([source, ready])
    try:
        orjson.dumps(mapped(*rows, entity=ready, source=source))
    except NotNormal:
        assert compiled(rows).broken
    assert orjson.dumps([source, ready]) == before


@given(st.text(alphabet='ab.[]*"0 $é\\', max_size=12))
def test_a_path_is_written_as_it_is_read(text: str) -> None:
    try:
        path = path_of(text)
    except NotAPath:
        return
    assert path_of(text_of(path)) == path


def test_what_was_put_is_found() -> None:
    path = path_of('a["b.c"][*].d[2].e')
    target: dict[str, Any] = {"a": "in the way"}
    put(target, path, (1,), "value")
    assert [value for places, value in found(target, path) if places == (1,)] == ["value"]
