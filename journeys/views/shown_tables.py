"""The tables of reports: which columns each has, written once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from journeys.reports.reasons import reason_in_words
from journeys.templatetags.shell import lasted

# Of what is executed most often.
_MOST_NAMED = 10


class Cell(NamedTuple):
    """``url``: where the text leads, if anywhere; ``note``: what stands beside it in small letters."""

    text: str
    is_number: bool = False
    url: str = ""
    note: str = ""


class Table(NamedTuple):
    """``columns``: the headings, and whether numbers stand below. The first cell of a row names it."""

    columns: list[tuple[str | Promise, bool]]
    rows: list[list[Cell]]


class Section(NamedTuple):
    """A table with its heading; ``id`` is that of the heading; ``download``: where more of it is, as CSV."""

    id: str
    title: str | Promise
    table: Table
    note: str | Promise = ""
    download: str = ""


class Column(NamedTuple):
    """A heading, and what stands below it for a thing: a number, a duration, a text, or a cell."""

    label: str | Promise
    value: Callable[[Any], Any]
    is_number: bool = True


def number(value: float | None) -> str:
    return "–" if value is None else number_format(value, 0, force_grouping=True)


def table(columns: Sequence[Column], things: Iterable[Any]) -> Table:
    """A row for each thing."""
    rows = [[_cell(column.value(thing), column.is_number) for column in columns] for thing in things]
    return Table([(column.label, column.is_number) for column in columns], rows)


def _cell(value: Any, is_number: bool) -> Cell:
    if isinstance(value, Cell):
        return value
    if isinstance(value, timedelta):
        return Cell(lasted(value), is_number)
    return Cell(number(value) if is_number and not isinstance(value, str) else str(value), is_number)


def _people(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row.figures.people, name)


def _messages(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row.figures.messages, name)


def _kind_of(step: Any) -> str:
    """What kind of step it is, unless it is called so."""
    return "" if step.name == step.title else str(step.title)


_FIGURES = (
    Column(_("Entered"), _people("entered")),
    Column(_("Completed"), _people("completed")),
    Column(_("Failed"), _people("failed")),
    Column(_("Timed out"), _people("timed_out")),
    Column(_("Discarded"), _people("discarded")),
    Column(_("Sent"), _messages("sent")),
    Column(_("Opened"), _messages("opened")),
    Column(_("Clicked"), _messages("clicked")),
)
_ACTIVITIES = (
    Column(_("Activity"), lambda row: Cell(row.step.name, note=_kind_of(row.step)), is_number=False),
    Column(_("Came"), lambda row: row.activity.entered),
    Column(_("Left"), lambda row: row.activity.left),
    Column(_("Errors"), lambda row: row.activity.errors),
    Column(_("By type"), lambda row: row.codes, is_number=False),
    Column(_("Median time"), lambda row: row.activity.median),
    Column(_("95 of 100 within"), lambda row: row.activity.most),
)
_CATEGORIES = (
    Column(_("Kind"), lambda row: row.title, is_number=False),
    Column(_("Executed"), lambda row: row.executed),
    Column(_("Errors"), lambda row: row.errors),
    Column(_("Most often"), lambda row: row.most_often, is_number=False),
)
_MOST_EXECUTED = (
    Column(
        _("Name"), lambda row: Cell(row.name, note="" if row.name == row.kind else row.kind), is_number=False
    ),
    Column(_("Executed"), lambda row: row.executed),
    Column(_("Errors"), lambda row: row.errors),
    Column(_("Journeys"), lambda row: row.journeys),
)
_PATHS = (
    Column(_("Activity"), lambda row: row.step.name, is_number=False),
    Column(_("Path"), lambda row: row.label, is_number=False),
    Column(_("People"), lambda row: row.n),
    Column(_("Share"), lambda row: row.share),
)
_CHANNELS = (
    Column(_("Channel"), lambda row: row[0], is_number=False),
    Column(_("Sent"), lambda row: row[1].sent),
    Column(_("Held back"), lambda row: row[1].held),
    Column(_("Failed"), lambda row: row[1].failed),
    Column(_("Delivered (reported)"), lambda row: row[1].reported),
    Column(_("Hard bounces"), lambda row: row[1].hard),
    Column(_("Soft bounces"), lambda row: row[1].soft),
    Column(_("Unique opens"), lambda row: row[1].opened),
    Column(_("Unique clicks"), lambda row: row[1].clicked),
    Column(_("Unsubscribed"), lambda row: row[1].unsubscribed),
    Column(_("Complaints"), lambda row: row[1].complained),
)
_DISCARDS = (
    Column(_("Reason"), lambda row: str(reason_in_words(row[0])), is_number=False),
    Column(_("Events"), lambda row: row[1]),
)


def of_parts(parts: Sequence[Any], *, by: str, url: Callable[[Any], str]) -> list[Section]:
    """The versions of a journey beside each other, or the journeys."""
    label, title = (_("Version"), _("By version")) if by == "version" else (_("Journey"), _("By journey"))
    name = Column(label, lambda row: Cell(row.name, url=url(row)), is_number=False)
    return _sections("parts", title, (name, *_FIGURES), parts)


def of_activities(rows: Sequence[Any]) -> list[Section]:
    return _sections("activities", _("By activity"), _ACTIVITIES, rows)


def of_categories(rows: Sequence[Any], *, download: str) -> list[Section]:
    title = _("Events, orchestration, actions, fetches")
    return [one._replace(download=download) for one in _sections("categories", title, _CATEGORIES, rows)]


def of_most_executed(rows: Sequence[Any]) -> list[Section]:
    """``rows``: those of all categories, most often first."""
    found = {name: [row for row in rows if row.category == name] for name in ("events", "actions")}
    return [
        *_sections("top-events", _("Top events"), _MOST_EXECUTED, found["events"][:_MOST_NAMED]),
        *_sections("top-actions", _("Top actions"), _MOST_EXECUTED, found["actions"][:_MOST_NAMED]),
    ]


def of_paths(rows: Sequence[Any]) -> list[Section]:
    return _sections("paths", _("By path"), _PATHS, rows)


def of_channels(rows: Sequence[Any]) -> list[Section]:
    note = _("Opens are seen only where pictures are shown: who blocks them does not count.")
    return _sections("channels", _("Messages by channel"), _CHANNELS, rows, note)


def of_discards(discards: Mapping[str, int]) -> list[Section]:
    rows = sorted(discards.items(), key=lambda one: -one[1])
    return _sections("discards", _("Events discarded"), _DISCARDS, rows)


def _sections(
    id: str, title: str | Promise, columns: Sequence[Column], things: Sequence[Any], note: str | Promise = ""
) -> list[Section]:
    """One, or none where there is nothing to tell."""
    return [Section(id, title, table(columns, things), note)] if things else []
