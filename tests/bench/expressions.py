"""What expressions cost, in microseconds: python -m tests.bench.expressions

Prints one row per shape of expression: evaluating it, and compiling it without the cache; then evaluation and
compiling against cel-python doing the same (above 1: we are faster), when that is installed
(pip install cel-python), and evaluation against plain Python (above 1: it is faster). Medians of several
runs, all in one process. Writes the rows as JSON with --json FILE. The goal is 3 µs for
the first row; compiling a usual rule should take less than a millisecond.
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

from journeyorch.expressions import Compiled, Context, Scope, compile_expression, compile_once, from_sample

try:
    import celpy
except ImportError:  # only to compare with; not among the requirements
    celpy = None

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

# What each expression is in CEL; the data are converted beforehand, as its own guide says.
IN_CEL = {
    "text and number": 'E.a.b == "x" && E.n > 3',
    "one text": 'E.a.b == "x"',
    "missing field": 'E.a.c == "y" || E.n < 0',
    "text function": 'E.a.c.contains("usual")',
    "time": "timestamp(E.placedAt) < now",
    "collection of 8": "E.items.filter(item, item.quantity > 3).size() > 2",
}
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
    """One row: times in microseconds, and how many times as long the others take."""
    source, by_hand = SHAPES[name]
    compiled: Compiled = compile_expression(source, SCOPE)
    evaluation = _microseconds(lambda: compiled.evaluate(CONTEXT), number=20_000)
    compiling = _microseconds(lambda: compile_once(source, SCOPE), number=50)
    return {
        "shape": name,
        "evaluate_us": round(evaluation, 2),
        "compile_us": round(compiling, 1),
        **_against_cel(IN_CEL[name], evaluation, compiling, expected=compiled.evaluate(CONTEXT)),
        "python_is": round(evaluation / _microseconds(by_hand, number=20_000), 1),
    }


def _against_cel(source: str, evaluation: float, compiling: float, *, expected: bool) -> dict[str, Any]:
    if celpy is None:
        return {"evaluate_cel": None, "compile_cel": None}
    environment = celpy.Environment(runner_class=celpy.CompiledRunner)
    program = environment.program(environment.compile(source))
    data = {"E": celpy.json_to_cel(PAYLOAD), "now": celpy.celtypes.TimestampType(CONTEXT.now)}
    if bool(program.evaluate(data)) is not expected:
        raise AssertionError(f"CEL disagrees on {source}")
    theirs = _microseconds(lambda: program.evaluate(data), number=200)
    their_compiling = _microseconds(lambda: environment.program(environment.compile(source)), number=20)
    return {
        "evaluate_cel": round(theirs / evaluation, 1),
        "compile_cel": round(their_compiling / compiling, 1),
    }


def _microseconds(action: Callable[[], Any], *, number: int) -> float:
    return statistics.median(timeit.repeat(action, number=number, repeat=RUNS)) / number * 1e6


_COLUMNS = {
    "shape": "shape",
    "evaluate_us": "evaluate µs",
    "compile_us": "compile µs",
    "evaluate_cel": "× CEL eval",
    "compile_cel": "× CEL comp",
    "python_is": "Python is ×",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.expressions", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the rows there")
    arguments = parser.parse_args()
    rows = [measure(name) for name in SHAPES]
    for row in (_COLUMNS, *rows):
        first, *others = (str("–" if row[name] is None else row[name]) for name in _COLUMNS)
        print(f"{first:<18}", *(f"{value:>12}" for value in others))
    if arguments.json:
        arguments.json.write_text(
            json.dumps({"payload_bytes": len(json.dumps(PAYLOAD)), "rows": rows}, indent=2)
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
