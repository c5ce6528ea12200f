"""When a batch segment is evaluated next. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Schedule(NamedTuple):
    """``every``: "hour", "day" or "week"; empty: only on demand. Wall clock; an hour has only the minute."""

    every: str
    at: time
    weekday: int  # 0 is Monday

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """The first time after ``moment``; what a change of the clocks leaves out comes an hour later."""
        if not self.every:
            return None
        local = moment.astimezone(zone)
        if self.every == "hour":
            found = local.replace(minute=self.at.minute, second=0, microsecond=0).astimezone(UTC)
            return found if found > moment else found + timedelta(hours=1)
        day = local.date()
        while True:
            found = datetime.combine(day, self.at, zone)
            if found.astimezone(UTC) > moment and self._is_day(found):
                return found.astimezone(UTC)
            day += timedelta(days=1)

    def _is_day(self, found: datetime) -> bool:
        return self.every == "day" or found.weekday() == self.weekday
