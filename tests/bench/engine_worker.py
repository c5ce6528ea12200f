"""One worker process of tests.bench.engine: python -m tests.bench.engine_worker drain|call OWNER WORKERS

Says "ready", waits for a line, works until nothing has been left to do for a moment, and prints when it last
did something (``time.monotonic()``) and its CPU seconds since the line. Calls are answered in memory.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

# With nothing to do for so many seconds in a row it is over.
_QUIET = 1.0


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    import django

    django.setup()
    from journeyorch import memory

    kind, owner, workers = sys.argv[1], sys.argv[2], int(sys.argv[3])
    work = drainer(owner, workers) if kind == "drain" else caller(owner)
    memory.settle()  # as residents do
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.process_time()
    last = work_until_quiet(work)
    print(last, time.process_time() - began, flush=True)
    return 0


def drainer(owner: str, workers: int) -> Callable[[], int]:
    from journeyorch.access.models import Sandbox
    from journeys.engine.drain import drain_once
    from journeys.engine.lanes import LostLease

    sandbox_id = Sandbox.objects.get(name="prod").pk

    def work() -> int:
        try:
            return drain_once(sandbox_id, owner=owner, workers=workers)
        except LostLease:
            return 1

    return work


def caller(owner: str) -> Callable[[], int]:
    from journeyorch.outbound import calls
    from journeys.engine.calls import make_calls_once
    from tests.journeys.world import Recorder

    calls.register("custom_action", Recorder())
    return lambda: make_calls_once(owner=owner)


def work_until_quiet(work: Callable[[], int]) -> float:
    last = time.monotonic()
    while time.monotonic() - last < _QUIET:
        if work():
            last = time.monotonic()
        else:
            time.sleep(0.005)
    return last


if __name__ == "__main__":
    sys.exit(main())
