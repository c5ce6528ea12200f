"""What a line of the log says, and what it never says."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest

from journeyorch.observing.logs import JsonLines, PlainLines

CANARY = "ada@canary.example"
Written = Callable[..., str]


@pytest.fixture(params=[PlainLines, JsonLines])
def line(request: pytest.FixtureRequest) -> Written:
    formatter = request.param()

    def write(message: str, *values: object, error: BaseException | None = None, **about: object) -> str:
        trouble = (type(error), error, error.__traceback__) if error else None
        record = logging.LogRecord("journeys.engine", logging.ERROR, "f.py", 1, message, values, trouble)
        vars(record).update(about)
        return str(formatter.format(record))

    return write


def test_a_line_says_what_happened(line: Written) -> None:
    assert "Instance 7 failed" in line("Instance %s failed", 7)


def test_what_postgresql_says_of_a_rows_values_is_left_out(line: Written) -> None:
    told = (
        'duplicate key value violates unique constraint "entrance"\n'
        f"DETAIL:  Key (person_id)=({CANARY}) already exists.\n"
        f"CONTEXT:  unnamed portal parameter $1 = '{CANARY}'\n"
    )
    written = line("A wave failed", error=ValueError(told))
    assert "violates unique constraint" in written
    assert CANARY not in written


def test_json_has_one_object_a_line_with_ids_in_fields_of_their_own() -> None:
    record = logging.LogRecord("journeys", logging.WARNING, "f.py", 1, "Version %s\nis odd", (3,), None)
    record.version_id = 3
    record.created = 1_700_000_000.25
    written = JsonLines().format(record)
    assert "\n" not in written
    assert json.loads(written) | {"process": 1} == {
        "time": "2023-11-14T22:13:20.250+00:00",
        "level": "WARNING",
        "logger": "journeys",
        "message": "Version 3\nis odd",
        "process": 1,
        "version_id": 3,
    }
