"""When a failed call is tried again, and when one that was not made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.protection.sending import NO_CONNECTION
from journeys.engine.calls.claim import Claimed
from journeys.engine.calls.results import Result

#: Up to three more after the first.
MAX_ATTEMPTS = 4
_PAUSES = (0.2, 0.8, 2.0)


def pause_before_retry(outcome: Outcome, *, attempts: int, time_left: float) -> float | None:
    """Seconds to wait before the next attempt; None: the outcome stands.

    Retries lie within the call's timeout; a first call that used it up is a timeout and gets none. Who asks
    for a longer pause gets it; one that ends behind the timeout makes the outcome stand at once.
    """
    if not outcome.retryable or attempts >= MAX_ATTEMPTS:
        return None
    pause = max(_PAUSES[attempts - 1], outcome.retry_after)
    return pause if pause < time_left else None


def sort_results(
    results: Sequence[Result], now: datetime
) -> tuple[list[tuple[Claimed, datetime]], list[Result]]:
    """(calls to be made again, each with its moment, and results that stand)."""
    again, over = [], []
    for result in results:
        call, outcome = result
        pause = _pause(outcome, call, time_left=call.time_left(now))
        if pause is None:
            over.append(result)
        else:
            again.append((_uncounted(call, outcome), now + timedelta(seconds=pause)))
    return again, over


def _pause(outcome: Outcome, call: Claimed, *, time_left: float) -> float | None:
    """Who found all connections in use waits for one, as long as the call may take, and holds no thread."""
    if outcome.code == NO_CONNECTION:
        return _PAUSES[0] if _PAUSES[0] < time_left else None
    return pause_before_retry(outcome, attempts=call.attempts, time_left=time_left)


def _uncounted(call: Claimed, outcome: Outcome) -> Claimed:
    """What was not made is no attempt."""
    return call._replace(attempts=call.attempts - 1) if outcome.code == NO_CONNECTION else call
