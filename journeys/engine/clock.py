"""The database's clock for a round of work, which asks for it again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from journeyorch import bulk

#: Seconds for which a look at the clock serves: far less than leases last.
HOLDS = 0.1


class Clock:
    """What is begun within a tenth of a second has one moment. Make one for each round."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._moment: datetime | None = None
        self._until = 0.0

    def now(self) -> datetime:
        """By the database's clock, at most a tenth of a second ago."""
        begun = self._monotonic()
        if self._moment is None or begun >= self._until:
            self._moment, self._until = bulk.database_now(), begun + HOLDS
        return self._moment
