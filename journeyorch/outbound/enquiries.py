"""What other systems are asked beside the calls of journeys, such as what has become of a message.

The floor knows no such question: rooms register theirs, and call workers ask what is due.
"""

from __future__ import annotations

from collections.abc import Callable

#: Claims the question that has been due longest, asks it, and records the answer; False if none is due.
#: Run in a thread, outside of any transaction. Whoever dies with a question leaves it to come due again.
Ask = Callable[[], bool]

_asking: list[Ask] = []


def register(ask: Ask) -> None:
    """Have the questions asked that ``ask`` knows; from an app's ``ready()``."""
    _asking.append(ask)


def registered() -> list[Ask]:
    return list(_asking)
