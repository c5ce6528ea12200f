"""The definition of a report: what is stored, sent over the API, and filled into the form. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import reduce
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from journeyorch.phrases import Phrase, phrase
from journeys.reports.custom.metrics import DIMENSIONS, FETCHED, METRICS, OF_READERS, TIMES, TRAITS
from journeys.reports.figures.periods import DAYS, DEFAULT, is_usable

#: Panels of one report.
MOST_PANELS = 12
#: By the hour a panel tells so many days at most.
MOST_HOURLY_DAYS = 31

#: Any other is refused with the names that there are.
MetricName = Annotated[str, Field(json_schema_extra={"enum": list(METRICS)})]
Dimension = Literal[
    "journey", "version", "activity", "path", "channel", "dataSource", "fieldGroup", "variant", "domain",
    "link", "device", "platform", "errorType", "hour", "day", "week", "month",
]  # fmt: skip


class Panel(BaseModel):
    """Figures (``metrics``, the columns in their order) by ``dimensions``, in a period of its own.

    ``hidden`` are metrics that the table leaves out: rows are sorted by them, or the chart draws them.
    ``first`` and ``last`` are days, both included, and stand for ``period`` when they are there. ``sort`` is
    a metric; without one rows are in the order of the dimensions.
    """

    model_config = ConfigDict(extra="forbid")

    title: str = Field(default="", max_length=120)
    dimensions: list[Dimension] = Field(default_factory=list, max_length=3)
    metrics: list[MetricName] = Field(min_length=1, max_length=12)
    hidden: list[MetricName] = Field(default_factory=list, max_length=12)
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
    def shown(self) -> list[str]:
        """The metrics that are columns of the table."""
        return [name for name in self.metrics if name not in self.hidden]

    @property
    def time(self) -> str:
        """The dimension of time; "": there is none."""
        return next((name for name in self.dimensions if name in TIMES), "")

    @property
    def trait(self) -> str:
        """The trait of messages among the dimensions; "": there is none."""
        return next((name for name in self.dimensions if name in TRAITS), "")

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
        names = ", ".join(METRICS)
        return [
            phrase("There is no metric “{name}”. Use some of: {names}.", name=unknown[0][:40], names=names)
        ]
    if len(set(panel.metrics)) < len(panel.metrics) or len(set(panel.dimensions)) < len(panel.dimensions):
        found.append(phrase("Name each dimension and metric once."))
    if not panel.shown:
        found.append(phrase("Leave one column to be seen."))
    if sum(name in TIMES for name in panel.dimensions) > 1:
        found.append(phrase("Choose one of hour, day, week and month."))
    if panel.sort and panel.sort not in panel.metrics:
        found.append(phrase("Sort by one of the metrics that are shown."))
    return [*found, *_problems_of_sources(panel), *_problems_of_period(panel)]


def _problems_of_sources(panel: Panel) -> Iterator[str]:
    """Not everything is counted by everything."""
    by = set(panel.dimensions)
    if "path" in by and "messages" in panel.sources:
        yield phrase("Messages are not told by path: leave out the path, or their metrics.")
    if "path" in by and "fetches" in panel.sources:
        yield phrase("Fetches are not told by path: leave out the path, or their metrics.")
    if "errorType" in by and panel.metrics not in (["errors"], ["fetchErrors"]):
        yield phrase("By error type only errors of steps, or only failed fetches can be told.")
    if by & set(FETCHED) and panel.sources != {"fetches"}:
        yield phrase("By data source and field group only fetches can be told.")
    if by & set(TRAITS):
        yield from _problems_of_traits(panel)


def _problems_of_traits(panel: Panel) -> Iterator[str]:
    if sum(name in TRAITS for name in panel.dimensions) > 1:
        yield phrase("Choose one of variant, domain, link, device and platform.")
    if panel.sources != {"messages"}:
        yield phrase("By variant, domain, link, device and platform only messages can be told.")
    possible = OF_READERS.get(panel.trait)
    if possible and not set(panel.metrics) <= set(possible):
        words = reduce(_and, (phrase(METRICS[name].label) for name in possible))
        by = phrase(DIMENSIONS[panel.trait])
        yield phrase("By “{dimension}” only this can be told: {words}.", dimension=by, words=words)


def _and(some: Phrase, one: Phrase) -> Phrase:
    return phrase("{some} and {one}", some=some, one=one)


def _problems_of_period(panel: Panel) -> list[str]:
    if panel.period not in DAYS:
        return [phrase("There is no such period.")]
    if (panel.first is None) != (panel.last is None):
        return [phrase("Give both days, or neither.")]
    if panel.first and panel.last and not is_usable(panel.first, panel.last):
        return [phrase("The first day must not be after the last one.")]
    days = (panel.last - panel.first).days + 1 if panel.first and panel.last else DAYS[panel.period]
    if panel.time == "hour" and days > MOST_HOURLY_DAYS:
        return [phrase("By the hour at most {days} days can be told.", days=MOST_HOURLY_DAYS)]
    return []


assert set(DIMENSIONS) == set(Dimension.__args__)  # type: ignore[attr-defined]
