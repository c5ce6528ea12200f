"""What sums say: figures of a journey, of its activities and paths, of its messages. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from journeys.durations import percentile
from journeys.engine.decide import StepStatus
from journeys.engine.decide.operate import REOPENED
from journeys.reports.figures.shape import NOTHING, Shape

_FAILED = frozenset({StepStatus.ERROR, StepStatus.TIMED_OUT, StepStatus.CAPPED})
#: Activities that send messages, by their kind, which is that of the channel.
CHANNELS = ("email", "sms", "push")


class Steps(NamedTuple):
    """So many step events went one way (a row of ``StepCount``)."""

    version: int
    activity: str
    path: str
    status: int
    n: int
    at: datetime | None = None

    @property
    def failed(self) -> bool:
        """An activity failed; a timeout of an event that nobody sent is no failure."""
        return self.status in _FAILED and self.path != "timeout"

    @property
    def is_lost(self) -> bool:
        """The person's journey ended here without having come to an end."""
        ended = self.status in (StepStatus.INSTANCE_TIMED_OUT, StepStatus.STOPPED)
        return ended or (self.failed and not self.path)


class Errors(NamedTuple):
    version: int
    activity: str
    path: str
    code: str
    n: int
    at: datetime | None = None


class Messages(NamedTuple):
    version: int
    activity: str
    status: str  # actions.models.Delivery.Status, or engine.message_counts.MIRRORED
    code: str
    n: int
    at: datetime | None = None


class TraitMessages(NamedTuple):
    """``Messages`` by a trait."""

    version: int
    activity: str
    status: str
    code: str
    value: str
    n: int
    at: datetime | None = None


class Fetches(NamedTuple):
    """So many times a field group was asked for; with a code: so many of them failed with it."""

    version: int
    activity: str
    field_group: str  # source.group
    code: str
    n: int
    at: datetime | None = None


class People(NamedTuple):
    """Figures of people. ``errors``: steps that failed, also if the person went on along another path."""

    entered: int = 0
    completed: int = 0
    failed: int = 0
    timed_out: int = 0
    stopped: int = 0
    discarded: int = 0
    errors: int = 0

    @property
    def ended(self) -> int:
        return self.completed + self.failed + self.timed_out + self.stopped

    @property
    def completion_rate(self) -> float | None:
        """Of those who ended."""
        return share(self.completed, self.ended)

    @property
    def failed_rate(self) -> float | None:
        """Of those who ended."""
        return share(self.failed, self.ended)


class Delivered(NamedTuple):
    """Figures of messages; each message counts once in each."""

    sent: int = 0  # handed over to the provider
    held: int = 0
    failed: int = 0  # could not be handed over
    refused: int = 0  # bounced when we tried to hand it over
    reported: int = 0  # reported as delivered, by providers that do
    hard: int = 0
    soft: int = 0
    opened: int = 0
    clicked: int = 0
    unsubscribed: int = 0
    complained: int = 0
    mirrored: int = 0  # read as a page in the browser
    suppressed: int = 0  # of those held: the address is on the suppression list
    no_consent: int = 0  # of those held: the person has said no
    too_often: int = 0  # of those held: by quiet hours or a frequency cap

    @property
    def tried(self) -> int:
        return self.sent + self.failed + self.refused

    @property
    def bounced(self) -> int:
        return self.hard + self.soft

    @property
    def arrived(self) -> int:
        """Taken by the provider and not sent back since: not all of them report what is delivered."""
        return max(0, self.tried - self.failed - self.bounced)

    @property
    def delivery_rate(self) -> float | None:
        return share(self.arrived, self.tried)

    @property
    def bounce_rate(self) -> float | None:
        return share(self.bounced, self.tried)

    @property
    def open_rate(self) -> float | None:
        return share(self.opened, self.arrived)

    @property
    def click_rate(self) -> float | None:
        return share(self.clicked, self.arrived)

    @property
    def unsubscribed_rate(self) -> float | None:
        return share(self.unsubscribed, self.arrived)


class Figures(NamedTuple):
    """Of people and of their messages."""

    people: People
    messages: Delivered

    def plus(self, other: Figures) -> Figures:
        return Figures(
            People._make(map(sum, zip(self.people, other.people, strict=True))),
            Delivered._make(map(sum, zip(self.messages, other.messages, strict=True))),
        )


class Activity(NamedTuple):
    """What happened at one activity."""

    id: str
    entered: int
    left: int
    errors: int
    codes: Mapping[str, int]
    median: timedelta | None
    most: timedelta | None  # 95 of 100 were not longer there


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def figures_of(steps: Iterable[Steps], messages: Iterable[Messages], shapes: Mapping[int, Shape]) -> Figures:
    return Figures(people(steps, shapes), delivered(messages))


def people(rows: Iterable[Steps], shapes: Mapping[int, Shape]) -> People:
    """Whom an operator brought back in has not failed."""
    found = people_over_time((row._replace(at=None) for row in rows), shapes)
    return found.get(None, People())


