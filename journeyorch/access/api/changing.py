"""A change of something by its new form, told in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model

from journeyorch.access import audit
from journeyorch.access.api.naming import differences

_Thing = TypeVar("_Thing", bound=Model)


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
