"""The kinds of sums, of which reports are made: each by the hour, and by the day."""

from __future__ import annotations

from typing import Any, NamedTuple

from journeyorch.bulk import Column
from journeys import models
from journeys.engine import tables


class Sums(NamedTuple):
    """Models of a kind of sums; ``unique``: whether a key may stand among the hours once only."""

    name: str
    hours: Any
    days: Any
    key: tuple[Column, ...]
    unique: bool = True

    @property
    def table(self) -> str:
        """That of the hours."""
        table: str = self.hours._meta.db_table
        return table


STEPS = Sums("steps", models.StepCount, models.DailyStepCount, tables.STEP_COUNT_KEY)
ERRORS = Sums("errors", models.StepErrorCount, models.DailyStepErrorCount, tables.STEP_ERROR_COUNT_KEY)
TIMES = Sums("times", models.StepTimeCount, models.DailyStepTimeCount, tables.STEP_TIME_COUNT_KEY)
FETCHES = Sums("fetches", models.FetchCount, models.DailyFetchCount, tables.FETCH_COUNT_KEY)
MESSAGES = Sums(
    "messages", models.MessageCount, models.DailyMessageCount, tables.MESSAGE_COUNT_KEY, unique=False
)
TRAITS = Sums(
    "traits",
    models.MessageTraitCount,
    models.DailyMessageTraitCount,
    tables.MESSAGE_TRAIT_COUNT_KEY,
    unique=False,
)
SUMS = (STEPS, ERRORS, TIMES, FETCHES, MESSAGES, TRAITS)
