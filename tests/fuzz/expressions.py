"""Any text, any data: only values and documented errors come out.

    python -m tests.fuzz.expressions --seconds 60

Makes expressions out of noise, out of pieces of the language and by damaging good ones, evaluates them with
random JSON as the payload of an event, typed by a schema, by a sample or not at all, and stops with exit
code 1 and the source at the first outcome that the documentation does not know. Prints how often each outcome
came, and the most steps of an evaluation. The same --seed makes the same expressions.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from journeyorch.expressions import (
    FUNCTIONS,
    Context,
    ExpressionError,
    ExpressionProblem,
    RunTimeError,
    Scope,
    compile_once,
    from_sample,
    to_json,
    types,
)
from journeyorch.expressions.codes import CODES
from journeyorch.expressions.explain import explain
from journeyorch.expressions.parse import parse
from journeyorch.expressions.write import write
from tests.journeyorch.expressions.trees import shape
from tests.journeyorch.expressions.world import CASES, SCOPE, WORLD, make_context, table

PIECES: dict[str, list[str]] = json.loads((CASES / "pieces.json").read_text())
GOOD = [source for _, source, _ in table("values")]
NOISE = "\"'\\@#{}[]().,:+-*/%=!<>&| \n\t09aZé😀\u2028_" + "\ud800"
ORDER = WORLD["events"]["Order"]["payload"]
SCALARS: list[Any] = [
    *(None, True, False, 0, -1, 7, 2**63, 10**30, 0.5, -0.0, 1e308, float("inf"), float("nan")),
    *("", "a", "2024-05-15", "2024-05-15T10:00:00Z", "PT1H", "[", "\ud800", "x" * 2_000, "12", "true"),
]
NAMES = [*ORDER, "k", "x", "__class__", "", "id"]


@dataclass
class Tally:
    """What came out so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    most_steps: tuple[int, str] = (0, "")


class Surprise(Exception):
    """An outcome that the documentation does not know."""


def fuzz(numbers: random.Random, rounds: Iterator[Any]) -> Tally:
    """One expression a round. Raises ``Surprise`` for a crash, an unknown code, or no JSON."""
    tally = Tally()
    for _ in rounds:
        source, payload = _source(numbers), _payload(numbers)
        scope = numbers.choice((SCOPE, SCOPE, _sampled(payload), _untyped()))
        context = make_context(events={"Order": payload})
        try:
            outcome = _outcome(source, scope, context)
        except Exception as error:
            raise Surprise(f"{error!r}\nsource: {source!r}\npayload: {payload!r}") from error
        tally.outcomes[outcome] += 1
        tally.most_steps = max(tally.most_steps, (context.steps, source))
    return tally


def _outcome(source: str, scope: Scope, context: Context) -> str:
    try:
        compiled = compile_once(source, scope)
    except ExpressionError as error:
        first, *_ = [_documented(problem) for problem in error.problems]
        return first
    _demand(explain(source).endswith("."), "no explanation")
    _demand(shape(parse(write(parse(source)))) == shape(parse(source)), "written differently")
    try:
        json.dumps(to_json(compiled.evaluate(context)), allow_nan=_holds_raw_data(compiled.type))
    except RunTimeError as error:
        return _documented(error)
    return "value"


def _documented(problem: ExpressionProblem | RunTimeError) -> str:
    """The code, which has to be known and no crash in disguise, with a place in the text."""
    _demand(problem.code in CODES and problem.code != "ERR_EXPR_INTERNAL", problem.code)
    _demand(problem.line >= 1 <= problem.column and getattr(problem, "length", 1) >= 1, "no place")
    return problem.code


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def _holds_raw_data(type_: types.Type) -> bool:
    # Objects are handed on as they came; what comes in as JSON has no NaN.
    return types.is_open(type_) or not isinstance(getattr(type_, "item", type_), types.Scalar)


def _source(numbers: random.Random) -> str:
    return numbers.choice((_noise, _pieces, _call, _damaged, _damaged, _joined))(numbers)


def _noise(numbers: random.Random) -> str:
    return "".join(numbers.choices(NOISE, k=numbers.randrange(40)))


def _pieces(numbers: random.Random) -> str:
    return " ".join(numbers.choices([*FUNCTIONS, *PIECES["of sources"]], k=numbers.randrange(1, 14)))


def _call(numbers: random.Random) -> str:
    arguments = numbers.choices(PIECES["arguments"], k=numbers.randrange(4))
    return f"{numbers.choice(list(FUNCTIONS))}({', '.join(arguments)})"


def _damaged(numbers: random.Random) -> str:
    """A good expression, or one with parts cut out, doubled, swapped with another's or replaced by noise."""
    text = numbers.choice(GOOD)
    for _ in range(numbers.randrange(3)):
        start, end = sorted(numbers.choices(range(len(text) + 1), k=2))
        other = numbers.choice(GOOD)
        middle = numbers.choice(("", text[start:end] * 2, other, _noise(numbers)[:3]))
        text = (text[:start] + middle + text[end:])[:3_000]
    return text


def _joined(numbers: random.Random) -> str:
    sign = numbers.choice(("+", "-", "*", "/", "%", "==", "!=", "<", ">=", "and", "or", "is null or not"))
    return f"({numbers.choice(GOOD)}) {sign} ({numbers.choice(GOOD)})"


def _payload(numbers: random.Random) -> Any:
    """The usual order with some of its parts replaced by anything."""
    payload = dict(ORDER)
    for name in numbers.sample(list(ORDER), k=numbers.randrange(6)):
        payload[name] = _anything(numbers, 3)
    return payload if numbers.random() < 0.95 else _anything(numbers, 3)


def _anything(numbers: random.Random, depth: int) -> Any:
    kind = numbers.randrange(4) if depth else 0
    if kind < 2:
        return numbers.choice(SCALARS)
    values = [_anything(numbers, depth - 1) for _ in range(numbers.randrange(4))]
    return values if kind == 2 else {numbers.choice(NAMES): value for value in values}


def _sampled(payload: Any) -> Scope:
    return Scope(events={"Order": from_sample(payload)}, datasources=SCOPE.datasources)


def _untyped() -> Scope:
    return Scope(events={"Order": types.ANY})


def _until(end: float) -> Iterator[None]:
    while time.monotonic() < end:
        yield None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.expressions", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    try:
        tally = fuzz(random.Random(arguments.seed), _until(time.monotonic() + arguments.seconds))
    except Surprise as surprise:
        print(surprise)
        return 1
    for outcome, count in tally.outcomes.most_common():
        print(f"{count:>9,}  {outcome}")
    steps, source = tally.most_steps
    print(f"{tally.outcomes.total():>9,}  in all; the most steps were {steps:,}: {source[:200]!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
