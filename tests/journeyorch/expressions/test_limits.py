"""Hostile input: every limit has its own code, and nothing hangs, crashes or reaches Python."""

from __future__ import annotations

import sys
from contextlib import contextmanager

import pytest

from journeyorch.expressions import ExpressionError, RunTimeError, Scope, compile_expression, types
from journeyorch.expressions.explain import explain

from .world import SCOPE, make_context

NESTED = types.ListType(
    types.ObjectType(
        {
            "inner": types.ListType(types.INTEGER),
            "text": types.STRING,
            "n": types.INTEGER,
            "time": types.DATE_TIME,
        }
    )
)
THRICE = "@{E.list.all(@{E.list.all(@{E.list.all(currentEventField.text is null)} is null)} is null)}"
MANY_TERMS = " and ".join(["currentEventField.n >= -1"] * 200)
MANY = {"list": [{}] * 10_000}
TIMES = {"list": [{"time": "2024-05-14T10:00:00Z", "text": "2024-05-14"}] * 20_000}
NESTED_DATA = {"list": [{}] * 1_000, "any": [{"a": number} for number in range(1_000)]}
LISTS = Scope(events={"E": types.ObjectType({"list": NESTED, "any": types.ANY, "text": types.STRING})})


def code_of(source, scope=SCOPE):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source, scope)
    return caught.value.problems[0].code


def failure_of(source, payload):
    with pytest.raises(RunTimeError) as caught:
        compile_expression(source, LISTS).evaluate(make_context(events={"E": payload}))
    return caught.value.code


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("(" * 65 + "1" + ")" * 65, "ERR_EXPR_NESTING"),
        ("(" * 100_000, "ERR_EXPR_TOO_LONG"),
        ("[" * 10_000, "ERR_EXPR_NESTING"),
        ("not " * 65 + "true", "ERR_EXPR_NESTING"),
        ("-" * 16_000 + "1", "ERR_EXPR_TOO_MANY_TOKENS"),
        ("-" * 3_000 + "1", "ERR_EXPR_NESTING"),
        ('"\\' * 8_000, "ERR_EXPR_TEXT"),
        ("null" + " is null" * 200, "ERR_EXPR_NESTING"),
        ("lower(" * 65 + '"a"' + ")" * 65, "ERR_EXPR_NESTING"),
        ("@{Order.items.all(" * 70, "ERR_EXPR_NESTING"),
        ("1+" * 7_000 + "1", "ERR_EXPR_TOO_MANY_TOKENS"),
        ('"' + "a" * 17_000 + '"', "ERR_EXPR_TOO_LONG"),
        ('"' + "é" * 8_200 + '"', "ERR_EXPR_TOO_LONG"),
        ("x" * 3_000_000, "ERR_EXPR_TOO_LONG"),
        ('matchRegExp("a", "' + "a" * 1_001 + '")', "ERR_EXPR_PATTERN"),
        ('matchRegExp("a", "((((a{100}){100}){100}){100})")', "ERR_EXPR_PATTERN"),
        ('matchRegExp("a", "' + "\\\\pL" * 100 + '")', "ERR_EXPR_PATTERN"),
        (" or ".join(f'matchRegExp("a", "(a?){{{n}}}")' for n in range(480, 495)), "ERR_EXPR_PATTERN"),
        ("9" * 5_000, "ERR_EXPR_NUMBER"),
        ("9" * 400 + ".0", "ERR_EXPR_NUMBER"),
        ("\ud800", "ERR_EXPR_TEXT"),
        ("\0", "ERR_EXPR_SYNTAX"),
        ("\ufeff1", "ERR_EXPR_SYNTAX"),
    ],
)
def test_source_over_a_limit_is_refused(source, code):
    assert code_of(source) == code


@pytest.mark.parametrize(
    "source",
    [
        "@{Order.__class__.__mro__}",
        "@{Order.items.__len__}",
        "@{__builtins__.eval}",
        "__import__('os')",
        "().__class__",
        "''.__class__",
        "now.__globals__",
        "currentEventField.__dict__",
        "@{Order.items.all().__class__}",
        "#{ExperiencePlatform.__class__.x}",
        "lambda: 1",
        "{{ 1 }}",
        "f'{1}'",
    ],
)
def test_python_is_out_of_reach(source):
    assert code_of(source).startswith("ERR_EXPR_")


def test_dunder_names_in_data_are_only_keys():
    payload = {"any": {"__class__": "mine"}}

    assert (
        compile_expression("@{E.any.__class__}", LISTS).evaluate(make_context(events={"E": payload}))
        == "mine"
    )


