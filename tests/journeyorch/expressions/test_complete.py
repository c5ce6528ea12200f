"""Completions: the table cases/completions.json, and texts that nobody would write.

A row: source with | at the cursor, what is replaced, and the first insertions (apart by spaces, or by · where
they hold some).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyorch.expressions import FieldGroupScope, types
from journeyorch.expressions.complete import MOST, complete
from journeyorch.expressions.limits import SOURCE_BYTES
from journeyorch.expressions.sample import read_sample

from .world import table

ITEM = {"sku": "a", "price": 2, "tags": [{"n": "v", "k": 1}]}
SAMPLE = {
    "events": {
        "Order": {
            "total": 3.5, "note": "x", "placed": "2024-01-01T00:00Z", "items": [ITEM],
            "address": {"city": ""}, "identityMap": {"Email": [{"id": "a", "primary": True}]},
            "3h": 1, "a-b": 1,
        },
    },
    "datasources": {
        "ExperiencePlatform": {
            "ProfileFieldGroup": {"person": {"name": {}}, "experienceevent": [{"eventType": "a", "n": 1}]}
        },
    },
}  # fmt: skip
WEATHER = FieldGroupScope(
    types.ObjectType({"temp": types.DECIMAL}), {"city": types.STRING, "unit": types.STRING}
)
SCOPE = read_sample(SAMPLE, now=datetime(2024, 5, 15, tzinfo=UTC)).scope
SCOPE = replace(
    SCOPE,
    datasources={**SCOPE.datasources, "Weather": {"main": WEATHER}},
    segments=frozenset(["VIP", "Lapsed customers"]),
)


@pytest.mark.parametrize(("title", "text", "replaced", "insertions"), table("completions"))
def test_what_is_offered(title, text, replaced, insertions):
    source = text.replace("|", "")
    found = complete(source, text.index("|"), SCOPE)

    assert source[found.start : found.end] == replaced
    wanted = [one.strip() for one in (insertions.split("·") if "·" in insertions else insertions.split())]
    assert [item.insert.strip() for item in found.items][: len(wanted)] == wanted
    assert bool(found.items) == bool(wanted)


def test_an_offer_says_what_it_is():
    (upper,) = complete("upper", 5, SCOPE).items
    assert (upper.kind, upper.detail) == ("function", "upper(string) → string")
    assert upper.help == "The text in upper case."
    total = complete("@{Order.to", 10, SCOPE).items[0]
    assert (total.kind, total.detail) == ("field", "decimal")
    (sku,) = complete("@{Order.items.sk", 16, SCOPE).items
    assert sku.detail == "listString"


def test_what_fits_the_argument_comes_first():
    texts = complete("@{Order.items.all(", 18, SCOPE).items
    functions = [item for item in texts if item.kind == "function"]
    assert functions[0].detail.endswith("boolean")


def test_without_a_scope_there_are_functions_and_words():
    kinds = {item.kind for item in complete("", 0, type(SCOPE)()).items}
    assert kinds == {"function", "keyword", "constant"}


@pytest.mark.parametrize("piece", ["(", "a.all(", "@{Order.items.all(", "1", '"', "@{", "a.", ",", "'a' "])
def test_hostile_texts_are_answered(piece):
    source = piece * (SOURCE_BYTES // len(piece))
    assert len(complete(source, len(source), SCOPE).items) <= MOST


PIECES = st.sampled_from(
    "@{ #{ } ( ) [ ] { , : . ' \" and not is has null Order items all first currentEventField upper params "
    "Weather main - -1 3h \\ \n é".split(" ")
)


@given(st.lists(PIECES, max_size=14), st.integers(min_value=0, max_value=60))
def test_any_text_has_completions_that_fit_into_it(pieces, position):
    source = "".join(pieces)
    found = complete(source, min(position, len(source)), SCOPE)

    assert 0 <= found.start <= min(position, len(source)) <= found.end <= len(source)
