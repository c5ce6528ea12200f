"""The people of a version, and a person's ways through all journeys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from datasources.models import Identity
from datasources.platform.namespaces.canonical import canonical
from datasources.platform.namespaces.known import namespaces_of
from journeyorch.access.models import Sandbox
from journeys.models import Instance, JourneyVersion, StepEvent
from journeys.reports.counts import FAILURES
from journeys.reports.story import read_detail

PAGE = 50
PARKED = "parked"


class Place(NamedTuple):
    """Where a page of a list that is ordered by time and id begins: after this row."""

    moment: datetime
    id: UUID

    @classmethod
    def read(cls, text: str) -> Place | None:
        """From an address; None for anything that is no place."""
        moment, _, id = text.partition("_")
        try:
            parsed = datetime.fromisoformat(moment)
            return cls(parsed, UUID(id)) if parsed.tzinfo else None
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.moment.isoformat()}_{self.id}"


class PeopleQuestion(NamedTuple):
    """Which people of a version somebody wants to see; all of it comes from the address."""

    activity: str = ""
    status: int | None = None
    position: int | None = None  # of those inside
    person: str = ""
    after: Place | None = None

    @classmethod
    def asked(cls, given: Mapping[str, str]) -> PeopleQuestion:
        status = given.get("status", "")
        parked = status == PARKED
        return cls(
            activity=_text(given, "activity")[:64],
            status=int(status) if status in map(str, Instance.Status.values) else None,
            position=Instance.Position.PARKED if parked else None,
            person=_text(given, "q").strip()[:512],
            after=Place.read(given.get("after", "")),
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.activity or self.person or self.status is not None or self.position is not None)

    @property
    def filter(self) -> list[tuple[str, str]]:
        """The question as an address asks it, without the place in the list."""
        asked = (("q", self.person), ("activity", self.activity), ("status", self.standing))
        return [(name, value) for name, value in asked if value]

    @property
    def standing(self) -> str:
        """The status as an address says it; ``PARKED`` is one of those inside."""
        if self.position is not None:
            return PARKED
        return "" if self.status is None else str(self.status)


def _text(given: Mapping[str, str], name: str) -> str:
    """A parameter. Nothing is called by NUL, which PostgreSQL cannot even be asked for: it finds nobody."""
    return given.get(name, "").replace("\x00", "\ufffd")


class PeoplePage(NamedTuple):
    instances: list[Instance]
    following: Place | None  # where the next page begins


def asked_for(version: JourneyVersion, question: PeopleQuestion) -> QuerySet[Instance]:
    """The version's instances that a question is about, newest first."""
    found = Instance.objects.of_run(version).defer("state")
    if question.activity:
        found = found.filter(activity=question.activity)
    if question.status is not None:
        found = found.filter(status=question.status)
    if question.status == Instance.Status.RUNNING:
        found = found.filter(ended_at=None)  # the index of those inside
    if question.person:
        found = found.filter(person_id__in={question.person, question.person.lower()})
    if question.position is not None:
        found = found.filter(position=question.position)
    return found.order_by("-started_at", "-pk")


def people_of(version: JourneyVersion, question: PeopleQuestion) -> PeoplePage:
    """A page of the version's instances, newest first: one query, however many there are before it."""
    found = asked_for(version, question)
    if question.after:
        moment, id = question.after
        found = found.filter(
            Q(started_at__lt=moment) | Q(started_at=moment, pk__lt=id), started_at__lte=moment
        )
    rows = list(found[: PAGE + 1])
    more = len(rows) > PAGE
    return PeoplePage(rows[:PAGE], Place(rows[PAGE - 1].started_at, rows[PAGE - 1].pk) if more else None)


def codes_of(instances: Iterable[Instance]) -> dict[UUID, str]:
    """Why those among them failed that did: the code of the step at which each ended; one query."""
    failed = [instance.pk for instance in instances if instance.status == Instance.Status.ERROR]
    ends = StepEvent.objects.filter(instance_id__in=failed, status__in=FAILURES, path="")
    told = ends.order_by("sequence").values_list("instance_id", "detail")
    return {id: read_detail(detail).get("code", "") for id, detail in told if id is not None}


def names_of_person(sandbox: Sandbox, value: str, namespace: str = "") -> list[tuple[str, str]]:
    """(namespace, id) of everything that this identity is or that belongs to the same profile."""
    # Events without a namespace name people too: their code is empty.
    codes = [namespace] if namespace else ["", *namespaces_of(sandbox.pk)]
    names = {(code, canonical(code, value)) for code in codes}
    seen = Identity.objects.filter(sandbox=sandbox)
    profiles = seen.filter(_any_of(names, "value")).values_list("profile", flat=True) if names else []
    return sorted(names | set(seen.filter(profile__in=list(profiles)).values_list("namespace", "value")))


def is_known(sandbox: Sandbox, value: str) -> bool:
    """Whether anybody has exactly this identity, in any namespace."""
    names = {(code, canonical(code, value)) for code in namespaces_of(sandbox.pk)}
    return Identity.objects.filter(_any_of(names, "value"), sandbox=sandbox).exists()


def instances_of_person(sandbox: Sandbox, names: list[tuple[str, str]]) -> QuerySet[Instance]:
    """Every way of this person through a journey of the sandbox, newest first; without those of tests."""
    if not names:
        return Instance.objects.none()
    found = Instance.objects.real().filter(_any_of(names, "person_id"), version__sandbox=sandbox)
    return (
        found.select_related("version__journey").defer("state", "version__document").order_by("-started_at")
    )


def _any_of(names: set[tuple[str, str]] | list[tuple[str, str]], field: str) -> Q:
    question = Q(pk__in=[])
    for namespace, value in sorted(names):
        question |= Q(namespace=namespace, **{field: value})
    return question
