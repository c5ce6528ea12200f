"""The suppression list from files and as a file: long work, a batch of lines at a time.

A file is CSV. With ``address`` (or email, phone) among the names in its first line, the columns ``kind``,
``reason`` and ``detail`` are read, too; without, its first column holds addresses from the first line on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from actions.contact.models import Suppression
from actions.contact.suppression import Addressee, Entry, suppress
from actions.kinds import Kind
from actions.messages.recipients import usable_address
from datasources.platform.profiles.importing.layout import HEAD, Layout, NotText, detect
from datasources.platform.profiles.importing.rows import NotReadable, Open, Place, Row, read_header, rows_of
from journeyorch import bulk
from journeyorch.access.models import Sandbox, User
from journeyorch.background.files import append, read_from, store
from journeyorch.background.kinds import Bad, GivenUp, Progress
from journeyorch.background.models import BackgroundTask, StoredFile
from journeyorch.background.tasks import begin
from journeyorch.phrases import sentence
from journeyorch.spreadsheets import csv_line, unquoted

IMPORT, EXPORT = "import_suppressions", "export_suppressions"
COLUMNS = ("address", "kind", "reason", "detail")
_SYNONYMS = {"email": "address", "e-mail": "address", "phone": "address", "number": "address"}
#: Lines of one batch.
BATCH = 1000
_MOST_DETAIL = 1000
_IMPORT_OF = sentence("Import of {name} into the suppression list")
_NO_KIND = sentence("Its kind is none of: {kinds}.")
_NO_REASON = sentence("Its reason is none of: {reasons}.")
_NO_ADDRESS = sentence("It holds no address for {kind} messages.")


class NotAnEntry(ValueError):
    """A line that cannot be on the list; the message says why, and repeats no value."""


def entry_of(values: Mapping[str, Any], sandbox_id: int, kind: str) -> Entry:
    """The entry that a line is; ``kind`` for lines that name none. Raises ``NotAnEntry``."""
    told = {name: unquoted(str(values.get(name) or "").strip()) for name in COLUMNS}
    kind = told["kind"].lower() or kind
    if kind not in Kind.values:
        raise NotAnEntry(_NO_KIND(kinds=", ".join(Kind.values)))
    reason = told["reason"].lower() or str(Suppression.Reason.MANUAL)
    if reason not in Suppression.Reason.values:
        raise NotAnEntry(_NO_REASON(reasons=", ".join(Suppression.Reason.values)))
    address = usable_address(kind, told["address"])
    if address is None or "\x00" in told["detail"]:
        raise NotAnEntry(_NO_ADDRESS(kind=kind))
    return Entry(Addressee(sandbox_id, kind, address), reason, detail=told["detail"][:_MOST_DETAIL])


# --- Import ---------------------------------------------------------------------------------------


def begin_import(
    sandbox: Sandbox, name: str, data: Iterable[bytes], *, kind: str, by: User | None, most: int
) -> BackgroundTask:
    """Have the addresses of a file put on the list. Raises ``TooLarge``, ``NotText`` and ``NotReadable``."""
    with transaction.atomic():
        file = store(sandbox, name, data, most=most)
        layout = _layout_of(name, partial(read_from, file.pk))
        return begin(
            IMPORT, sandbox=sandbox, by=by, title=_IMPORT_OF(name=file.name),
            spec={"kind": kind, "layout": layout.model_dump()}, file=file, total=file.size, unit="bytes",
        )  # fmt: skip


def _layout_of(name: str, open_at: Open) -> Layout:
    layout = detect(name, next(iter(open_at(0)), b"")[:HEAD])
    if layout.format != "csv":
        raise NotText(gettext_noop("This is no CSV. Save the addresses as CSV in UTF-8."))
    read_header(open_at, layout)
    return layout


def columns_of(header: list[str], first: Place) -> tuple[list[str], Place]:
    """What the columns of a file hold, and where its first entry is. Pure."""
    names = [_SYNONYMS.get(name.lower(), name.lower()) for name in header]
    if "address" in names:
        return names, first
    return ["address", *(f"column {number}" for number in range(2, len(names) + 1))], Place()


class Import:
    """The kind of task."""

    drops_file = True
    cancellable = True
    permission = "actions.add_suppression"
    title = _("Import into the suppression list")

    def work(self, task: BackgroundTask) -> Progress:
        """One batch. Raises ``GivenUp``."""
        if task.file_id is None:
            raise GivenUp(gettext_noop("The file is gone. Begin the import anew."))
        open_at = partial(read_from, task.file_id)
        layout = Layout.model_validate(task.spec["layout"])
        try:
            header, place = _resumed(task, open_at, layout)
            rows = list(islice(rows_of(open_at, layout, place, header=header), BATCH))
        except NotReadable as reason:
            raise GivenUp(str(reason)) from None
        entries, bad = _understood(rows, task)
        suppress(entries, bulk.database_now())
        place = rows[-1].next if rows else place
        addresses = int(task.cursor.get("addresses", 0)) + len(entries)
        return Progress(
            cursor={"offset": place.offset, "line": place.line, "header": header, "addresses": addresses},
            done=place.offset,
            bad=bad,
            over=len(rows) < BATCH,
            result={gettext_noop("addresses"): addresses},
        )


def _resumed(task: BackgroundTask, open_at: Open, layout: Layout) -> tuple[list[str], Place]:
    cursor = task.cursor
    if cursor:
        return cursor["header"], Place(cursor["offset"], cursor["line"])
    return columns_of(*read_header(open_at, layout))


def _understood(rows: Iterable[Row], task: BackgroundTask) -> tuple[list[Entry], list[Bad]]:
    entries: list[Entry] = []
    bad: list[Bad] = []
    for row in rows:
        try:
            if row.values is None:
                raise NotAnEntry(row.reason)
            entries.append(entry_of(row.values, task.sandbox_id, task.spec["kind"]))
        except NotAnEntry as reason:
            bad.append(Bad(row.number, str(reason)))
    return entries, bad


# --- Export ---------------------------------------------------------------------------------------


def begin_export(sandbox: Sandbox, *, by: User | None) -> BackgroundTask:
    """Have the list written into a file, as it can be imported elsewhere."""
    with transaction.atomic():
        file = store(sandbox, "suppressions.csv", [csv_line((*COLUMNS, "since"))], most=1024)
        return begin(
            EXPORT, sandbox=sandbox, by=by, title=gettext_noop("Export of the suppression list"),
            spec={}, file=file, total=_known(sandbox.pk).count(),
        )  # fmt: skip


def drop_exports(sandbox_id: int) -> None:
    """Delete the files of all exports, begun or done: somebody who is being erased may stand in them."""
    StoredFile.objects.filter(sandbox=sandbox_id, backgroundtask__kind=EXPORT).delete()


def _known(sandbox_id: int) -> Any:
    """Without those of erased people: of their addresses only a hash is kept."""
    return Suppression.objects.filter(sandbox=sandbox_id).exclude(address="")


class Export:
    """The kind of task."""

    drops_file = False
    cancellable = True
    permission = "actions.view_suppression"
    title = _("Export of the suppression list")

    def work(self, task: BackgroundTask) -> Progress:
        """One batch, in the order of entry. Raises ``GivenUp``."""
        if task.file is None:
            raise GivenUp(gettext_noop("The file is gone. Begin the export anew."))
        after = int(task.cursor.get("after", 0))
        rows = list(_known(task.sandbox_id).filter(pk__gt=after).order_by("pk")[:BATCH])
        append(task.file, b"".join(_lines(rows)))
        done = task.done + len(rows)
        return Progress(
            cursor={"after": rows[-1].pk if rows else after},
            done=done,
            over=len(rows) < BATCH,
            result={"addresses": done},
        )


def _lines(rows: Iterable[Suppression]) -> Iterator[bytes]:
    for row in rows:
        yield csv_line((row.address, row.kind, row.reason, row.detail, _written(row.created_at)))


def _written(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
