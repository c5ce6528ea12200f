"""What a panel can tell, and by what. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext_noop

from journeys.reports.figures.facts import Delivered, Figures, People, share

#: Dimensions, with words for them; those of time last.
DIMENSIONS = {
    "journey": gettext_noop("Journey"),
    "version": gettext_noop("Version"),
    "activity": gettext_noop("Activity"),
    "path": gettext_noop("Path, or reason of a discard"),
    "channel": gettext_noop("Channel"),
    "dataSource": gettext_noop("Data source"),
    "fieldGroup": gettext_noop("Field group"),
    "variant": gettext_noop("Variant (language)"),
    "domain": gettext_noop("Domain of the address"),
    "link": gettext_noop("Link"),
    "device": gettext_noop("Device"),
    "platform": gettext_noop("Platform"),
    "errorType": gettext_noop("Error type"),
    "hour": gettext_noop("Hour"),
    "day": gettext_noop("Day"),
    "week": gettext_noop("Week"),
    "month": gettext_noop("Month"),
}
TIMES = ("hour", "day", "week", "month")
#: Traits of messages and of their readers: a panel has one at most, and tells of messages only.
TRAITS = ("variant", "domain", "link", "device", "platform")
#: What is told by a trait of the reader: what readers do. What opens and clicks are shares of is not known.
OF_READERS = {
    "link": ("clicked",),
    "device": ("opened", "clicked"),
    "platform": ("opened", "clicked"),
}
#: What steps ask other systems for.
FETCHED = ("dataSource", "fieldGroup")
_Value = int | float | None


class Metric(NamedTuple):
    """``of``: what it is counted from, steps, messages or fetches; ``rate``: a share, 0–1."""

    name: str
    label: str
    of: str
    value: Callable[[Counter[str]], _Value]
    rate: bool = False


def figures_of(told: Counter[str]) -> Figures:
    """The figures behind sums that were added up by name."""
    return Figures(
        People(**{name: max(0, told[name]) for name in People._fields}),
        Delivered(**{name: told[name] for name in Delivered._fields}),
    )


def _people(name: str) -> Callable[[Counter[str]], _Value]:
    return lambda told: getattr(figures_of(told).people, name)


def _messages(name: str) -> Callable[[Counter[str]], _Value]:
    return lambda told: getattr(figures_of(told).messages, name)


def _fetch_error_rate(told: Counter[str]) -> _Value:
    return share(told["fetch_errors"], told["fetches"])


_ALL = (
    Metric("entered", gettext_noop("Entered"), "steps", _people("entered")),
    Metric("left", gettext_noop("Steps passed"), "steps", lambda told: told["left"]),
    Metric("completed", gettext_noop("Completed"), "steps", _people("completed")),
    Metric("completionRate", gettext_noop("Completion rate"), "steps", _people("completion_rate"), rate=True),
    Metric("failed", gettext_noop("Failed"), "steps", _people("failed")),
    Metric("failedRate", gettext_noop("Failed rate"), "steps", _people("failed_rate"), rate=True),
    Metric("timedOut", gettext_noop("Timed out"), "steps", _people("timed_out")),
    Metric("stopped", gettext_noop("Stopped"), "steps", _people("stopped")),
    Metric("discarded", gettext_noop("Events discarded"), "steps", _people("discarded")),
    Metric("errors", gettext_noop("Errors of steps"), "steps", _people("errors")),
    Metric("fetches", gettext_noop("Data fetched"), "fetches", lambda told: told["fetches"]),
    Metric("fetchErrors", gettext_noop("Fetches failed"), "fetches", lambda told: told["fetch_errors"]),
    Metric("fetchErrorRate", gettext_noop("Fetches failed rate"), "fetches", _fetch_error_rate, rate=True),
    Metric("sent", gettext_noop("Messages sent"), "messages", _messages("sent")),
    Metric("held", gettext_noop("Held back"), "messages", _messages("held")),
    Metric(
        "suppressed", gettext_noop("On the block list or in quarantine"), "messages", _messages("suppressed")
    ),
    Metric("noConsent", gettext_noop("Without consent"), "messages", _messages("no_consent")),
    Metric("tooOften", gettext_noop("Held by quiet hours or caps"), "messages", _messages("too_often")),
    Metric("rejected", gettext_noop("Rejected"), "messages", _messages("failed")),
    Metric("delivered", gettext_noop("Delivered (reported)"), "messages", _messages("reported")),
    Metric("hardBounces", gettext_noop("Hard bounces"), "messages", _messages("hard")),
    Metric("softBounces", gettext_noop("Soft bounces"), "messages", _messages("soft")),
    Metric("opened", gettext_noop("Unique opens"), "messages", _messages("opened")),
    Metric("clicked", gettext_noop("Unique clicks"), "messages", _messages("clicked")),
    Metric("mirrorPages", gettext_noop("Mirror pages read"), "messages", _messages("mirrored")),
    Metric("unsubscribed", gettext_noop("Unsubscribed"), "messages", _messages("unsubscribed")),
    Metric("complained", gettext_noop("Complaints"), "messages", _messages("complained")),
    Metric("deliveryRate", gettext_noop("Delivery rate"), "messages", _messages("delivery_rate"), rate=True),
    Metric("bounceRate", gettext_noop("Bounce rate"), "messages", _messages("bounce_rate"), rate=True),
    Metric("openRate", gettext_noop("Open rate"), "messages", _messages("open_rate"), rate=True),
    Metric("clickRate", gettext_noop("Click rate"), "messages", _messages("click_rate"), rate=True),
    Metric(
        "unsubscribedRate",
        gettext_noop("Unsubscribed rate"),
        "messages",
        _messages("unsubscribed_rate"),
        rate=True,
    ),
)
METRICS = {metric.name: metric for metric in _ALL}
