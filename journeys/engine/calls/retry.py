"""When a failed call is tried again (journeys.md, Retries)."""

from __future__ import annotations

from journeyorch.outbound.calls import Outcome

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
