"""How much memory a process and everything it has started really take: python -m tests.bench.memory PID

Prints each process, then the sum; writes the same as JSON with --json FILE. Shared pages are divided among
those who share them (PSS), so that the sum is what the machine gives; resident sizes (RSS) would count
the pages of a forked family once for each member.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import psutil


def measure(pid: int) -> list[dict[str, object]]:
    """One row for each process of the tree, parents before children; sizes in MiB. Linux only."""
    root = psutil.Process(pid)
    family = [root, *root.children(recursive=True)]
    return [row for process in family if (row := _row(process)) is not None]


def total(rows: list[dict[str, object]]) -> float:
    """Sum of the PSS in MiB."""
    return round(sum(float(str(row["pss"])) for row in rows), 1)


def _row(process: psutil.Process) -> dict[str, object] | None:
    try:
        memory, command = process.memory_full_info(), " ".join(process.cmdline()[-3:])
    except psutil.NoSuchProcess:
        return None
    sizes = {size: round(getattr(memory, size) / 2**20, 1) for size in ("pss", "uss", "rss")}
    return {"pid": process.pid, "parent": process.ppid(), **sizes, "command": command}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.memory", description=__doc__)
    parser.add_argument("pid", type=int)
    parser.add_argument("--limit", type=float, help="end with 1 if the sum is above so many MiB")
    parser.add_argument("--json", type=Path, help="write the rows and their sum there")
    arguments = parser.parse_args()
    rows = measure(arguments.pid)
    print(f"{'pid':>8} {'parent':>8} {'PSS MiB':>9} {'own MiB':>9} {'RSS MiB':>9}  command")
    for row in rows:
        print("{pid:>8} {parent:>8} {pss:>9} {uss:>9} {rss:>9}  {command}".format(**row))
    print(f"{len(rows)} processes, {total(rows)} MiB")
    if arguments.json:
        arguments.json.write_text(json.dumps({"processes": rows, "pss_mib": total(rows)}, indent=2))
    return int(arguments.limit is not None and total(rows) > arguments.limit)


if __name__ == "__main__":
    sys.exit(main())
