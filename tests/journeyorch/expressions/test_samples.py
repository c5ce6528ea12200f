"""Data that only a sample describes: the table cases/samples.json (docs/expressions.md, Samples)."""

from __future__ import annotations

import json

import pytest

from journeyorch.expressions import ExpressionError, Scope, compile_expression, from_sample, to_json

from .world import CASES, make_context, marked

WORLDS = json.loads((CASES / "samples.json").read_text())
SCOPES = {title: Scope(events={"E": from_sample(world["sample"])}) for title, world in WORLDS.items()}


def rows(kind):
    return [(title, *row) for title, world in WORLDS.items() for row in world[kind]]


@pytest.mark.parametrize(("title", "source", "expected"), rows("values"))
def test_sample_is_read_as_meant(title, source, expected):
    context = make_context(events={"E": WORLDS[title]["sample"]})

    value = to_json(compile_expression(source, SCOPES[title]).evaluate(context))

    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(("title", "source", "code", "part"), rows("problems"))
def test_sample_does_not_hide_problems(title, source, code, part):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source, SCOPES[title])

    (problem,) = caught.value.problems
    assert (problem.code, marked(source, problem)) == (code, part)
