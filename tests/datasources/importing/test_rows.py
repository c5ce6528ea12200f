"""Reading files: whatever is in them, from wherever reading goes on, and in constant memory."""

from __future__ import annotations

import json
import random
import tracemalloc

import pytest

from datasources.platform.profiles.importing import rows
from datasources.platform.profiles.importing.layout import Layout, NotText, detect
from datasources.platform.profiles.importing.rows import MAX_RECORD, NotReadable, Place, read_header, rows_of

CSV, JSONL, JSON = Layout(), Layout(format="jsonl"), Layout(format="json")


def opened(data: bytes, size: int = 7):
    return lambda start: (data[at : at + size] for at in range(start, len(data), size))


def read(data: bytes, layout: Layout = CSV, **options) -> list:
    open_at = opened(data, **options)
    header, first = read_header(open_at, layout) if layout.format == "csv" else ([], Place())
    return list(rows_of(open_at, layout, first, header=header))


def values(data: bytes, layout: Layout = CSV) -> list:
    return [row.values or row.reason for row in read(data, layout)]


@pytest.mark.parametrize(
    ("name", "head", "found"),
    [
        ("a.csv", b"a,b;c,d\n;;;;;;", Layout()),
        ("a.csv", b'a;b;"x,y,z,w"\n', Layout(delimiter=";")),
        ("a.tsv", b"a\tb\n", Layout(delimiter="\t")),
        ("a.txt", b"a|b\n", Layout(delimiter="|")),
        ("a.csv", "ä".encode("cp1252"), Layout(encoding="windows-1252")),
        ("a.csv", "ä".encode(), Layout()),
        ("a.csv", (b"x" * (64 * 1024 - 1) + "ä".encode())[: 64 * 1024], Layout()),
        ("a.ndjson", b"", JSONL),
        ("a.json", b' \n[{"a":1}]', JSON),
        ("a.json", b'{"a":1}\n{"a":2}', JSONL),
        ("guests", b"a,b", CSV),
        ("guests", b"", CSV),
    ],
)
def test_a_layout_is_found_out(name, head, found):
    assert detect(name, head) == found


@pytest.mark.parametrize("head", ["a,b".encode("utf-16"), b"a\x00b", b"PK\x03\x04\x00"])
def test_what_is_no_text_is_refused(head):
    with pytest.raises(NotText):
        detect("a.csv", head)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a,b\n1,2\n", [{"a": "1", "b": "2"}]),
        ("\ufeffa,b\r\n1,2\r\n\r\n3,4", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
        ('a,b\n"x\ny","q""q"\n3,4', [{"a": "x\ny", "b": 'q"q'}, {"a": "3", "b": "4"}]),
        ("a,b\n=1+1,-2\n", [{"a": "=1+1", "b": "-2"}]),
        ("a,b\n1\n3,4", ["The number of its values is 1 instead of 2.", {"a": "3", "b": "4"}]),
        ('a,b\n"x"y,2\n3,4', ["Its quotes are not closed, or not doubled inside.", {"a": "3", "b": "4"}]),
        (
            'a,b\n1,"open\n3,4\n5,6',
            ["Its quotes are not closed, or not doubled inside.", {"a": "3", "b": "4"}, {"a": "5", "b": "6"}],
        ),
    ],
)
def test_csv_is_read_record_by_record(text, found):
    assert values(text.encode()) == found


def test_a_line_in_another_encoding_is_left_out():
    data = "a,b\n1,ä\n".encode() + "2,ä\n".encode("cp1252") + b"3,4\n"
    assert values(data) == [{"a": "1", "b": "ä"}, "It is not written in utf-8.", {"a": "3", "b": "4"}]


def test_an_endless_line_is_left_out_and_never_held():
    piece = b"x" * 65536

    def endless(start):
        text = (b"a,b\n1,", *[piece] * 320, b"\n3,4\n")
        if start == 0:
            yield from text
        else:
            yield from (part if number else part[start:] for number, part in enumerate(text))

    header, first = read_header(endless, CSV)
    tracemalloc.start()
    found = [row.values or row.reason for row in rows_of(endless, CSV, first, header=header)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == ["It is longer than 1 MiB; perhaps a quote is not closed.", {"a": "3", "b": "4"}]
    assert peak < 6 * MAX_RECORD


@pytest.mark.parametrize("text", ["", "\n", "a,a\n1,2", "a,\n1,2", '"a\n', ",".join(map(str, range(501)))])
def test_a_header_that_names_no_columns_is_refused(text):
    with pytest.raises(NotReadable):
        read_header(opened(text.encode()), CSV)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}\n\n{"a": 2}', [{"a": 1}, {"a": 2}]),
        ('\ufeff{"a": 1}\r\n', [{"a": 1}]),
        ('[1]\n{"a": 2}', ["It is no JSON object.", {"a": 2}]),
        ('{"a": NaN}\n{"a": 2}', ["It is not valid JSON at line 1, column 7.", {"a": 2}]),
        ('{"a": 1, "a": 2}', ["One of its objects holds the same name twice."]),
    ],
)
def test_json_lines_are_read_strictly(text, found):
    assert values(text.encode(), JSONL) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[]", []),
        ('\ufeff [ {"a": 1} , {"b": "}]\\"{"} ] ', [{"a": 1}, {"b": '}]"{'}]),
        ('[{"a": [1, {"b": 2}]}, {"a": NaN}, {"c": 1}]', [
            {"a": [1, {"b": 2}]}, "It is not valid JSON at line 1, column 7.", {"c": 1},
        ]),
    ],
)  # fmt: skip
def test_a_json_list_is_read_element_by_element(text, found):
    assert values(text.encode(), JSON) == found


@pytest.mark.parametrize(
    "text", ["", "{}", '[{"a": 1}', '[{"a": 1', "[1]", "[null]", '[{"a": "' + "x" * 2**21]
)
def test_a_json_list_that_ends_too_early_is_refused(text):
    with pytest.raises(NotReadable):
        read(text.encode(), JSON, size=65536)


@pytest.mark.parametrize("layout", [CSV, JSONL, JSON], ids=lambda one: one.format)
def test_reading_goes_on_from_any_record(layout):
    dice = random.Random(4)
    words = ["x", "ä", 'q"q', "two\nlines", "{[", "", "x" * 300]
    records = [{"a": dice.choice(words), "b": str(number)} for number in range(60)]
    data = _written(records, layout)
    whole = read(data, layout)
    assert [row.values for row in whole] == records
    header = ["a", "b"] if layout is CSV else []
    for row in whole[:-1]:
        rest = rows_of(opened(data, 11), layout, row.next, header=header)
        assert [one.values for one in rest][:2] == records[int(row.values["b"]) + 1 :][:2]
    numbers = [row.number for row in whole]
    assert numbers == sorted(set(numbers))


def _written(records: list[dict[str, str]], layout: Layout) -> bytes:
    if layout is CSV:
        lines = ['"{}",{}'.format(one["a"].replace('"', '""'), one["b"]) for one in records]
        return ("a,b\n" + "\n".join(lines)).encode()
    if layout is JSONL:
        return "\n".join(map(json.dumps, records)).encode()
    return json.dumps(records, indent=1, ensure_ascii=False).encode()


def test_a_quote_that_swallows_megabytes_costs_one_line(monkeypatch):
    monkeypatch.setattr(rows, "MAX_RECORD", 1000)
    data = b'a,b\n1,"open\n' + b"3,4\n" * 2000
    found = values(data)
    assert found[0] == "It is longer than 1 MiB; perhaps a quote is not closed."
    assert found[1:] == [{"a": "3", "b": "4"}] * 2000
