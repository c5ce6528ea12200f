"""What a step event tells beyond its status and path: the calls and fetches of the step, and how they failed.

Only what cannot be found out later is kept; names and everything else of the drawing are added when step
events are read (journeys/reports/steps). Pure steps have nothing to tell.
"""

from __future__ import annotations

from typing import Any

from journeys.engine.decide.step import Fetch
from journeys.engine.decide.values import Measured, Returned


def call_detail(returned: Returned) -> dict[str, Any]:
    """Of what the step itself called: key, attempts, time of all of them together; how it failed, if so."""
    detail = {
        "requestId": str(returned.key),
        "elapsedMs": returned.elapsed_ms,
        "attempts": returned.attempts,
    }
    return detail if returned.status == "ok" else {**detail, "failure": returned.status}


def failed_fetch_detail(fetch: Fetch, returned: Returned) -> dict[str, Any]:
    """Of the fetch by which the step failed."""
    return {"failure": returned.status, "fetch": name_of(fetch)}


def measure(fetch: Fetch, returned: Returned) -> Measured:
    """Of a fetch that is over, whether well or not."""
    return name_of(fetch), returned.attempts, returned.elapsed_ms


def name_of(fetch: Fetch) -> str:
    """The field group as expressions call it."""
    return f"{fetch.source}.{fetch.group}"