def test_sixty_four_levels_are_allowed():
    assert compile_expression("(" * 64 + "1" + ")" * 64, SCOPE).evaluate(make_context()) == 1
    assert compile_expression("(1 + " * 64 + "1" + ")" * 64, SCOPE).evaluate(make_context()) == 65
    assert compile_expression("not " * 63 + "true", SCOPE).evaluate(make_context()) is False


@contextmanager
def stack_of(frames):
    """Room for so many frames more: a request handler or a worker has used some of the 1,000 already."""
    used = 0
    frame = sys._getframe()
    while frame := frame.f_back:
        used += 1
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(used + frames)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize(
    ("opening", "inner", "closing"),
    [
        ("lower('' + ", "@{E.text}", ")"),
        ("not (", "true", ")"),
        ("(true and ", "true", ")"),
        ("if (true) then (", "1", ") else (2)"),
        ("@{E.text, defaultValue: '' + ", "'a'", "}"),
    ],
)
def test_the_deepest_expressions_run_on_a_small_stack(opening, inner, closing):
    source = opening * 63 + inner + closing * 63

    with stack_of(750):
        compiled = compile_expression.__wrapped__(source, LISTS)
        assert compiled.evaluate(make_context(events={"E": {}})) in (None, True, False, 1, "a")
        assert explain(source)


@pytest.mark.parametrize(
    "source",
    [
        "+".join(f"fooo{number}()" for number in range(900)),
        "+".join(f"@{{Order.feild{number}}}" for number in range(500)),
        f"[{', '.join(f'now({chr(34)}Eur{number}{chr(34)})' for number in range(500))}]",
        " or ".join(f"matchRegExp('a', '({number}')" for number in range(300)),
    ],
)
def test_not_more_than_twenty_problems_are_told(source):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source, SCOPE)

    places = [(problem.line, problem.column) for problem in caught.value.problems]
    assert len(places) == 20
    assert places == sorted(places)


def test_long_chains_are_not_nesting():
    assert compile_expression("+".join(["1"] * 2_500), SCOPE).evaluate(make_context()) == 2_500
    assert compile_expression(" and ".join(["true"] * 1_500), SCOPE).evaluate(make_context()) is True


@pytest.mark.parametrize(
    ("source", "payload", "code"),
    [
        ("count(@{E.list.inner})", {"list": [{"inner": [1] * 1_000}] * 300}, "ERR_EXPR_STEPS"),
        (THRICE, {"list": [{"text": "b"}] * 1_000}, "ERR_EXPR_STEPS"),
        (
            "count(@{E.list.all(contain(@{E.text}, 'ab'))})",
            {"list": [{}] * 1_000, "text": "a" * 10**6},
            "ERR_EXPR_STEPS",
        ),
        ("replaceAll(@{E.text}, '', @{E.text})", {"text": "a" * 10_000}, "ERR_EXPR_TEXT_SIZE"),
        ("@{E.text} + @{E.text}", {"text": "a" * 200_000}, "ERR_EXPR_TEXT_SIZE"),
        ("concat([@{E.text}, @{E.text}])", {"text": "a" * 200_000}, "ERR_EXPR_TEXT_SIZE"),
        ("serializeList([1, 2, 3], @{E.text}, false)", {"text": "a" * 200_000}, "ERR_EXPR_TEXT_SIZE"),
        (
            "count(@{E.list.all(count(distinct(@{E.any})) > 0)})",
            {"list": [{}] * 999, "any": [{str(number): 1 for number in range(50)}] * 50},
            "ERR_EXPR_STEPS",
        ),
        ("matchRegExp(@{E.text}, '(.*a){50}.*(.*b){50}')", {"text": "ab" * 50_000}, "ERR_EXPR_STEPS"),
        ("replaceAll(@{E.text}, 'a', 'b')", {"text": "a" * 50_000}, "ERR_EXPR_STEPS"),
        ("split(@{E.text}, '')", {"text": "a" * 20_000}, "ERR_EXPR_LIST_SIZE"),
        ("@{E.text} == 'a' or matchRegExp(@{E.text}, 'a')", {"text": "\ud800"}, "ERR_EXPR_VALUE"),
        ("@{E.any}", {"any": float("nan")}, "ERR_EXPR_VALUE"),
        ("@{E.any}", {"any": 10**400}, "ERR_EXPR_OVERFLOW"),
        (f"count(@{{E.list.all({MANY_TERMS})}})", {"list": [{"n": 1}] * 1_000}, "ERR_EXPR_STEPS"),
        (f"@{{E.list.first({MANY_TERMS})}} is null", {"list": [{"n": -2}] * 1_000}, "ERR_EXPR_STEPS"),
        (f"@{{E.list.last({MANY_TERMS})}} is null", {"list": [{"n": -2}] * 1_000}, "ERR_EXPR_STEPS"),
        ("count(@{E.list.all(inLastDays(currentEventField.time, 3))})", TIMES, "ERR_EXPR_STEPS"),
        ("count(@{E.list.all(toDateTime(currentEventField.text) > now())})", TIMES, "ERR_EXPR_STEPS"),
        ("count(@{E.list.all(uuid() == 'a')})", {"list": [{}] * 10_000}, "ERR_EXPR_STEPS"),
        ("max(@{E.list.time}) is null", TIMES, "ERR_EXPR_STEPS"),
        ("count(@{E.list.all(@{E.any} == @{E.any})})", NESTED_DATA, "ERR_EXPR_STEPS"),
        ("count(@{E.list.all(@{E.any} == @{E.any} == true)})", NESTED_DATA, "ERR_EXPR_STEPS"),
        ("count(@{E.list.all(max(@{E.any.a}) > 0)})", NESTED_DATA, "ERR_EXPR_STEPS"),
        ("count(@{E.list.all(@{E.any.at(0).a} + 1 > 0)})", NESTED_DATA | MANY, "ERR_EXPR_STEPS"),
        ("count(@{E.list.all(lower(@{E.text}) == '')})", {"text": "É" * 260_000} | MANY, "ERR_EXPR_STEPS"),
        (
            "count(@{E.list.all(matchRegExp('a', currentEventField.text))})",
            {"list": [{"text": f"a{number}"} for number in range(2_000)]},
            "ERR_EXPR_STEPS",
        ),
        ("matchRegExp('a', @{E.text})", {"text": "\\pL" * 11}, "ERR_EXPR_PATTERN"),
        ("distinct([@{E.any}, @{E.any}]) is null", {"any": None}, None),
    ],
)
def test_evaluation_over_a_limit_fails(source, payload, code):
    if code is None:
        assert compile_expression(source, LISTS).evaluate(make_context(events={"E": payload})) is False
    else:
        assert failure_of(source, payload) == code


