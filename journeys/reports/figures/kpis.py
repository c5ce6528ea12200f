"""The figures at the head of a report, each beside that of the previous period. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

from django.utils.translation import gettext_noop

from journeys.reports.figures.facts import Figures

_Value = int | float | None


class Kpi(NamedTuple):
    """``rate``: a share, 0–1. ``better``: 1 the more the better, -1 the less, 0 neither."""

    name: str
    label: str
    value: _Value
    before: _Value
    rate: bool
    better: int

    @property
    def change(self) -> float | None:
        """Of a rate the difference; else the growth as a share of what it was."""
        if self.value is None or self.before is None:
            return None
        if self.rate:
            return self.value - self.before
        return (self.value - self.before) / self.before if self.before else None

    @property
    def verdict(self) -> str:
        """Whether the change is to be welcomed: good, bad or ""."""
        turned = (self.change or 0) * self.better
        return "good" if turned > 0 else "bad" if turned < 0 else ""


def _people(name: str) -> Callable[[Figures], _Value]:
    return lambda figures: cast(_Value, getattr(figures.people, name))


def _messages(name: str) -> Callable[[Figures], _Value]:
    return lambda figures: cast(_Value, getattr(figures.messages, name))


# Name, label, figure, whether a rate, what is better.
_KPIS: tuple[tuple[str, str, Callable[[Figures], _Value], bool, int], ...] = (
    ("entered", gettext_noop("Entered"), _people("entered"), False, 1),
    ("completed", gettext_noop("Completed"), _people("completed"), False, 1),
    ("completionRate", gettext_noop("Completion rate"), _people("completion_rate"), True, 1),
    ("failed", gettext_noop("Failed"), _people("failed"), False, -1),
    ("failedRate", gettext_noop("Failed rate"), _people("failed_rate"), True, -1),
    ("timedOut", gettext_noop("Timed out"), _people("timed_out"), False, -1),
    ("stopped", gettext_noop("Stopped"), _people("stopped"), False, 0),
    ("discarded", gettext_noop("Events discarded"), _people("discarded"), False, -1),
    ("errors", gettext_noop("Errors of steps"), _people("errors"), False, -1),
    ("sent", gettext_noop("Messages sent"), _messages("sent"), False, 1),
    ("deliveryRate", gettext_noop("Delivery rate"), _messages("delivery_rate"), True, 1),
    ("bounceRate", gettext_noop("Bounce rate"), _messages("bounce_rate"), True, -1),
    ("openRate", gettext_noop("Open rate"), _messages("open_rate"), True, 1),
    ("clickRate", gettext_noop("Click rate"), _messages("click_rate"), True, 1),
    ("unsubscribedRate", gettext_noop("Unsubscribed rate"), _messages("unsubscribed_rate"), True, -1),
)


def kpis(figures: Figures, before: Figures) -> list[Kpi]:
    return [
        Kpi(name, label, value(figures), value(before), rate, better)
        for name, label, value, rate, better in _KPIS
    ]
