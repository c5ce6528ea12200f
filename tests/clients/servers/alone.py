"""Runs the script of a client so that it cannot leave this machine: python alone.py SCRIPT [ARGUMENTS]

The counterpart for Node is alone.cjs.
"""

from __future__ import annotations

import runpy
import sys

from tests import network


def main() -> int:
    del sys.argv[0]
    attempts: list[str] = []
    with network.guard(attempts):
        runpy.run_path(sys.argv[0], run_name="__main__")
    if attempts:
        print(f"It tried to reach {attempts}", file=sys.stderr)
    return len(attempts)


if __name__ == "__main__":
    sys.exit(main())
