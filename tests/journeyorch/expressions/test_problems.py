"""What the checker and the evaluation refuse: the tables cases/problems.json and cases/failures.json."""

from __future__ import annotations

import pytest

from journeyorch.expressions import ExpressionError, RunTimeError, Scope, compile_expression, types

from .world import SCOPE, make_context, make_scope, marked, table


def problems_of(source, scope=SCOPE, expected=None):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source, scope, expected)
    return caught.value.problems


@pytest.mark.parametrize(("title", "source", "code", "part"), table("problems"))
def test_checker_names_the_problem_and_the_place(title, source, code, part):
    problem = problems_of(source)[0]

    assert problem.code == code
    assert marked(source, problem).strip() == part
    assert problem.message.endswith((".", "?"))


@pytest.mark.parametrize(("title", "source", "code"), table("failures"))
def test_evaluation_fails_with_code_and_place(title, source, code):
    compiled = compile_expression(source, SCOPE)

    with pytest.raises(RunTimeError) as caught:
        compiled.evaluate(make_context())

    assert caught.value.code == code
    assert caught.value.message.endswith((".", "?"))
    assert (caught.value.line, caught.value.column) >= (1, 1)


def test_all_problems_are_reported_at_once_in_the_order_of_the_text():
    problems = problems_of('@{Order.idd} == "x" and foo(1) == 2\nor 3 * 4.0 > 1')

    assert [(problem.line, problem.column, problem.code) for problem in problems] == [
        (1, 9, "ERR_EXPR_UNKNOWN_FIELD"),
        (1, 25, "ERR_EXPR_UNKNOWN_FUNCTION"),
        (2, 4, "ERR_EXPR_TYPE"),
    ]


@pytest.mark.parametrize(
    ("source", "suggestion"),
    [
        ("@{order.id}", "Order"),
        ("@{Order.adress.city}", "address"),
        ("lenght('a') > 1", "length"),
        ("TOSTRING(1)", "toString"),
        ("#{Weather.mian.temperature}", "main"),
        ("1 = 1", "=="),
        ("true && false", "and"),
        ("true OR false", "or"),
        ("TRUE", "true"),
        ('"\\d"', "\\\\d"),
        ("@{Order.items.frist()}", "first"),
        ("@{Order.items.all(currentDataPackField.sku == 'A')}", "currentEventField"),
        ("@{Order.identityMap.Email}", "entry('Email')"),
    ],
)
def test_problem_suggests_what_was_probably_meant(source, suggestion):
    assert problems_of(source)[0].suggestion == suggestion


def test_unknown_segment_is_refused_when_the_segments_are_known():
    scope = make_scope(frozenset({"Newcomers"}))

    problem = problems_of('inSegment("Newcomer")', scope)[0]

    assert (problem.code, problem.suggestion) == ("ERR_EXPR_UNKNOWN_SEGMENT", '"Newcomers"')
    assert compile_expression('inSegment("Newcomers")', scope).type is types.BOOLEAN


@pytest.mark.parametrize(
    ("source", "expected"),
    [('"a"', types.BOOLEAN), ("3.5", types.INTEGER), ("1", types.STRING), ("[1]", types.INTEGER)],
)
def test_result_of_another_type_than_expected_is_refused(source, expected):
    assert problems_of(source, Scope(), expected)[0].code == "ERR_EXPR_TYPE"


def test_message_of_a_failure_never_shows_the_data():
    context = make_context(events={"Order": {"wrong": "secret@example.com"}})

    with pytest.raises(RunTimeError) as caught:
        compile_expression("@{Order.wrong} + 1", SCOPE).evaluate(context)

    assert "secret" not in caught.value.message
