"""`manage.py evaluate` as a program: a line out for each line in, at once, whatever comes in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from journeyorch.expressions.lines import LINE_BYTES

COMMAND = [sys.executable, "manage.py", "evaluate"]
GOOD = b'{"expression": "1 + 1"}\n'
TWO = {"value": 2, "type": "integer"}


def run(data: bytes, **options: Any) -> subprocess.CompletedProcess[bytes]:
    # No database and no setting: an address that nobody could connect to would be an error at once.
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    return subprocess.run(
        COMMAND, input=data, cwd=settings.BASE_DIR, env=environment, timeout=100, check=False,
        **{"capture_output": True, **options},
    )  # fmt: skip


@pytest.fixture(scope="module")
def conversation() -> Iterator[subprocess.Popen[bytes]]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(COMMAND, cwd=settings.BASE_DIR, **pipes) as process:
        yield process
        process.stdin.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""


def say(process: subprocess.Popen[bytes], line: bytes) -> dict[str, Any]:
    process.stdin.write(line + b"\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def in_context(value: str) -> bytes:
    return b'{"expression": "count(@{E.a}) >= 0", "context": {"events": {"E": {"a": %s}}}}' % value.encode()


REFUSED = {
    "nothing": b"",
    "white space": b"  ",
    "no JSON": b"1 +",
    "no object": b"[]",
    "null": b"null",
    "a text": b'"1"',
    "no expression": b"{}",
    "an expression that is null": b'{"expression": null}',
    "an expression that is a number": b'{"expression": 1}',
    "an empty expression": b'{"expression": ""}',
    "invalid UTF-8": b'{"expression": "\xff"}',
    "UTF-16": '{"expression": "1"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"expression": "1"}',
    "NUL": b'{"expression": "1\x00"}',
    "NUL, escaped": b'{"expression": "1\\u0000"}',
    "half a pair": b'{"expression": "\\"\\ud800\\""}',
    "half a pair, escaped twice": b'{"expression": "\\"\\\\ud800\\""}',
    "NaN": in_context("NaN"),
    "Infinity": in_context("-Infinity"),
    "1e400": in_context("1e400"),
    "an integer beyond 64 bits": in_context("[9223372036854775808]"),
    "an integer of 5,000 digits": in_context("[" + "9" * 5000 + "]"),
    "a name twice": b'{"expression": "1", "expression": "2"}',
    "depth 300": in_context("[" * 300 + "]" * 300),
    "depth 100,000": in_context("[" * 100_000),
    "an expression nested deeply": b'{"expression": "%s"}' % (b"(" * 15_000),
    "an expression of a megabyte": b'{"expression": "%s"}' % (b"1+" * 500_000),
    "a context that is a list": b'{"expression": "1", "context": []}',
    "a part that does not exist": b'{"expression": "1", "context": {"event": {}}}',
    "events that are a list": b'{"expression": "1", "context": {"events": []}}',
    "sources that are a text": b'{"expression": "1", "context": {"datasources": "x"}}',
    "groups that are a number": b'{"expression": "1", "context": {"datasources": {"S": 1}}}',
    "properties that are true": b'{"expression": "1", "context": {"properties": true}}',
    "segments that are an object": b'{"expression": "1", "context": {"segments": {}}}',
    "segments that are numbers": b'{"expression": "1", "context": {"segments": [1]}}',
    "a now that is a number": b'{"expression": "1", "context": {"now": 1}}',
    "a now that is no day": b'{"expression": "1", "context": {"now": "2023-02-29"}}',
    "a now outside the calendar": b'{"expression": "1", "context": {"now": "9999-12-31T23:00:00-05:00"}}',
    "a list longer than what is looked at": in_context("[" + "1," * 250_000 + "1]"),
}  # fmt: skip


@pytest.mark.parametrize("line", REFUSED.values(), ids=REFUSED)
def test_whatever_comes_in_is_answered_with_one_error_and_the_next_line_works(conversation, line):
    error = say(conversation, line)["error"]

    assert set(error) == {"code", "message", "line", "column"}
    assert error["code"].startswith("ERR_EXPR_")
    assert error["code"] != "ERR_EXPR_INTERNAL"
    assert error["line"] >= 1
    assert error["column"] >= 1
    assert say(conversation, GOOD.strip()) == TWO


@pytest.mark.parametrize(
    ("source", "context", "value", "type_"),
    [
        ("@{E}", {"events": {"E": None}}, None, "null"),
        ("@{E}", {"events": {"E": [1, "a"]}}, [1, "a"], "list"),
        ("@{E.a}", {"events": {"E": {"a": 3}}}, 3, "integer"),
        ("@{E.a}", {"events": {"E": {"a": {"b": [None]}}}}, {"b": [None]}, "object"),
        ("@{E.a}", {"events": {"E": {"a": []}}}, [], "list"),
        ("@{E.a.b}", {"events": {"E": {"a": [{"b": "x"}, {"c": 1}]}}}, ["x", None], "listString"),
        ("@{E.identityMap}", {"events": {"E": {"identityMap": {"Email": []}}}}, {"Email": []}, "map"),
        ("@{E.identityMap.entry('Phone').first().id}",
         {"events": {"E": {"identityMap": {"Email": [{"id": "a"}]}}}}, None, "string"),
        ("@{E.d}", {"events": {"E": {"d": "2024-02-29"}}}, "2024-02-29", "string"),
        ("@{E.d}", {"events": {"E": {"d": "2024-02-29T10:00"}}}, "2024-02-29T10:00", "string"),
        ("@{E.d}", {"events": {"E": {"d": "2024-02-29T10:00+05:30"}}}, "2024-02-29T10:00+05:30", "string"),
        ("setDays(@{E.d}, 1)", {"events": {"E": {"d": "2024-02-29"}}}, "2024-02-01", "dateOnly"),
        ("@{JourneyProperties.lastErrorCode} is null", {}, True, "boolean"),
        ("@{JourneyProperties.mine}", {"properties": {"mine": 1.5}}, 1.5, "decimal"),
        ("@{JourneyProperties.journeyVersion}", {"properties": {"journeyVersion": None}}, None, "integer"),
        ("inSegment(\"a\")", {"segments": ["b"]}, False, "boolean"),
        ("now()", {"now": "2024-05-15T12:30"}, "2024-05-15T12:30Z", "dateTime"),
        ("now()", {"now": "2024-05-15"}, "2024-05-15T00:00Z", "dateTime"),
        ("now()", {"now": "2024-05-15T12:30+02:00"}, "2024-05-15T10:30Z", "dateTime"),
        ("#{S.G, params: {a: 1, b: @{E.x}}}", {"datasources": {"S": {"G": "x"}}, "events": {"E": {"x": 1}}},
         "x", "string"),
        ("#{S.G.a}", {"datasources": {"S": {"G": {"a": True}}}}, True, "boolean"),
        ("#{ExperiencePlatform.ProfileFieldGroup.a}",
         {"datasources": {"ExperiencePlatform": {"ProfileFieldGroup": {"profile": {"a": 1}}}}}, 1, "integer"),
        ("#{ExperiencePlatform.ProfileFieldGroup.Profile.a}",
         {"datasources": {"ExperiencePlatform": {"ProfileFieldGroup": {"a": 1}}}}, 1, "integer"),
    ],
)  # fmt: skip
def test_values_and_types_come_from_the_sample(conversation, source, context, value, type_):
    line = json.dumps({"expression": source, "context": context}).encode()

    assert say(conversation, line) == {"value": value, "type": type_}


def test_a_text_of_megabytes_is_read(conversation):
    line = b'{"expression": "length(@{E})", "context": {"events": {"E": "%s"}}}' % (b"x" * 5_000_000)

    assert say(conversation, line) == {"value": 5_000_000, "type": "integer"}


def test_a_list_of_objects_with_names_of_their_own_is_read_once_and_not_once_for_each(conversation):
    items = ",".join(f'{{"n{number}":1}}' for number in range(60_000))

    line = f'{{"expression": "1 + 1", "context": {{"events": {{"E": [{items}]}}}}}}'
    assert say(conversation, line.encode()) == TWO


def test_a_line_without_end_is_skipped_and_not_kept(conversation):
    assert say(conversation, b"x" * (LINE_BYTES + 1))["error"]["code"] == "ERR_EXPR_INPUT"
    assert say(conversation, GOOD.strip()) == TWO


def test_empty_lines_have_answers_and_the_last_line_needs_no_end():
    done = run(b"\n\r\n" + GOOD.strip())

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, b"")
    assert [("error" in answer) for answer in answers] == [True, True, False]


def test_no_input_is_no_output():
    done = run(b"")

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("data", [GOOD, GOOD * 100_000], ids=["one line", "more than a pipe holds"])
def test_a_reader_that_goes_away_is_no_error(data):
    read, write = os.pipe()
    os.close(read)
    done = run(data, capture_output=False, stdout=write, stderr=subprocess.PIPE)
    os.close(write)

    assert (done.returncode, done.stderr) == (0, b"")


def test_as_a_command_of_django_it_says_the_same_and_opens_no_database(monkeypatch):
    # Without the fixture of the database, connecting to one fails the test.
    out = TextIOWrapper(BytesIO())
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(GOOD)))
    monkeypatch.setattr(sys, "stdout", out)
    call_command("evaluate")

    assert json.loads(out.buffer.getvalue()) == TWO
