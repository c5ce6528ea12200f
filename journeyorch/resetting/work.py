"""The long work of emptying a sandbox: table by table, a piece at a time, until nothing is left.

A piece is bounded by the rows that are looked at, in the order of their keys: also in a table without an
index by sandbox, and beside a neighbour with a hundred million rows, it takes a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from journeyorch.access import audit
from journeyorch.access.acting import Actor, acting
from journeyorch.access.locks import lock_sandbox
from journeyorch.access.models import Sandbox
from journeyorch.background.kinds import Progress
from journeyorch.background.models import BackgroundTask
from journeyorch.resetting import halting
from journeyorch.resetting.contents import Content, contents

RESET = "reset_sandbox"
TITLE = gettext_noop("Reset of a sandbox")
PERMISSION = "access.reset_sandbox"
#: Whoever had begun before the sandbox was closed may write once more, for as long as gunicorn lets a request
#: last: afterwards all tables are gone through again, until nothing is found.
AGAIN_AFTER = timedelta(seconds=30)
#: Rows deleted at a time, and rows looked at for it.
MOST_DELETED, MOST_LOOKED_AT = 1000, 10_000
# Small tables at a time: each piece has a commit of its own, and a busy worker does one in two seconds.
_MOST_TABLES = 20
# What comes in from outside during so many passes, such as somebody's unsubscribing, is as good as later.
_MOST_PASSES = 5

Cursor = dict[str, Any]


class Reset:
    """The kind of task.

    The cursor: which pass, the first of which only counts; which table, and after which key; how many rows
    were counted, and how many were deleted of each table, and how many in this pass.
    """

    drops_file = True
    cancellable = False  # half a sandbox is of no use to anybody
    permission = PERMISSION
    title = _("Reset of a sandbox")

    def work(self, task: BackgroundTask) -> Progress:
        """A piece of a table, or what little there is in some of them."""
        cursor: Cursor = dict(task.cursor) or _new_pass(0, counted=0, deleted={})
        for _one in range(_MOST_TABLES):
            content = _content_of(cursor)
            if content is None:
                return self._end_of_pass(task, cursor)
            self._next_piece(task, cursor, content)
            if cursor["after"] is not None:
                break
        return _progress(cursor)

    def _next_piece(self, task: BackgroundTask, cursor: Cursor, content: Content) -> None:
        keys, cursor["after"] = _piece(content, task.sandbox_id, cursor["after"])
        if cursor["pass"] == 0:
            cursor["counted"] += len(keys)
        else:
            _delete(content, keys)
            cursor["deleted"] |= {content.name: cursor["deleted"].get(content.name, 0) + len(keys)}
            cursor["rows"] += len(keys)
        if cursor["after"] is None:
            cursor["table"] = _following(content)

    def _end_of_pass(self, task: BackgroundTask, cursor: Cursor) -> Progress:
        number = cursor["pass"]
        if number > 1 and (not cursor["rows"] or number >= _MOST_PASSES):
            _open_again(task, cursor["deleted"])
            return _progress(cursor, over=True)
        new = _new_pass(number + 1, counted=cursor["counted"], deleted=cursor["deleted"])
        return _progress(new, pause=AGAIN_AFTER if number else timedelta(0))


def _new_pass(number: int, *, counted: int, deleted: Mapping[str, int]) -> Cursor:
    first = contents()[0].name
    return {"pass": number, "table": first, "after": None, "counted": counted, "deleted": deleted, "rows": 0}


def _progress(cursor: Cursor, *, over: bool = False, pause: timedelta = timedelta(0)) -> Progress:
    done = sum(cursor["deleted"].values())
    total = max(done, cursor["counted"]) if cursor["pass"] else None
    return Progress(cursor, done, total, over=over, pause=pause)


def _content_of(cursor: Cursor) -> Content | None:
    """``None`` at the end of a pass; also if another version of the program knew more tables."""
    return next((content for content in contents() if content.name == cursor["table"]), None)


def _following(content: Content) -> str:
    names = [each.name for each in contents()]
    return "".join(names[names.index(content.name) + 1 :][:1])


def _piece(content: Content, sandbox_id: int, after: Any) -> tuple[list[Any], Any]:
    """The keys of the sandbox's rows in the next piece of a table, and after which to go on; at the table's
    end ``None``."""
    table = content.model._base_manager.order_by("pk")
    if after is not None:
        table = table.filter(pk__gt=after)
    end = list(table.values_list("pk", flat=True)[MOST_LOOKED_AT - 1 : MOST_LOOKED_AT])
    if end:
        table = table.filter(pk__lte=end[0])
    keys = list(table.filter(content.within(sandbox_id)).values_list("pk", flat=True)[:MOST_DELETED])
    last = keys[-1] if len(keys) == MOST_DELETED else end[0] if end else None
    return keys, last if last is None or isinstance(last, int) else str(last)


def _delete(content: Content, keys: list[Any]) -> None:
    # Where rows must be loaded to be deleted, their keys will do: bodies are large.
    content.model._base_manager.filter(pk__in=keys).only("pk").delete()


def _open_again(task: BackgroundTask, deleted: Mapping[str, int]) -> None:
    """Let everything run and come in as in a new sandbox, and tell the audit log what went."""
    lock_sandbox(task.sandbox_id)
    halting.go_on(task.sandbox_id)
    sandbox = task.sandbox
    Sandbox.objects.filter(pk=sandbox.pk).update(reset_since=None)
    sandbox.configuration_changed()
    gone = {name: [count, 0] for name, count in sorted(deleted.items()) if count}
    with acting(Actor(task.spec["by"], task.spec["credential"])):
        audit.record("reset", sandbox, changes=gone, sandbox_id=sandbox.pk)
