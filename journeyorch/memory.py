"""What a process keeps in memory for good."""

from __future__ import annotations

import gc
from functools import cache


@cache
def settle() -> None:
    """Have the collector of garbage leave alone what there is by now: code, models, compiled plans.

    It went through all of that again and again while waves and calls made many small things, for a fifth of
    their time. Once a process: of what it leaves alone nothing that refers to itself is ever freed.
    """
    gc.collect()
    gc.freeze()
