"""The pairs of lines on the page about trying expressions: what is asked, and what is answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from journeyorch.expressions.lines import answer
from tests.docs.pages import examples

NOW = datetime(2024, 5, 15, 12, 30, tzinfo=UTC)
LINES = [line for one in examples("evaluate") for line in one.text.splitlines()]
PAIRS = list(zip(LINES[::2], LINES[1::2], strict=True))


@pytest.mark.parametrize(("asked", "answered"), PAIRS)
def test_the_answer_is_the_one_on_the_page(asked: str, answered: str) -> None:
    assert json.loads(answer(asked.encode(), now=NOW)) == json.loads(answered)
