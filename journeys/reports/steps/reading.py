"""Reads step events page by page, in the order in which they were written, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max, Min, QuerySet

from events.models import Event
from journeyorch import bulk
from journeyorch.access.models import Sandbox
from journeyorch.bulk import Column
from journeys.definition.document import Document, read_document
from journeys.engine import tables
from journeys.models import JourneyVersion, StepEvent
from journeys.reports.steps.drawn import drawn
from journeys.reports.steps.fields import Parent, Stored, Version, told
from journeys.reports.story import read_detail

#: Step events read at a time.
PAGE = 1000
# Waves of several processes commit in another order than that of their ids, by so little.
_SLACK = timedelta(minutes=5)
_OWN = (StepEvent.Status.DISCARDED, StepEvent.Status.OPERATED)
_COLUMNS = (*Stored._fields[:-1], "detail")


class Question(NamedTuple):
    """Which step events somebody wants, of one sandbox."""

    versions: tuple[int, ...] | None = None  # None: all of the sandbox
    instance_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None  # not included
    activity: str = ""
    status: int | None = None
    in_test: bool | None = None
    discards: bool = False  # also events that did nothing
    after: int = 0  # from behind the step event of this id


def versions_of(sandbox: Sandbox, *, journey: UUID | None, version: UUID | None) -> tuple[int, ...] | None:
    """For ``Question.versions``: those that are named by the ids of a journey or of a version."""
    if journey is None and version is None:
        return None
    found = JourneyVersion.objects.filter(sandbox=sandbox)
    if journey is not None:
        found = found.filter(journey__uid=journey)
    if version is not None:
        found = found.filter(uid=version)
    return tuple(found.values_list("pk", flat=True))


class Page(NamedTuple):
    """Step events with all their fields; ``last``: where the next page begins, 0 if there is none."""

    events: list[dict[str, Any]]
    last: int


class Reader:
    """Reads pages; keeps what it knows of the versions it has met last."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._versions: dict[int, Version] = {}
        self._event_ids: dict[str, str] = {}

    def pages(self, question: Question, *, size: int = PAGE) -> Iterator[list[dict[str, Any]]]:
        """All of it, page by page."""
        while True:
            page = self.page(question, size=size)
            yield page.events
            if not page.last:
                return
            question = question._replace(after=page.last)

    def page(self, question: Question, *, size: int = PAGE) -> Page:
        """At most ``size`` step events."""
        rows = list(_found(self._sandbox, question).values_list(*_COLUMNS)[: size + 1])
        stored = [Stored._make((*row[:-1], read_detail(row[-1]))) for row in rows[:size]]
        self._meet({one.version_id for one in stored})
        parents = _parents(stored)
        events = [
            told(one, self._versions[one.version_id], parents.get(one.id), self._event_id(one))
            for one in stored
            if one.version_id in self._versions  # else it was deleted meanwhile
        ]
        return Page(events, stored[-1].id if len(rows) > size else 0)

    def _meet(self, ids: set[int]) -> None:
        unknown = ids - self._versions.keys()
        if not unknown:
            return
        if len(self._versions) > 200:  # their drawings are the only thing here that could grow
            self._versions = {id: known for id, known in self._versions.items() if id in ids}
        found = JourneyVersion.objects.filter(pk__in=unknown, sandbox=self._sandbox)
        for version in found.select_related("journey"):
            self._versions[version.pk] = _version(version)

    def _event_id(self, one: Stored) -> str | None:
        """The eventID of the configured event that was received, or its name if it is told by a rule."""
        if one.received_event_id is None or one.status == StepEvent.Status.DISCARDED:
            return None
        name = self._versions[one.version_id].activity(one.activity).event
        if name not in self._event_ids:
            known = Event.objects.filter(sandbox=self._sandbox, name=name).values_list("event_id", flat=True)
            self._event_ids[name] = known.first() or name
        return self._event_ids[name] or None


def _version(version: JourneyVersion) -> Version:
    document, _problems = read_document(version.document)
    activities = drawn(document or Document.empty())
    journey = version.journey
    return Version(version.uid, journey.uid, journey.name, version.number, version.sandbox_id, activities)


def _found(sandbox: Sandbox, question: Question) -> QuerySet[StepEvent]:
    """In the order of their ids, which is that of the table."""
    found = StepEvent.objects.filter(version__sandbox=sandbox, pk__gt=question.after)
    if question.versions is not None:
        found = found.filter(version__in=question.versions)
    if question.instance_id is not None:
        found = found.filter(instance_id=question.instance_id)
    if question.since is not None:
        found = found.filter(at__gte=question.since, pk__gte=first_id_since(question.since))
    if question.until is not None:
        found = found.filter(at__lt=question.until)
    if question.activity:
        found = found.filter(activity=question.activity)
    if question.status is not None:
        found = found.filter(status=question.status)
    elif not question.discards:
        found = found.exclude(status=StepEvent.Status.DISCARDED)
    if question.in_test is not None:
        found = found.filter(run__gt=0) if question.in_test else found.filter(run=0)
    return found.order_by("pk")


def first_id_since(moment: datetime) -> int:
    """From which id on step events may be of that time or later: ids grow with time, so no index on it."""
    bounds = StepEvent.objects.aggregate(low=Min("pk"), high=Max("pk"))
    low, high = bounds["low"] or 0, (bounds["high"] or 0) + 1
    while low < high:
        middle = (low + high) // 2
        found = StepEvent.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "at").first()
        if found is None or found[1] >= moment - _SLACK:
            high = middle
        else:
            low = found[0] + 1
    return low


def _parents(events: Sequence[Stored]) -> dict[int, Parent]:
    """The step before each, by id; those that are not in the page by one index probe each."""
    wanted = [one for one in events if one.instance_id and one.status != StepEvent.Status.DISCARDED]
    here = {(one.instance_id, one.sequence): one for one in wanted if one.status not in _OWN}
    found: dict[int, Parent] = {}
    missing: list[Stored] = []
    for one in wanted:
        before = here.get((one.instance_id, one.sequence - 1))
        if before is not None and before.id < one.id:
            found[one.id] = Parent(before.id, before.activity, before.path)
        elif one.sequence > 0:
            missing.append(one)
    return found | _looked_up(missing)


_STEP = (Column("id", "bigint"), Column("activity", "text"), Column("path", "text"))
_BEFORE = f't."sequence" < v."sequence" AND t."status" NOT IN ({_OWN[0]:d}, {_OWN[1]:d})'


def _looked_up(events: Sequence[Stored]) -> dict[int, Parent]:
    rows = bulk.lookup(
        tables.STEP_EVENT,
        [Column("instance_id", "uuid")],
        [(one.instance_id, one.sequence) for one in events],
        _STEP,
        given=[Column("sequence", "integer")],
        condition=_BEFORE,
        order_by='t."sequence" DESC',
    )
    return {events[ordinal].id: Parent(*row) for ordinal, *row in rows}
