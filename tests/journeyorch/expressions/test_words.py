"""What is said about expressions: in plain words, and in the reference."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyorch.expressions import FUNCTIONS, ExpressionError
from journeyorch.expressions.explain import explain, phrases
from journeyorch.expressions.reference import catalogue, with_parts

from .world import table

PAGE = Path(__file__).parents[3] / "docs" / "expressions.md"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("@{Order.total} > 100", "Order total is more than 100."),
        (
            '@{Order.total} > 9 and (@{Order.city} == "Rome" or inSegment("VIP"))',
            "Order total is more than 9, and (Order city is “Rome”, or the person is in the segment “VIP”).",
        ),
        ('not inSegment("VIP")', "It is not so that the person is in the segment “VIP”."),
        (
            "#{P.Group.list.all(inLastDays(currentDataPackField.time, 7))} is null",
            "All P Group list where its time lies in the last 7 days has no value.",
        ),
        ('if (@{E.x} is null) then ("a") else (@{E.x})', "If E x has no value: “a”, otherwise E x."),
        ("@{E.x, defaultValue: 0} + 1 * 2 >= 3", "(E x (or 0) plus (1 times 2)) is at least 3."),
        ("@{E.map.entry('Email').first().id}", "The first the entry “Email” of E map – id."),
        ('contain(@{E.x}, "{0}{9}")', "E x contains “{0}{9}”."),
    ],
)
def test_expression_is_explained_in_plain_words(source, words):
    assert explain(source) == words


SOURCES = [source for _, source, _ in table("values")]


def test_every_expression_can_be_explained():
    assert [source for source in SOURCES if not explain(source).endswith(".")] == []


def test_everything_said_is_a_phrase_that_can_be_translated():
    asked: set[str] = set()

    def translate(phrase):
        asked.add(phrase)
        return phrase

    for source in [*SOURCES, "@{E.x.values()} + @{E.x.entry('a')}", "@{E.x.last(currentEventField > 1)}"]:
        assert explain(source, translate) == explain(source)
    assert asked <= phrases()
    assert len(phrases() - asked) <= 10  # nearly all of them are said somewhere


def test_words_stand_where_the_translation_wants_them():
    german = {
        "{0}, and {1}": "{0} und {1}",
        "{0} is more than {1}": "{0} ist größer als {1}",
        "{0} starts with {1}": "am Anfang von {0} steht {1}",
        "“{0}”": "„{0}“",
    }

    words = explain('@{Order.total} > 100 and startWith(@{Order.id}, "A")', lambda text: german[text])

    assert words == "Order total ist größer als 100 und am Anfang von Order id steht „A“."


def words_of(source):
    try:
        return explain(source)
    except ExpressionError:
        return None


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_nonsense_has_no_explanation_and_does_no_harm(source):
    assert words_of(source) is None or words_of(source).endswith(".")


def test_reference_page_is_up_to_date():
    page = PAGE.read_text(encoding="utf-8")

    assert with_parts(page) == page, "run: python -m journeyorch.expressions.reference docs/expressions.md"


def test_catalogue_holds_every_function():
    assert {entry["name"] for entry in catalogue()} == set(FUNCTIONS)
    assert all(entry["signatures"] and entry["help"] for entry in catalogue())


def test_page_without_marks_is_refused():
    with pytest.raises(ValueError, match="no place"):
        with_parts("# Nothing here")
