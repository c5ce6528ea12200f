"""The definition of a report: what is stored, sent over the API, and filled into the form. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from journeys.reports.custom.metrics import DIMENSIONS, METRICS, TIMES
from journeys.reports.figures.periods import DAYS, DEFAULT, is_usable

#: Panels of one report.
MOST_PANELS = 12
#: By the hour a panel tells so many days at most.
MOST_HOURLY_DAYS = 31

Dimension = Literal[
    "journey", "version", "activity", "path", "channel", "errorType", "hour", "day", "week", "month"
]


class Panel(BaseModel):
    """Figures (``metrics``, the columns in their order) by ``dimensions``, in a period of its own.

    ``first`` and ``last`` are days, both included, and stand for ``period`` when they are there. ``sort`` is
    a metric; without one rows are in the order of the dimensions.
    """

    model_config = ConfigDict(extra="forbid")

    title: str = Field(default="", max_length=120)
    dimensions: list[Dimension] = Field(default_factory=list, max_length=3)
    metrics: list[str] = Field(min_length=1, max_length=12)
    journeys: list[UUID] = Field(default_factory=list, max_length=50)
    period: str = DEFAULT
    first: date | None = None
    last: date | None = None
    chart: Literal["none", "line", "bar", "area"] = "none"
    sort: str = ""
    descending: bool = True
    totals: bool = True

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for problem in _problems(self):
            raise ValueError(problem)
        return self

    @property
    def time(self) -> str:
        """The dimension of time; "": there is none."""
        return next((name for name in self.dimensions if name in TIMES), "")

    @property
    def sources(self) -> set[str]:
        return {METRICS[name].of for name in self.metrics}


class Definition(BaseModel):
    model_config = ConfigDict(extra="forbid")

    panels: list[Panel] = Field(min_length=1, max_length=MOST_PANELS)


def read_definition(data: Any) -> Definition:
    """A stored definition; one that this version of the program cannot read has one plain panel."""
    try:
        return Definition.model_validate(data)
    except ValidationError:
        return Definition(panels=[Panel(metrics=["entered"])])


def _problems(panel: Panel) -> list[str]:
    found = []
    if unknown := [name for name in panel.metrics if name not in METRICS]:
        return [f"There is no metric “{unknown[0][:40]}”."]
    if len(set(panel.metrics)) < len(panel.metrics) or len(set(panel.dimensions)) < len(panel.dimensions):
        found.append("Name each dimension and metric once.")
    if sum(name in TIMES for name in panel.dimensions) > 1:
        found.append("Choose one of hour, day, week and month.")
    if panel.sort and panel.sort not in panel.metrics:
        found.append("Sort by one of the metrics that are shown.")
    if "path" in panel.dimensions and "messages" in panel.sources:
        found.append("Messages are not told by path: leave out the path, or their metrics.")
    if "errorType" in panel.dimensions and panel.metrics != ["errors"]:
        found.append("By error type only errors of steps can be told.")
    return found + _problems_of_period(panel)


def _problems_of_period(panel: Panel) -> list[str]:
    if panel.period not in DAYS:
        return ["There is no such period."]
    if (panel.first is None) != (panel.last is None):
        return ["Give both days, or neither."]
    if panel.first and panel.last and not is_usable(panel.first, panel.last):
        return ["The first day must not be after the last one."]
    days = (panel.last - panel.first).days + 1 if panel.first and panel.last else DAYS[panel.period]
    if panel.time == "hour" and days > MOST_HOURLY_DAYS:
        return [f"By the hour at most {MOST_HOURLY_DAYS} days can be told."]
    return []


assert set(DIMENSIONS) == set(Dimension.__args__)  # type: ignore[attr-defined]
