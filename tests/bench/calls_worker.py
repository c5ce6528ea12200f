"""One call worker of tests.bench.calls: python -m tests.bench.calls_worker OWNER

Says "ready", waits for a line, and makes calls until it is killed.
"""

from __future__ import annotations

import os
import sys


class Endless:
    """A resident's lifetime that ends with the process."""

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def take_over(self) -> None:
        pass

    def beat(self) -> None:
        pass

    def should_stop(self) -> bool:
        return False


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    import django

    django.setup()
    from journeys.engine.calls import resident

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    resident(Endless(sys.argv[1]))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
