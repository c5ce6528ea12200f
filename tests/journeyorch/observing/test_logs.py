"""What a line of the log says, and what it never says."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client

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


def test_values_of_several_lines_are_left_out_whole(line: Written) -> None:
    told = f"duplicate key\nDETAIL:  Key (person_id)=(a\n{CANARY}) already exists.\n"
    try:
        try:
            raise ValueError(told)
        except ValueError as first:
            raise KeyError("what came of it") from first
    except KeyError as error:
        written = line("A wave failed", error=error)
    assert "duplicate key" in written
    assert "what came of it" in written
    assert CANARY not in written


@pytest.fixture(params=["plain", "json"])
def console(request: pytest.FixtureRequest, settings: Any) -> Iterator[io.StringIO]:
    """What the product's own handler writes."""
    written = io.StringIO()
    logging_settings = deepcopy(settings.LOGGING)
    made = logging_settings["handlers"]["console"]
    made |= {"stream": written, "formatter": request.param}
    before = logging.getLogger().handlers[:]
    logging.config.dictConfig({**logging_settings, "incremental": False})
    yield written
    logging.config.dictConfig(settings.LOGGING)
    logging.getLogger().handlers[:] = before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "form"),
    [
        (f"/api/v1/customers/{CANARY}/events", "/api/v1/customers/<str:id>/events"),
        (f"/ee/v1/interact?configId={CANARY}", "/ee/v1/interact"),
        (f"/v1/projects/{CANARY}/settings", "/v1/projects/<str:key>/settings"),
        (f"/m/p/{CANARY}", "/m/p/<str:signed>"),
        (f"/people/{CANARY}/", "an unknown address"),
    ],
)
def test_an_address_that_is_refused_is_told_by_its_form(
    client: Client, console: io.StringIO, address: str, form: str
) -> None:
    answer = client.post(address, b"{}", content_type="application/json", headers={"Referer": CANARY})
    assert 400 <= answer.status_code < 500
    assert form in console.getvalue()
    assert CANARY not in console.getvalue()


def test_an_error_that_is_told_of_in_a_message_tells_no_values(console: io.StringIO) -> None:
    error = ValueError(f"deadlock detected\nDETAIL:  Key (person_id)=({CANARY}).")
    logging.getLogger("journeys").error("It goes on: %s", error)
    assert "It goes on: deadlock detected" in console.getvalue()
    assert CANARY not in console.getvalue()


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
