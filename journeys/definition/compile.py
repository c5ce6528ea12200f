"""From a drawing without errors to the plan that the engine walks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from journeyorch.expressions import Compiled, Reference
from journeys.activities.catalog import Catalog
from journeys.definition.check import Reading, time_zone_of
from journeys.definition.document import Document
from journeys.engine.decide.context import PROFILE_SOURCE
from journeys.engine.decide.step import Pause, Plan, Step


def compile_plan(
    document: Document,
    catalog: Catalog,
    *,
    version_id: int,
    journey_id: int,
    sandbox_id: int,
    constants: Mapping[str, Any],
    in_test: bool = False,
) -> Plan:
    """The plan of a document that ``check`` found without errors; raises for one that has some."""
    reading = Reading(document, catalog)
    ids = sorted(reading.graph.reachable())
    steps = {
        id: reading.kind(id).compile(id, document.activities[id], reading.configs[id], reading.room(id))
        for id in ids
    }
    expressions = [expression for step in steps.values() for expression in expressions_of(step)]
    references = list(references_of(expressions))
    paths = [one.path for one in references if one.kind == "datasource" and one.root == PROFILE_SOURCE]
    entry = [step.event_id for id in document.start if isinstance(step := steps[id], Pause)]
    return Plan(
        version_id=version_id,
        journey_id=journey_id,
        sandbox_id=sandbox_id,
        namespace=next(iter(reading.namespaces()), ""),
        in_test=in_test,
        start=tuple(document.start),
        steps=steps,
        properties=document.properties,
        constants=constants,
        zone=time_zone_of(document),
        needs_profile=bool(paths),
        needs_experience_events=any(path and path[0] == "experienceevent" for path in paths),
        uses_properties=any(one.kind == "property" for one in references),
        entry_events=frozenset(id for id in entry if id is not None),
        event_ids=frozenset(
            step.event_id for step in steps.values() if isinstance(step, Pause) and step.event_id is not None
        ),
    )


def expressions_of(step: Step) -> Iterable[Compiled]:
    """Every compiled expression that a step will evaluate, those of its fetches included."""
    for fetch in step.fetches:
        yield from fetch.params.values()
    yield from step.expressions()


def references_of(expressions: Iterable[Compiled]) -> Iterator[Reference]:
    """All that they refer to, also inside the parameters of data sources."""
    for expression in expressions:
        for reference in expression.references:
            yield reference
            yield from references_of((reference.params or {}).values())


def version_constants(
    *, journey_uid: UUID, version_uid: UUID, name: str, description: str, number: int, sandbox: str
) -> dict[str, Any]:
    """The journey properties that are the same for every instance (expressions.md, JourneyProperties)."""
    return {
        "journeyUID": str(journey_uid),
        "journeyVersionUID": str(version_uid),
        "journeyVersionName": name,
        "journeyVersionDescription": description,
        "journeyVersion": number,
        "sandboxName": sandbox,
        "organizationId": "",
    }
