"""Which data a step asks for, and when: a fetch whose parameters need other data waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from journeyorch.expressions import to_json
from journeys.engine.decide.step import Fetch, Step, View


def ready_fetches(step: Step, done: tuple[int, ...]) -> Iterator[tuple[int, Fetch]]:
    """The fetches that are not done and whose parameters can be evaluated, with their indices."""
    for index, fetch in enumerate(step.fetches):
        if index not in done and all(needed in done for needed in fetch.after):
            yield index, fetch


def request_of(fetch: Fetch, view: View) -> dict[str, Any]:
    """The call's spec as the ``fetch`` handler reads it. May raise the language's ``RunTimeError``."""
    values = {name: to_json(compiled.evaluate(view.context)) for name, compiled in fetch.params.items()}
    return {"group": fetch.group_id, "params": values}
