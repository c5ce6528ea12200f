"""What compiled steps refer to: tells what must be loaded, fetched, and there at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journeyorch.expressions import Compiled, Reference
from journeyorch.expressions.scope import PROFILE_SOURCE
from journeys.engine.decide.step import Step


def references_of(step: Step) -> Iterator[Reference]:
    """Everything that a step's expressions refer to, those of its fetches included."""
    for fetch in step.fetches:
        yield from _all(fetch.params.values())
    yield from _all(step.expressions())


def _all(expressions: Iterable[Compiled]) -> Iterator[Reference]:
    """Also what stands inside the parameters of data sources."""
    for expression in expressions:
        for reference in expression.references:
            yield reference
            yield from _all((reference.params or {}).values())


def is_of_profile(reference: Reference) -> bool:
    """Whether it needs to know who the person is."""
    return reference.kind == "segment" or (
        reference.kind == "datasource" and reference.root == PROFILE_SOURCE
    )
