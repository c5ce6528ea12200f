"""The import itself: records in batches, each in one transaction with how far it is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from datasources.platform.profiles.changes import Stale, json_text, write
from datasources.platform.profiles.feed import Received
from datasources.platform.profiles.importing.lines import Line, Reader, as_record, understand
from datasources.platform.profiles.importing.mapping import Plan
from datasources.platform.profiles.importing.preparing import beginning_of, opener, reader_of
from datasources.platform.profiles.importing.rows import NotReadable, Place, rows_of
from datasources.platform.profiles.loading import load_feed
from datasources.platform.records.store import NewRecord, write_records
from datasources.platform.schemas.models import Schema
from datasources.platform.segments.store import look_again
from journeyorch import bulk
from journeyorch.background.kinds import Bad, GivenUp, Progress
from journeyorch.background.models import BackgroundTask
from journeyorch.privacy.models import Erasure
from journeyorch.privacy.subjects import digest

#: Records of one batch, and for how long it may read them, seconds.
BATCH, _AT_MOST = 200, 0.2


class Import:
    """The kind of task."""

    drops_file = True
    cancellable = True
    permission = "datasources.change_profile"
    title = _("Import of records")

    def work(self, task: BackgroundTask) -> Progress:
        """One batch. Raises ``GivenUp``."""
        plan = Plan.model_validate(task.spec["plan"])
        schema = Schema.objects.filter(pk=task.spec["schema"], sandbox=task.sandbox_id).first()
        if schema is None or task.file_id is None:
            raise GivenUp(gettext_noop("The schema or the file is gone. Begin the import anew."))
        try:
            return _Batch(task, plan, reader_of(schema, plan)).run()
        except NotReadable as reason:
            raise GivenUp(str(reason)) from None


class _Batch:
    def __init__(self, task: BackgroundTask, plan: Plan, reader: Reader) -> None:
        self._task, self._plan, self._reader = task, plan, reader
        assert task.file_id is not None
        self._open = opener(task.file_id)
        self._records = int(task.cursor.get("records", 0))

    def run(self) -> Progress:
        header, place = self._resume()
        lines, place, over = self._read(header, place)
        good = [line for line in lines if not line.reason]
        refused = self._apply_to_people(good) if self._reader.of_people else self._write_things(good)
        bad = [Bad(line.number, line.reason) for line in lines if line.reason] + refused
        applied = self._records + len(good) - len(refused)
        return Progress(
            cursor={"offset": place.offset, "line": place.line, "header": header, "records": applied},
            done=place.offset,
            bad=sorted(bad),
            over=over,
            result={"records": applied},
        )

    def _apply_to_people(self, lines: Sequence[Line]) -> list[Bad]:
        sandbox, begun = self._task.sandbox_id, self._task.created_at
        erased = Erasure.objects.digests_since(sandbox, begun)
        gone = {line.number for line in lines if erased and _names(line, erased, sandbox)}
        origin = f"import:{self._task.pk}"
        records = [as_record(line, at=begun, origin=origin) for line in lines if line.number not in gone]
        refused = apply(sandbox, records, self._reader, now=bulk.database_now())
        return refused + [Bad(number, "The person was erased after the import had begun.") for number in gone]

    def _write_things(self, lines: Sequence[Line]) -> list[Bad]:
        """Like records that were received when the import began: what is newer stays."""
        schema, at = int(self._task.spec["schema"]), self._task.created_at
        write_records(NewRecord(schema, line.key, json_text(line.entity), at) for line in lines)
        return []

    def _resume(self) -> tuple[list[str], Place]:
        cursor = self._task.cursor
        if not cursor:
            beginning = beginning_of(self._open, self._plan.layout)
            return beginning.header, beginning.first
        return cursor["header"], Place(cursor["offset"], cursor["line"])

    def _read(self, header: list[str], place: Place) -> tuple[list[Line], Place, bool]:
        """The lines of this batch, where the next one begins, and whether there is none."""
        lines: list[Line] = []
        begun = time.monotonic()
        for row in rows_of(self._open, self._plan.layout, place, header=header):
            lines.append(understand(row, self._reader))
            place = row.next
            if len(lines) >= BATCH or time.monotonic() - begun > _AT_MOST:
                return lines, place, False
        return lines, place, True


def _names(line: Line, erased: set[str], sandbox_id: int) -> bool:
    """Whether a line would bring somebody back; one that is in hand meanwhile, the erasure finds itself."""
    return any(digest(sandbox_id, (one.namespace, one.value)) in erased for one in line.identities)


def apply(sandbox_id: int, records: Sequence[Received], reader: Reader, *, now: datetime) -> list[Bad]:
    """Let records change the people they name, as records that were received do; those that cannot."""
    # Somebody else may write the same people: from the third attempt on they are locked.
    for lock in (False, False, True):
        try:
            with transaction.atomic():
                return _apply(sandbox_id, records, reader, now=now, lock=lock)
        except Stale:
            continue
    # New people of these identities came in between: with the rest of the batch rolled back, it is done anew.
    raise Stale


def _apply(
    sandbox_id: int, records: Sequence[Received], reader: Reader, *, now: datetime, lock: bool
) -> list[Bad]:
    feed = load_feed(sandbox_id, records, namespaces=reader.namespaces, now=now, lock=lock)
    bad: list[Bad] = []
    for record in records:
        try:
            feed.apply(record)
        except ValueError:
            bad.append(Bad(record.id, "It cannot be stored."))
    write(feed.changes())
    touched = [person.profile_id for person, _how in feed.take_touched()]
    look_again(sandbox_id, touched, now, in_bulk=True)
    return bad
