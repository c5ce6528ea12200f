"""Every rule of the engine names a test, and the test is there."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "engine.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)`: `(test_\w+)`")


@pytest.mark.parametrize("row", [line for line in PAGE.read_text().splitlines() if line.startswith("| ")])
def test_a_rule_names_its_test(row: str) -> None:
    if row == "| rule | held by | test |":
        return
    ((path, name),) = TEST.findall(row)

    assert re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE), f"{path} has no {name}"
