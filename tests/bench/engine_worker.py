"""One worker process of tests.bench.engine: python -m tests.bench.engine_worker drain|call INDEX COUNT

Runs a resident as an installation does. Says "ready", waits for a line, works until its input ends, and
prints its CPU seconds in between. Calls are answered in memory.
"""

from __future__ import annotations

import os
import sys
import threading
import time


class UntilInputEnds:
    """A resident's lifetime."""

    def __init__(self, owner: str, index: int, count: int) -> None:
        self.owner, self.index, self.count = owner, index, count
        self._over = threading.Event()
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        sys.stdin.read()
        self._over.set()

    def take_over(self) -> None:
        pass

    def beat(self) -> None:
        pass

    def should_stop(self) -> bool:
        return self._over.is_set()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    import django

    django.setup()
    from journeyorch.outbound import calls
    from journeys.engine import drain
    from journeys.engine.calls import resident as make_calls
    from tests.journeys.world import Recorder

    calls.register("custom_action", Recorder())
    kind, index, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    resident = {"drain": drain.resident, "call": make_calls}[kind]
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.process_time()
    resident(UntilInputEnds(f"{kind} {index}", index, count))  # type: ignore[arg-type]
    print(time.process_time() - began, flush=True)


if __name__ == "__main__":
    main()
