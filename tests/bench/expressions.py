"""What expressions cost, in microseconds: python -m tests.bench.expressions

Prints one row per shape of expression: evaluating it, and compiling it without the cache. Medians of several
runs in one process; the last column is evaluation against plain Python doing the same, in the same run.
Writes the rows as JSON with --json FILE. The goal of quality.md (Speed) is 3 µs for the first row; compiling
a usual rule should take less than a millisecond.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import timeit
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from journeyorch.expressions import Compiled, Context, Scope, compile_expression, from_sample

RUNS = 7
ITEMS = [{"sku": f"sku-{number}", "quantity": number, "price": 9.5} for number in range(8)]
PAYLOAD: dict[str, Any] = {
    "a": {"b": "x", "c": "some text of a usual length"},
    "n": 5,
    "placedAt": "2024-05-15T10:00:00Z",
    "items": ITEMS,
    "padding": {f"field{number}": "0123456789" for number in range(10)},
}
CONTEXT = Context(now=datetime(2024, 5, 15, 12, tzinfo=UTC), events={"E": PAYLOAD})
SCOPE = Scope(events={"E": from_sample(PAYLOAD)})

SHAPES: dict[str, tuple[str, Callable[[], Any]]] = {
    "text and number": (
        '@{E.a.b} == "x" and @{E.n} > 3',
        lambda: PAYLOAD["a"]["b"] == "x" and PAYLOAD["n"] > 3,
    ),
    "one text": ('@{E.a.b} == "x"', lambda: PAYLOAD["a"]["b"] == "x"),
    "missing field": ('@{E.a.c} == "y" or @{E.n} < 0', lambda: PAYLOAD["a"]["c"] == "y" or PAYLOAD["n"] < 0),
    "text function": ('contain(@{E.a.c}, "usual")', lambda: "usual" in PAYLOAD["a"]["c"]),
    "time": (
        "@{E.placedAt} < now()",
        lambda: datetime.fromisoformat(PAYLOAD["placedAt"]) < CONTEXT.now,
    ),
    "collection of 8": (
        "count(@{E.items.all(currentEventField.quantity > 3)}) > 2",
        lambda: len([item for item in PAYLOAD["items"] if item["quantity"] > 3]) > 2,
    ),
}


def measure(name: str) -> dict[str, Any]:
    """One row: times in microseconds."""
    source, by_hand = SHAPES[name]
    compiled: Compiled = compile_expression(source, SCOPE)
    compile_once = compile_expression.__wrapped__
    evaluation = _microseconds(lambda: compiled.evaluate(CONTEXT), number=20_000)
    return {
        "shape": name,
        "evaluate_us": round(evaluation, 2),
        "compile_us": round(_microseconds(lambda: compile_once(source, SCOPE), number=50), 1),
        "times_python": round(evaluation / _microseconds(by_hand, number=20_000), 1),
    }


def _microseconds(action: Callable[[], Any], *, number: int) -> float:
    return statistics.median(timeit.repeat(action, number=number, repeat=RUNS)) / number * 1e6


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.expressions", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the rows there")
    arguments = parser.parse_args()
    rows = [measure(name) for name in SHAPES]
    print(f"{'shape':<20} {'evaluate µs':>12} {'compile µs':>12} {'× Python':>9}")
    for row in rows:
        print("{shape:<20} {evaluate_us:>12} {compile_us:>12} {times_python:>9}".format(**row))
    if arguments.json:
        arguments.json.write_text(
            json.dumps({"payload_bytes": len(json.dumps(PAYLOAD)), "rows": rows}, indent=2)
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
