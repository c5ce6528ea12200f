"""What other systems are asked beside the calls of journeys, such as what has become of a message.

The floor knows no such question: rooms register theirs, and call workers ask what is due.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

#: Claims the question that has been due longest, asks it, and records the answer; False if none is due.
#: Run in a thread, outside of any transaction. Whoever dies with a question leaves it to come due again.
Ask = Callable[[], bool]

# Of several who look at the same moment each gets one of the first so many.
_CANDIDATES = 8

_asking: list[Ask] = []


def claim(due: QuerySet[Any], field: str, *, until: datetime) -> Any | None:
    """The id of the row that has been due longest by its ``field``, which is ours ``until`` then; or None.

    Whoever sees the same row claims it on the condition that nobody else has moved its moment.
    """
    for pk, moment in due.order_by(field).values_list("pk", field)[:_CANDIDATES]:
        if due.model._default_manager.filter(pk=pk, **{field: moment}).update(**{field: until}):
            return pk
    return None


def register(ask: Ask) -> None:
    """Have the questions asked that ``ask`` knows; from an app's ``ready()``."""
    _asking.append(ask)


def registered() -> list[Ask]:
    return list(_asking)
