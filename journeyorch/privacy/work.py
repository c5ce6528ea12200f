"""Exporting and erasing a person: long work, one store after the other, a batch at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from journeyorch import bulk
from journeyorch.access.models import Sandbox, User
from journeyorch.background.files import append, store
from journeyorch.background.kinds import GivenUp, Progress
from journeyorch.background.models import BackgroundTask, StoredFile
from journeyorch.background.tasks import begin
from journeyorch.privacy.models import Erasure
from journeyorch.privacy.stores import following, named
from journeyorch.privacy.subjects import Subject, completed, digest

EXPORT, ERASE = "export_person", "erase_person"
#: Whoever had loaded the person before an erasure may write once more, for as long as a lease lasts and a
#: little: afterwards all stores are gone through again, until nothing is found.
AGAIN_AFTER = timedelta(seconds=15)
_MOST_PASSES = 20


# --- Export ---------------------------------------------------------------------------------------


def begin_export(subject: Subject, *, by: User | None) -> BackgroundTask:
    """Have everything of a person written into one JSON file."""
    sandbox = Sandbox.objects.get(pk=subject.sandbox_id)
    with transaction.atomic():
        file = store(sandbox, "person.json", [], most=0)
        StoredFile.objects.filter(pk=file.pk).update(about=_mark(subject))
        spec = {"subject": subject.as_json()}
        return begin(EXPORT, sandbox=sandbox, by=by, title=_EXPORT_TITLE, spec=spec, file=file)


class Export:
    """The kind of task. The cursor says which section of the file is still open."""

    drops_file = False
    cancellable = True
    permission = "datasources.view_profile"
    title = _("Export of a person")

    def work(self, task: BackgroundTask) -> Progress:
        """One batch of one store."""
        if task.file is None:
            raise GivenUp(gettext_noop("What was exported so far has been erased."))
        subject = Subject.from_json(task.spec["subject"])
        cursor = task.cursor or {"store": "", "after": None, "section": ""}
        text = "" if task.cursor else _head(subject)
        source = named(cursor["store"]) if cursor["after"] is not None else following(cursor["store"])
        if source is None:
            append(task.file, _tail(cursor["section"]).encode())
            return Progress({}, task.done, over=True)
        found = source.export(subject, cursor["after"])
        section = cursor["section"]
        for name, value in found.items:
            text += _opened(section, name) + orjson.dumps(value, default=str).decode()
            section = name
        append(task.file, text.encode())
        after = {"store": source.name, "after": found.after, "section": section}
        return Progress(after, task.done + len(found.items))


_EXPORT_TITLE, _ERASE_TITLE = gettext_noop("Export of a person"), gettext_noop("Erasure of a person")


def _mark(subject: Subject) -> str:
    return subject.labels[-1]


def _head(subject: Subject) -> str:
    known = [{"namespace": namespace, "id": value} for namespace, value in subject.identities]
    return f'{{"exportedAt":"{bulk.database_now().isoformat()}","person":{orjson.dumps(known).decode()}'


def _opened(before: str, section: str) -> str:
    """What stands between a value and the next one."""
    if before == section:
        return ",\n"
    return ("]" if before else "") + f',\n"{section}":[\n'


def _tail(section: str) -> str:
    return ("]" if section else "") + "}\n"


# --- Erasure --------------------------------------------------------------------------------------


def begin_erasure(subject: Subject, *, by: User | None) -> BackgroundTask:
    """Have everything of a person deleted from all stores; that it took place is recorded at once."""
    sandbox = Sandbox.objects.get(pk=subject.sandbox_id)
    with transaction.atomic():
        record = Erasure.objects.create(
            sandbox=sandbox,
            digests=[digest(sandbox.pk, pair) for pair in subject.identities],
            by=by,
            by_name=by.get_username() if by else "manage.py",
            begun_at=bulk.database_now(),
        )
        spec = {"subject": subject.as_json(), "record": record.pk}
        return begin(ERASE, sandbox=sandbox, by=by, title=_ERASE_TITLE, spec=spec)


class Erase:
    """The kind of task. The cursor holds the person as known in this pass, and how many rows went in it."""

    drops_file = True
    cancellable = True
    permission = "datasources.delete_profile"
    title = _("Erasure of a person")

    def work(self, task: BackgroundTask) -> Progress:
        """One batch of one store; raises ``GivenUp`` if new rows turn up again and again."""
        cursor = task.cursor or _new_pass(Subject.from_json(task.spec["subject"]), number=1)
        subject = Subject.from_json(cursor["subject"])
        source = named(cursor["store"]) if cursor["after"] is not None else following(cursor["store"])
        if source is None:
            return self._end_of_pass(task, subject, cursor)
        rows, after = source.erase(subject, cursor["after"])
        counts = {**cursor["counts"], source.name: cursor["counts"].get(source.name, 0) + rows}
        changed = {"store": source.name, "after": after, "counts": counts, "rows": cursor["rows"] + rows}
        return Progress({**cursor, **changed}, task.done + rows)

    def _end_of_pass(self, task: BackgroundTask, subject: Subject, cursor: dict[str, Any]) -> Progress:
        StoredFile.objects.filter(about__in=subject.labels).delete()
        self._record(task, digests=[digest(subject.sandbox_id, pair) for pair in subject.identities])
        if cursor["pass"] > 1 and not cursor["rows"]:
            rows = {name: rows for name, rows in cursor["counts"].items() if rows}
            self._record(task, finished_at=bulk.database_now(), rows=rows)
            return Progress({}, task.done, over=True)
        if cursor["pass"] >= _MOST_PASSES:
            raise GivenUp(
                gettext_noop("New data of this person keeps coming in. Stop what sends it, and erase again.")
            )
        new = _new_pass(subject, number=cursor["pass"] + 1, counts=cursor["counts"])
        return Progress(new, task.done, pause=AGAIN_AFTER)

    def _record(self, task: BackgroundTask, **known: Any) -> None:
        Erasure.objects.filter(pk=task.spec["record"]).update(**known)


def _new_pass(subject: Subject, *, number: int, counts: dict[str, int] | None = None) -> dict[str, Any]:
    return {
        "pass": number,
        "subject": completed(subject).as_json(),
        "store": "",
        "after": None,
        "counts": counts or {},
        "rows": 0,
    }
