"""People who wait for the same event again and again, and a worker.

    python -m tests.chaos.ordering OWNER WORKERS

The worker drains the sandbox of DATABASE_URL until nothing is left to do.
"""

from __future__ import annotations

import os
import sys
import time

# The first event lets the person in, the others are waited for one after the other.
EVENTS = 40
_PATIENCE = 60.0


def drawing() -> dict[str, dict]:
    """One activity for each event: the n-th event of a person must end the n-th activity."""
    from tests.journeys.world import act

    names = [f"n{number}" for number in range(EVENTS)]
    return {
        name: act("event", following, event="Lobby", name=name)
        for name, following in zip(names, [*names[1:], None], strict=True)
    }


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    import django

    django.setup()
    drain(owner=sys.argv[1], workers=int(sys.argv[2]))
    return 0


def drain(*, owner: str, workers: int) -> None:
    """Work like a resident, until nothing waits any more."""
    from django.db import OperationalError

    from events.models import ReceivedEvent
    from journeyorch.access.models import Sandbox
    from journeys.engine.drain import drain_once
    from journeys.engine.lanes import LostLease
    from journeys.models import LaneInput

    sandbox_id = Sandbox.objects.get(name="prod").pk
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            drained = drain_once(sandbox_id, owner=owner, workers=workers)
        except (LostLease, OperationalError):
            continue  # as a resident does: it looks again
        if not drained:
            if not ReceivedEvent.objects.filter(routed=False).exists() and not LaneInput.objects.exists():
                return
            time.sleep(0.002)


if __name__ == "__main__":
    sys.exit(main())
