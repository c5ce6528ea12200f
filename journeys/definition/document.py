"""The document: what a business user drew, as plain JSON with a fixed form.

``activities`` is keyed by stable ids. ``to`` of an activity maps the id of each way out (which ones exist
is said by its kind, see ``journeys.activities.base``) to the ids of what follows, top first. Several
targets on one path are events and waits in parallel: the first that happens wins, on a tie the upper one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
)

from journeyorch.expressions import parse_duration, to_json
from journeyorch.expressions.times import parse_time
from journeys.definition.problems import Problem

FORMAT = 1
_ID = r"^[A-Za-z0-9_-]{1,64}$"


def _read_duration(value: Any) -> Any:
    """ISO text as in expressions.md; anything else is left to pydantic to refuse."""
    return parse_duration(value) if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(_read_duration), PlainSerializer(to_json, return_type=str)]


def _read_wall_time(value: Any) -> Any:
    """A date and time of day without a zone; a day alone would leave open which end of it is meant."""
    wall = parse_time(value) if isinstance(value, str) else value
    if not isinstance(wall, datetime):
        raise ValueError("It is no date and time; write it like 2026-03-29T08:30")
    if wall.tzinfo is not None:
        raise ValueError("It has a zone of its own; leave the zone out, the journey's is used")
    if not 1900 <= wall.year < 2200:
        raise ValueError("The year is out of reach; take one from 1900 to 2199")
    return wall


#: Wall clock in the journey's time zone, such as ``2026-03-29T08:30``.
WallTime = Annotated[datetime, BeforeValidator(_read_wall_time), PlainSerializer(to_json, return_type=str)]
ActivityId = Annotated[str, Field(pattern=_ID)]


class Strict(BaseModel):
    """Unknown keys are refused: a misspelt option must not be silently without effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reentrance(Strict):
    """May a person come again, and how long after the last entrance (over all versions)."""

    allowed: bool = True
    wait: Duration = Field(default=timedelta(minutes=5), ge=timedelta(0), le=timedelta(days=30))


class Properties(Strict):
    """What holds for the whole journey (journey-format.md, The whole)."""

    start_at: AwareDatetime | None = None
    end_at: AwareDatetime | None = None
    reentrance: Reentrance = Reentrance()
    time_zone: str = "UTC"
    use_profile_time_zone: bool = False
    timeout_seconds: int = Field(default=30, ge=1, le=30)

    def open_at(self, moment: datetime) -> bool:
        """May somebody enter whose event was received at ``moment``?"""
        return (self.start_at is None or moment >= self.start_at) and (
            self.end_at is None or moment < self.end_at
        )


class ActivityDocument(Strict):
    """One step on the canvas; ``config`` is read by the activity's kind."""

    kind: str
    # The name by which expressions refer to its event or response; empty for kinds that have none.
    name: str = Field(default="", max_length=60)
    label: str = Field(default="", max_length=120)
    description: str = Field(default="", max_length=2000)
    # Pinned to its card, for those who work on the journey.
    note: str = Field(default="", max_length=2000)
    config: dict[str, Any] = Field(default_factory=dict)
    to: dict[str, list[ActivityId]] = Field(default_factory=dict)

    @property
    def targets(self) -> dict[str, tuple[str, ...]]:
        """``to`` as the engine's steps hold it."""
        return {way: tuple(targets) for way, targets in self.to.items()}


class Document(Strict):
    """A whole journey version."""

    format: int = FORMAT
    properties: Properties = Properties()
    start: list[ActivityId] = Field(default_factory=list)
    activities: dict[ActivityId, ActivityDocument] = Field(default_factory=dict)

    @classmethod
    def empty(cls) -> Document:
        return cls()


def read_document(data: Any) -> tuple[Document | None, list[Problem]]:
    """Read plain JSON strictly; what does not fit comes back as problems, each with its place."""
    try:
        return Document.model_validate(data), []
    except ValidationError as error:
        return None, [_problem_of(detail) for detail in error.errors(include_url=False, include_input=False)]


def _problem_of(detail: Any) -> Problem:
    place = [str(part) for part in detail["loc"]]
    activity = place[1] if len(place) > 1 and place[0] == "activities" else None
    return Problem(
        code="ERR_JOURNEY_FORMAT",
        message=f"{'.'.join(place) or 'The definition'} cannot be read: {detail['msg']}.",
        activity=activity,
    )
