"""One readable file with some things and everything that they need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from journeyorch.portable.kind import kind_of, kinds

#: Of the form of files, under the name by which they can be told from others.
FORMAT_NAME, FORMAT = "journeyorch", 1


class NotYours(Exception):
    """Something among what is needed may not be seen by who asks; the message says of which kind."""


def export(rows: Iterable[Model], may: Callable[[str], bool] = lambda _permission: True) -> dict[str, Any]:
    """The content of a file: documents by kind, what others refer to first.

    ``may``: asked for permissions, such as ``events.view_event``. Raises ``NotYours``.
    """
    found = _Closure()
    for row in rows:
        found.add(row)
    content: dict[str, Any] = {FORMAT_NAME: FORMAT}
    for name, kind in kinds().items():
        if found.rows.get(name) and not may(kind.permission("view")):
            raise NotYours(_("It needs things that you may not see: %(kind)s.") % {"kind": kind.title})
        documents = [kind.plain(row) for row in found.rows.get(name, ())]
        content |= {name: documents} if documents else {}
    return content


class _Closure:
    """Rows with all that they refer to, each once and after what it refers to."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Model]] = {}
        self._met: set[tuple[str, Any]] = set()

    def add(self, row: Model) -> None:
        kind = kind_of(row)
        if kind is None or (kind.name, row.pk) in self._met:
            return  # a circle is entered where it is met first
        self._met.add((kind.name, row.pk))
        for needed in kind.refers(row):
            self.add(needed)
        self.rows.setdefault(kind.name, []).append(row)
