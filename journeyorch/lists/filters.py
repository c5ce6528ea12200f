"""What a list can be narrowed down by; everything asked for stands in the address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

# Nothing was or will be at other times, and times at the edges of the calendar cannot be counted with.
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2200, 1, 1)


class Chip(NamedTuple):
    """One thing that a list is narrowed down to, and the parameter that says so."""

    label: str
    name: str
    value: str


class Filter:
    """Base. A filter reads its parameters, narrows rows down, and says so in chips."""

    template = ""

    def __init__(self, name: str, label: Any) -> None:
        self.name, self.label = name, label

    @property
    def parameters(self) -> Sequence[str]:
        """What it is called in addresses."""
        return (self.name,)

    def asked(self, given: QueryDict) -> Any:
        """What an address asks for; something falsy if nothing, or nothing that makes sense."""
        raise NotImplementedError

    def narrowed(self, rows: QuerySet[Any], asked: Any) -> QuerySet[Any]:
        raise NotImplementedError

    def chips(self, asked: Any) -> Iterable[Chip]:
        raise NotImplementedError


class Choices(Filter):
    """Any of some values of a field."""

    template = "lists/filters/choices.html"

    def __init__(self, name: str, label: Any, options: Sequence[tuple[str, Any]], *, field: str = "") -> None:
        super().__init__(name, label)
        self.options, self._field = options, field or name

    def asked(self, given: QueryDict) -> list[str]:
        wanted = set(given.getlist(self.name))
        return [value for value, _label in self.options if value in wanted]

    def narrowed(self, rows: QuerySet[Any], asked: list[str]) -> QuerySet[Any]:
        return rows.filter(**{f"{self._field}__in": asked})

    def chips(self, asked: list[str]) -> Iterator[Chip]:
        labels = dict(self.options)
        for value in asked:
            yield Chip(str(labels[value]), self.name, value)


class Switch(Filter):
    """One way to narrow down that is on or off; what it does is a method of the list."""

    template = "lists/filters/switch.html"

    def __init__(self, name: str, label: Any, narrow: Any) -> None:
        super().__init__(name, label)
        self._narrow = narrow

    def asked(self, given: QueryDict) -> bool:
        return given.get(self.name) == "1"

    def narrowed(self, rows: QuerySet[Any], asked: bool) -> QuerySet[Any]:
        narrowed: QuerySet[Any] = self._narrow(rows)
        return narrowed

    def chips(self, asked: bool) -> Iterator[Chip]:
        yield Chip(str(self.label), self.name, "1")


class Group(NamedTuple):
    """Options of a menu that belong together."""

    label: Any
    options: Sequence[tuple[str, Any]]


class Menu(Filter):
    """One of many values, chosen from a menu; what it does is a function of the rows and the value."""

    template = "lists/filters/menu.html"

    def __init__(self, name: str, label: Any, groups: Sequence[Group], narrow: Any) -> None:
        super().__init__(name, label)
        self.groups, self._narrow = [group for group in groups if group.options], narrow

    def asked(self, given: QueryDict) -> str:
        wanted = given.get(self.name, "")
        return wanted if wanted in self._labels else ""

    def narrowed(self, rows: QuerySet[Any], asked: str) -> QuerySet[Any]:
        narrowed: QuerySet[Any] = self._narrow(rows, asked)
        return narrowed

    def chips(self, asked: str) -> Iterator[Chip]:
        yield Chip(f"{self.label}: {self._labels[asked]}", self.name, asked)

    @property
    def _labels(self) -> dict[str, Any]:
        return dict(option for group in self.groups for option in group.options)


class Days(NamedTuple):
    """From one day to another, both included; None: open at that end."""

    first: date | None
    last: date | None


class Dates(Filter):
    """A range of days of any length, in the time zone of the page, for a field with a date and time."""

    template = "lists/filters/dates.html"

    def __init__(self, name: str, label: Any, *, field: str = "") -> None:
        super().__init__(name, label)
        self._field = field or name
        self.first_name, self.last_name = f"{name}_from", f"{name}_until"

    @property
    def parameters(self) -> Sequence[str]:
        return (self.first_name, self.last_name)

    def asked(self, given: QueryDict) -> Days | None:
        days = Days(_day(given.get(self.first_name, "")), _day(given.get(self.last_name, "")))
        return days if any(days) else None

    def narrowed(self, rows: QuerySet[Any], asked: Days) -> QuerySet[Any]:
        if asked.first:
            rows = rows.filter(**{f"{self._field}__gte": _midnight(asked.first)})
        if asked.last:
            rows = rows.filter(**{f"{self._field}__lt": _midnight(asked.last + timedelta(days=1))})
        return rows

    def chips(self, asked: Days) -> Iterator[Chip]:
        words = ((self.first_name, _("from"), asked.first), (self.last_name, _("until"), asked.last))
        for name, word, day in words:
            if day:
                yield Chip(f"{self.label} {word} {date_format(day)}", name, day.isoformat())


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST_DAY <= day <= _LAST_DAY else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
