"""Each decision of docs/expressions.md (Corners) is what happens, and each code is in its table (Codes)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import journeyorch.expressions
from journeyorch.expressions import (
    ExpressionError,
    RunTimeError,
    Scope,
    compile_expression,
    from_sample,
    to_json,
)
from journeyorch.expressions.codes import CODES, FAILURES, PROBLEMS
from journeyorch.expressions.corners import CORNERS, SAMPLE

from .world import make_context, table

SCOPE = Scope(events={"E": from_sample(SAMPLE)})
EXAMPLES = [(source, result) for corner in CORNERS for source, result in corner.examples.items()]
# Of the lines that manage.py evaluate reads, not of expressions (docs/evaluate.md).
OF_LINES = {"ERR_EXPR_INPUT", "ERR_EXPR_CONTEXT"}


def outcome(source):
    try:
        return to_json(compile_expression(source, SCOPE).evaluate(make_context(events={"E": SAMPLE})))
    except ExpressionError as error:
        return error.problems[0].code
    except RunTimeError as error:
        return error.code


@pytest.mark.parametrize(("source", "expected"), EXAMPLES)
def test_corner_is_as_decided(source, expected):
    found = outcome(source)

    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("corner", CORNERS, ids=lambda corner: corner.text[:40])
def test_corner_has_examples_and_is_a_sentence(corner):
    assert len(corner.examples) >= 2
    assert corner.text.endswith(".")


def test_every_code_in_the_program_is_documented():
    folder = Path(journeyorch.expressions.__file__).parent
    used = {
        code
        for path in folder.rglob("*.py")
        for code in re.findall(r"ERR_EXPR_[A-Z_]*[A-Z]", path.read_text())
    }

    assert used - OF_LINES == set(CODES)


@pytest.mark.parametrize("code", sorted(set(CODES) - {"ERR_EXPR_INTERNAL"}))
def test_every_code_has_a_case(code):
    of_limits = {"ERR_EXPR_TOO_LONG", "ERR_EXPR_TOO_MANY_TOKENS", "ERR_EXPR_NESTING", "ERR_EXPR_STEPS",
                 "ERR_EXPR_TEXT_SIZE", "ERR_EXPR_LIST_SIZE", "ERR_EXPR_UNKNOWN_SEGMENT"}  # fmt: skip
    known = of_limits | {
        row[2] for row in [*table("problems"), *table("failures")]
    }  # test_limits, test_problems

    assert code in known


def test_checker_and_evaluation_share_no_code_by_accident():
    assert not set(PROBLEMS) & set(FAILURES)
