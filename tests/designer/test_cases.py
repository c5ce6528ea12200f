"""The data by which the tests of the scripts compare themselves with the server are as it says now."""

from __future__ import annotations

from typing import Any

import pytest

from tests.designer import cases

NAMES = ("kinds.json", "ways.json", "layout.json")


@pytest.fixture(scope="module")
def current() -> dict[str, Any]:
    return cases.all_cases()


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_are_as_the_server_says_now(current: dict[str, Any], name: str) -> None:
    written = cases.written(current[name])
    assert (cases.FOLDER / name).read_text() == written, "run python -m tests.designer.cases"
