"""Making something by its form, changing it by a new one, and deleting it, told in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model

from journeyorch.access import audit
from journeyorch.access.api.naming import differences

_Thing = TypeVar("_Thing", bound=Model)
_Said = TypeVar("_Said")


def created(thing: Model, fill: Callable[[], _Said]) -> _Said:
    """Have the thing filled and stored; returns what ``fill`` does. Both happen or neither."""
    with transaction.atomic():
        said = fill()
        audit.record("created", thing)
    return said


def changed(
    thing: _Thing, change: Callable[[], object], *, shown: Callable[[_Thing], dict[str, Any]]
) -> dict[str, Any]:
    """Carry the change out and say how the thing is shown after it; both happen or neither."""
    before = shown(thing)
    with transaction.atomic():
        change()
        after = shown(thing)
        audit.record("changed", thing, changes=audit.shown(differences(before, after)))
    return after


def deleted(thing: Model, *, with_it: Iterable[Model] = ()) -> None:
    """Delete the thing, which takes ``with_it`` along; both happen or neither."""
    with transaction.atomic():
        for gone in (*with_it, thing):
            audit.record("deleted", gone)
        thing.delete()
