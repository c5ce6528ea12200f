"""Why a path was taken: conditions up to the one that fitted, with the values that they saw."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument
from journeys.engine.decide.values import Position, State, Status
from journeys.reports.why import Seen, why

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ME = UUID(int=7)
STATE = State(
    ME, Position.WAITING, Status.RUNNING, "x", 1, 1, NOON, NOON,
    events={"Order": {"total": 12, "lines": [1]}},
    data={"Weather.now?city='Rome'": {"rain": False}},
)  # fmt: skip
PATHS = [
    {"id": "big", "label": "Big", "expression": "@{Order.total} > 100"},
    {"id": "dry", "label": "Dry", "expression": "#{Weather.now.rain} == false and @{Order.gift} == true"},
    {"id": "last", "label": "Last", "expression": "true"},
]
CONDITION = ActivityDocument(kind="condition", config={"paths": PATHS})


def test_conditions_are_told_up_to_the_one_that_fitted() -> None:
    found = why(CONDITION, "c", "dry", STATE, Words())

    assert found is not None
    assert [(one.label, one.taken) for one in found.tried] == [("Big", False), ("Dry", True)]
    assert found.tried[0].seen == [Seen("@{Order.total}", 12, True)]
    assert found.tried[1].seen == [
        Seen("#{Weather.now.rain}", False, True),
        Seen("@{Order.gift}", None, True),
    ]
    assert "100" in found.tried[0].meaning


def test_when_no_condition_fitted_all_were_looked_at() -> None:
    found = why(CONDITION, "c", "other", STATE, Words())

    assert found is not None
    assert [one.taken for one in found.tried] == [False, False, False]


@pytest.mark.parametrize("expression", ["#{ExperiencePlatform.ProfileFieldGroup.a} == 1", "@{Other.x} == 1"])
def test_what_is_not_kept_is_said_to_be_unknown(expression: str) -> None:
    paths = [{"id": "p", "expression": expression}]

    found = why(ActivityDocument(kind="condition", config={"paths": paths}), "c", "p", STATE, Words())

    assert found is not None
    assert [one.known for one in found.tried[0].seen] == [False]


def test_of_a_person_whose_data_are_gone_nothing_is_known() -> None:
    found = why(CONDITION, "c", "big", None, Words())

    assert found is not None
    assert [one.known for one in found.tried[0].seen] == [False]


def test_chance_gives_the_same_number_as_it_did_then() -> None:
    split = ActivityDocument(kind="split", config={"parts": [{"id": "a", "percent": 50}]})

    found = why(split, "s", "a", STATE, Words())

    assert found is not None
    assert found.drawn is not None
    assert 0 <= found.drawn < 100
    assert found == why(split, "s", "a", STATE, Words())


@pytest.mark.parametrize("config", [{}, {"paths": "?"}, {"paths": [{"id": "p", "expression": "((("}]}])
def test_a_drawing_that_is_not_finished_breaks_nothing(config: dict) -> None:
    assert why(ActivityDocument(kind="condition", config=config), "c", "p", STATE, Words()) is not None
    assert why(ActivityDocument(kind="wait"), "w", "next", STATE, Words()) is None
