"""How much of what waits goes into a wave that reads people's histories: they are in memory all at once.

Somebody may have a thousand experience events in reach of expressions; how many a wave will meet is not
known before. So it takes what would have fit into the last one of its sandbox, but more than before only up
to twice as much as that one took: few things say little about many. And few things at first.
"""

from __future__ import annotations

from journeys.engine.lanes import WAVE_INPUTS

#: So many experience events may be read by one wave, about: some 4 kB each once they are read.
EVENTS = 15_000
_FIRST, _LEAST = 64, 8
_most: dict[int, int] = {}  # things, by sandbox


def most_for(sandbox_id: int) -> int:
    """How many things the next wave takes, if it reads histories."""
    return _most.get(sandbox_id, _FIRST)


def learn(sandbox_id: int, *, things: int, events: int) -> None:
    """What a wave has met: so many experience events for so many things."""
    fitting = things * EVENTS // events if events else WAVE_INPUTS
    _most[sandbox_id] = max(_LEAST, min(fitting, max(2 * things, most_for(sandbox_id)), WAVE_INPUTS))


def forget() -> None:
    """As in a process that has just begun."""
    _most.clear()
