"""Who does long work of a kind. The floor knows none: rooms register theirs, from an app's ``ready()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from journeyorch.access.models import User
    from journeyorch.background.models import BackgroundTask

#: What progress is counted in, in words.
UNITS = {
    "records": _("records"),
    "bytes": _("bytes"),
    "steps": _("steps"),
    "people": _("people"),
    "events": _("events"),
}


class Bad(NamedTuple):
    """A line that could not be used; ``reason`` is a sentence that repeats no value."""

    number: int
    reason: str


@dataclass(frozen=True)
class Progress:
    """How far a task is after a batch."""

    cursor: Mapping[str, Any]
    done: int
    total: int | None = None
    bad: Sequence[Bad] = ()
    over: bool = False
    # What is to be kept when it is over, beside the figures.
    result: Mapping[str, Any] = field(default_factory=dict)
    # The next batch may wait for so long.
    pause: timedelta = timedelta(0)


class GivenUp(Exception):
    """The task cannot be done at all; the message says why, for people, and repeats no value."""


class Kind(Protocol):
    """Long work of one kind."""

    # Whether the task's file has served its purpose when the task is over.
    drops_file: bool
    # Whether it may be ended in the middle.
    cancellable: bool
    # Who may begin, see and cancel such tasks: a permission's name.
    permission: str
    title: Any

    def work(self, task: BackgroundTask) -> Progress:
        """Do one small batch, a fraction of a second, inside the runner's transaction.

        Nothing that it does leaves the database. It may be rolled back and done again. Raises ``GivenUp``.
        """


_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """Have tasks of this kind worked on by ``kind``; at most 40 characters."""
    _kinds[name] = kind


def kind_of(name: str) -> Kind | None:
    """``None``: another version of the program knows it."""
    return _kinds.get(name)


def known_kinds() -> dict[str, Kind]:
    return dict(_kinds)


def kinds_open_to(user: User) -> list[str]:
    """Those whose tasks somebody may begin, see and cancel."""
    return [name for name, kind in _kinds.items() if user.has_perm(kind.permission)]
