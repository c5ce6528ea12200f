"""The forms of this room's answers, for the API's description."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from journeyorch.api.describing import Answer


class FunctionsAnswer(Answer):
    functions: list[dict[str, Any]]


class CompletionAnswer(Answer):
    label: str
    kind: str
    insert: str
    detail: str
    help: str


class CompletionsAnswer(Answer):
    """``start`` and ``end``: which characters an insertion replaces."""

    start: int
    end: int
    items: list[CompletionAnswer]


class PlaceAnswer(Answer):
    """What is wrong in an expression, and where: line and column from 1."""

    code: str
    message: str
    line: int
    column: int


class ExpressionProblemAnswer(PlaceAnswer):
    length: int
    suggestion: str | None


class ParametersAnswer(Answer):
    """A group whose dynamic ``values``, each a name and a type, no reference gives yet."""

    source: str
    group: str
    values: list[dict[str, str]]


class CheckAnswer(Answer):
    problems: list[ExpressionProblemAnswer]
    type: str | None
    words: str | None
    simple: dict[str, Any] | None
    notSimple: str | None  # noqa: N815 - the name in the answer
    parameters: list[ParametersAnswer]


class SimpleAnswer(Answer):
    """``operators``: by the name of the field's type, in the order of the menu."""

    operators: dict[str, list[str]]


class WrittenAnswer(Answer):
    expression: str


class EvaluateAnswer(Answer):
    """Either ``error``, or ``value`` with its ``type``."""

    value: Any = None
    type: str | None = None
    words: str | None = None
    error: PlaceAnswer | None = None


class SampleAnswer(Answer):
    received: int | None
    at: datetime | None
    payload: dict[str, Any]


class SamplesAnswer(Answer):
    name: str
    samples: list[SampleAnswer]


class StepEventsAnswer(Answer):
    stepEvents: list[dict[str, Any]]  # noqa: N815 - the name in the answer
    next: int | None


class FigureAnswer(Answer):
    """``value`` of a rate is 0–1; null: there is nothing that it could be a share of."""

    name: str
    value: float | None
    before: float | None


class FiguresAnswer(Answer):
    """``unit``: what the points stand for, each with the figures of people and of messages."""

    unit: str
    insideNow: int  # noqa: N815 - the name in the answer
    figures: list[FigureAnswer]
    points: list[dict[str, Any]]
    versions: list[dict[str, Any]]
    activities: list[dict[str, Any]]
    paths: list[dict[str, Any]]
    discards: dict[str, int]
    channels: dict[str, dict[str, int]]
    executed: list[dict[str, Any]]
    splits: list[dict[str, Any]]


class TableAnswer(Answer):
    """``rows``: names first, then numbers, as ``columns`` calls them."""

    columns: list[str]
    rows: list[list[str | float | None]]


class DraftAnswer(Answer):
    """``document``: the drawing. ``may``: what you may do."""

    version: dict[str, Any]
    may: dict[str, Any]
    document: dict[str, Any]
    revision: int
    problems: list[dict[str, Any]]


class SavedAnswer(Answer):
    revision: int
    savedAt: datetime  # noqa: N815
    problems: list[dict[str, Any]]


class PresenceAnswer(Answer):
    """``others``: names of those who have the version open, too."""

    others: list[str]
    revision: int
    status: str


class JourneyNameAnswer(Answer):
    uid: str
    name: str
    description: str
    tags: list[str]


class MovesAnswer(Answer):
    moves: list[dict[str, Any]]


class OffersAnswer(Answer):
    """What there is to choose from, by kind."""


class FieldsAnswer(Answer):
    fields: list[dict[str, Any]]


class VariablesAnswer(Answer):
    variables: list[dict[str, Any]]


class PreviewAnswer(Answer):
    """``parts``: the words; ``trouble``: why there are none."""

    parts: dict[str, str]


class TestAnswer(Answer):
    """What the test listens to, about whom, and its settings."""


class PayloadAnswer(Answer):
    """The same as JSON, and as the texts of the form's controls."""

    payload: dict[str, Any]
    texts: dict[str, str]


class AcceptedAnswer(Answer):
    """Nothing to tell yet: it is being done."""


class OptionsAnswer(Answer):
    seconds: int
    fromOutside: bool  # noqa: N815


class TestProfileAnswer(Answer):
    person: str
