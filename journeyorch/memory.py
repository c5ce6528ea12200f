"""What a process keeps in memory for good."""

from __future__ import annotations

import gc
from functools import cache

#: A wave makes some hundred thousand small things, and nearly none that refer to themselves: the collector
#: came by with every 700th, found nothing, and took a fifteenth of the time.
_NEW_THINGS = 100_000


@cache
def settle() -> None:
    """Have the collector of garbage come seldom, and leave alone what there is by now: code, models, plans.

    It went through all of that again and again while waves and calls made many small things, for a fifth of
    their time. Once a process: of what it leaves alone nothing that refers to itself is ever freed.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_THINGS)