def people_over_time(rows: Iterable[Steps], shapes: Mapping[int, Shape]) -> dict[datetime | None, People]:
    """The same by the part of time. What a row says of one person is found out once for all parts."""
    told: dict[tuple[int, str, str, int], dict[str, int]] = {}
    found: defaultdict[datetime | None, Counter[str]] = defaultdict(Counter)
    for row in rows:
        way = (row.version, row.activity, row.path, row.status)
        if way not in told:
            told[way] = told_of_people(row._replace(n=1), shapes.get(row.version, NOTHING))
        counts = found[row.at]
        for name, one in told[way].items():
            counts[name] += one * row.n
    return {at: _people(counts) for at, counts in found.items()}


def _people(counts: Counter[str]) -> People:
    return People(**{name: max(0, counts[name]) for name in People._fields})


def told_of_people(row: Steps, shape: Shape) -> dict[str, int]:
    """What a row of step events says, by the names of ``People``; ``left`` is how many left the activity."""
    if row.status == StepStatus.DISCARDED:
        return {"discarded": row.n}
    if row.status == StepStatus.OPERATED:
        return {"failed": -row.n} if row.path == REOPENED else {}
    told = {"left": row.n, "entered": row.n} if row.activity in shape.start else {"left": row.n}
    if row.failed:
        told["errors"] = row.n
    if row.status == StepStatus.INSTANCE_TIMED_OUT:
        return {**told, "timed_out": row.n}
    if row.status == StepStatus.STOPPED:
        return {**told, "stopped": row.n}
    # A path that leads nowhere ends the person's journey, well.
    if row.status == StepStatus.ENDED or (row.path and not shape.targets(row.activity, row.path)):
        return {**told, "completed": row.n}
    return {**told, "failed": row.n} if not row.path else told


def discards(rows: Iterable[Steps]) -> Counter[str]:
    """By reason."""
    found: Counter[str] = Counter()
    for row in rows:
        if row.status == StepStatus.DISCARDED:
            found[row.path] += row.n
    return found


def delivered(rows: Iterable[Messages]) -> Delivered:
    found: Counter[str] = Counter()
    for row in rows:
        for name, n in told_of_message(row).items():
            found[name] += n
    return Delivered(**found)


def told_of_fetch(row: Fetches) -> dict[str, int]:
    return {"fetch_errors": row.n} if row.code else {"fetches": row.n}


def told_of_message(row: Messages | TraitMessages) -> dict[str, int]:
    """What a row says of messages, by the names of ``Delivered``; nothing of a status that is not known."""
    name = _MESSAGES.get(row.status)
    if name is None:
        return {}
    why = (
        _HELD.get(row.code)
        if name == "held"
        else "refused"
        if row.code and name in ("hard", "soft")
        else None
    )
    return {name: row.n, why: row.n} if why else {name: row.n}


_MESSAGES = {
    "sent": "sent", "held": "held", "failed": "failed", "delivered": "reported", "bounced": "hard",
    "softBounced": "soft", "opened": "opened", "clicked": "clicked", "unsubscribed": "unsubscribed",
    "complained": "complained", "mirrored": "mirrored",
}  # fmt: skip
_HELD = {
    "suppressed": "suppressed", "noConsent": "no_consent", "quietHours": "too_often",
    "frequencyCap": "too_often",
}  # fmt: skip


def paths(rows: Iterable[Steps]) -> Counter[tuple[str, str]]:
    """How often each path was taken, by (activity, path)."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row.path and row.status not in (StepStatus.DISCARDED, StepStatus.OPERATED):
            found[row.activity, row.path] += row.n
    return found


def activities(
    rows: Iterable[Steps],
    failed: Iterable[Errors],
    times: Mapping[tuple[int, str], Counter[int]],
    shapes: Mapping[int, Shape],
) -> dict[str, Activity]:
    """By activity, over all versions that are given: an activity keeps its id when a version is copied."""
    entered, left, errors = Counter[str](), Counter[str](), Counter[str]()
    codes: dict[str, Counter[str]] = {}
    histograms: dict[str, Counter[int]] = {}
    for row in rows:
        if row.status in (StepStatus.DISCARDED, StepStatus.OPERATED):
            continue
        left[row.activity] += row.n
        errors[row.activity] += row.n if row.failed else 0
        entered.update(_arrivals(row, shapes.get(row.version, NOTHING)))
    for error in failed:
        codes.setdefault(error.activity, Counter())[error.code] += error.n
    for (_, activity), histogram in times.items():
        histograms.setdefault(activity, Counter()).update(histogram)
    return {
        id: _activity(id, entered[id], left[id], errors[id], codes.get(id, {}), histograms.get(id, Counter()))
        for id in {*entered, *left}
    }


def _arrivals(row: Steps, shape: Shape) -> dict[str, int]:
    """Where the people of a row have come to; of several in parallel each has them."""
    found = dict.fromkeys(shape.targets(row.activity, row.path), row.n)
    return {**found, row.activity: row.n} if row.activity in shape.start else found


def _activity(
    id: str, entered: int, left: int, errors: int, codes: Mapping[str, int], histogram: Counter[int]
) -> Activity:
    at_once = max(0, left - sum(histogram.values()))
    all_of_them = Counter(histogram)
    all_of_them[0] += at_once
    return Activity(
        id, entered, left, errors, codes, percentile(all_of_them, 0.5), percentile(all_of_them, 0.95)
    )
