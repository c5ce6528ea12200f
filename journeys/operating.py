"""What operators do with people in journeys: try a step again, skip it, end the journey, settle a call.

These verbs check, and write lane inputs; the lane's owner carries them out, and says in the person's story
what was done, or why nothing was (journeys/engine/decide/operate.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from journeyorch import bulk, wakeup
from journeyorch.access import audit
from journeyorch.access.models import User
from journeys.definition.document import read_document
from journeys.definition.layout import ways_of
from journeys.engine import tables
from journeys.engine.decide import Operation, Verb
from journeys.engine.operations import Target, input_of
from journeys.models import Entrance, Instance, JourneyVersion
from journeys.publishing import NotAllowed
from journeys.reports.people import PeopleQuestion, asked_for

#: People of one bulk operation; whoever wants more asks again.
MOST = 50_000
_BATCH = 1000
_ROW = ("pk", "lane_id", "namespace", "person_id", "journey_id", "run", "activity", "revision")

_INSIDE = Q(status=Instance.Status.RUNNING)
_FAILED = Q(status=Instance.Status.ERROR)
_PARKED = _INSIDE & Q(position=Instance.Position.PARKED)
#: Whom each operation is for.
POSSIBLE = {
    Verb.RETRY: _FAILED | _INSIDE & Q(position=Instance.Position.CALLING),
    Verb.SKIP: _FAILED | _INSIDE,
    Verb.END: _INSIDE,
    Verb.DONE: _PARKED,
    Verb.AGAIN: _PARKED,
    Verb.FAIL: _PARKED,
}


def operate(instance: Instance, verb: Verb, *, by: User, path: str = "", activity: str = "") -> None:
    """Have something done with one person. Raises ``NotAllowed``.

    ``activity``: which of several that wait in parallel is skipped; empty: the first.
    """
    if not Instance.objects.filter(POSSIBLE[verb], pk=instance.pk).exists():
        raise NotAllowed(_("This cannot be done with the person as they are now; look at the story again."))
    version = JourneyVersion.objects.get(pk=instance.version_id)
    _require_open(version)
    _require_outside(instance)
    activity = activity or instance.activity
    if verb is Verb.SKIP:
        _require_way(version, activity, path)
    # Whoever is to be ended may be anywhere by then.
    where = "" if verb is Verb.END else activity
    _write([_target(instance, verb)], [Operation(verb, where, path, by.get_username())], bulk_work=False)
    wakeup.notify("drain")


def operate_on_many(
    version: JourneyVersion,
    question: PeopleQuestion,
    verb: Verb,
    *,
    by: User,
    path: str = "",
    only: Collection[UUID] = (),
) -> int:
    """Have something done with everybody whom the question finds, or only those of them; returns how many.

    In batches, newest first, so that however many there are nothing waits for it. At most ``MOST``. Raises
    ``NotAllowed``.
    """
    _require_open(version)
    if verb is Verb.SKIP:
        if not question.activity:
            raise NotAllowed(_("Choose the step that people are at; each step has its own paths."))
        _require_way(version, question.activity, path)
    done = 0
    for targets in _batches(possible(version, question, verb, only=only)):
        # Whom to end is said by the question, wherever they are by then.
        wheres = [question.activity if verb is Verb.END else target.activity for target in targets]
        operations = [Operation(verb, where, path, by.get_username()) for where in wheres]
        _write([_seen(target, verb) for target in targets], operations, bulk_work=True)
        done += len(targets)
    told: dict[str, list[Any]] = {"operation": [None, verb.value], "people": [None, done]}
    audit.record("operated on people", version, changes=told)
    wakeup.notify("drain")
    return done


def _batches(found: QuerySet[Instance]) -> Iterator[list[Target]]:
    """Page by page from the newest on: who enters meanwhile is not among them, and the walk ends."""
    after = Q()
    for _page in range(MOST // _BATCH):
        rows = list(found.filter(after).values_list("started_at", *_ROW)[:_BATCH])
        if not rows:
            return
        yield [Target(*row[1:]) for row in rows]
        started, last = rows[-1][:2]
        after = Q(started_at__lt=started) | Q(started_at=started, pk__lt=last)


def possible(
    version: JourneyVersion, question: PeopleQuestion, verb: Verb, *, only: Collection[UUID] = ()
) -> QuerySet[Instance]:
    """The people whom an operation would be for, newest first."""
    found = asked_for(version, question).filter(POSSIBLE[verb])
    return found.filter(pk__in=only) if only else found


def _write(targets: list[Target], operations: list[Operation], *, bulk_work: bool) -> None:
    now = bulk.database_now()
    rows = [
        input_of(target, operation, now=now, bulk_work=bulk_work)
        for target, operation in zip(targets, operations, strict=True)
    ]
    bulk.insert(tables.LANE_INPUT, tables.INPUT_COLUMNS, rows)


def _target(instance: Instance, verb: Verb) -> Target:
    return _seen(Target(*(getattr(instance, name) for name in _ROW)), verb)


def _seen(target: Target, verb: Verb) -> Target:
    """What is to be ended may have changed meanwhile; everything else is for people as they were seen."""
    return target._replace(revision=None) if verb is Verb.END else target


def _require_open(version: JourneyVersion) -> None:
    if not JourneyVersion.objects.with_people().filter(pk=version.pk).exists():
        raise NotAllowed(_("Nobody can be in this version any more; let the person enter its successor."))


def _require_outside(instance: Instance) -> None:
    """Whoever has left may only come back if they are not inside again (operations.md, People)."""
    if instance.ended_at is None:
        return
    again = Entrance.objects.filter(
        journey=instance.journey_id,
        in_test=instance.run > 0,
        namespace=instance.namespace,
        person_id=instance.person_id,
    ).exclude(active_instance=None)
    if again.exists():
        raise NotAllowed(_("The person is in the journey again; wait until that visit is over."))


def _require_way(version: JourneyVersion, activity: str, path: str) -> None:
    if path not in {way.id for way in ways_out(version, activity)}:
        raise NotAllowed(_("There is no such path out of the step; choose one of those that are offered."))


def ways_out(version: JourneyVersion, activity: str) -> list[Any]:
    """The paths along which a person at this step can go on; none for a step that is not in the drawing."""
    document, _problems = read_document(version.document)
    found = document.activities.get(activity) if document else None
    return list(ways_of(found)) if found else []