def test_deep_data_is_compared_up_to_a_depth():
    deep: object = 1
    for _ in range(5_000):
        deep = [deep]

    assert failure_of("@{E.any} == @{E.any}", {"any": {"x": deep}}) == "ERR_EXPR_VALUE"


HISTORY = [
    {
        "eventType": "purchase" if number % 3 else "view",
        "timestamp": f"2024-{1 + number % 5:02}-1{number % 6}T10:00:00+02:00",
        "productListItems": [{"SKU": f"s{part}", "quantity": part} for part in range(3)],
    }
    for number in range(1_000)
]
PROFILE = "#{ExperiencePlatform.ProfileFieldGroup.experienceevent"


USUAL = {
    f'count({PROFILE}.all(currentDataPackField.eventType == "purchase")}}) > 100': True,
    f"""count({PROFILE}.all(
            currentDataPackField.eventType == "purchase" and inLastDays(currentDataPackField.timestamp, 30)
        )}}) >= 1
        and sum({PROFILE}.all(inLastMonths(currentDataPackField.timestamp, 3))
            .productListItems.all(currentDataPackField.SKU == "s1").quantity}}) > 5""": True,
    f"""count({PROFILE}.all(
            currentDataPackField.productListItems.first(
                currentDataPackField.quantity > 1 and startWithIgnoreCase(currentDataPackField.SKU, "S")
            ).SKU == "s2"
        )}}) == 1000""": True,
    f"max({PROFILE}.timestamp}}) < now()": True,
    f"distinctCount({PROFILE}.eventType}})": 2,
}


@pytest.mark.parametrize(("source", "expected"), USUAL.items())
def test_a_thousand_experience_events_are_no_problem(source, expected):
    profile = {"ProfileFieldGroup": {"experienceevent": HISTORY}}
    context = make_context(datasources={"ExperiencePlatform": profile})

    assert compile_expression(source, SCOPE).evaluate(context) == expected


def test_patterns_that_explode_elsewhere_run_in_linear_time():
    source = 'matchRegExp(@{E.text}, "(a|a)*b") or matchRegExp(@{E.text}, "(a+)+$b")'

    assert (
        compile_expression(source, LISTS).evaluate(make_context(events={"E": {"text": "a" * 50_000}}))
        is False
    )
