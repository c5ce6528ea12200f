"""From a drawing without errors to the plan that the engine walks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from datasources.platform.profiles.history import history_of
from journeys.activities.catalog import Catalog
from journeys.definition.check import Reading, time_zone_of
from journeys.definition.document import Document
from journeys.definition.linked import linked_paths
from journeys.definition.references import is_of_profile, references_of
from journeys.engine.decide.step import CapStep, Pause, Plan, Run, Step
from journeys.engine.decide.values import Key


def compile_plan(
    document: Document,
    catalog: Catalog,
    *,
    version_id: int,
    journey_id: int,
    sandbox_id: int,
    constants: Mapping[str, Any],
    test: Run | None = None,
) -> Plan:
    """The plan of a document that ``check`` found without errors; raises for one that has some."""
    reading = Reading(document, catalog)
    ids = sorted(reading.graph.reachable())
    steps = {id: _compiled(reading, id) for id in ids}
    if not document.start or not steps.keys() >= set(document.start):
        raise ValueError("The version has no first step.")
    references = [reference for step in steps.values() for reference in references_of(step)]
    updates_profile = any(step.updates_profile for step in steps.values())
    paths = [reference.path for reference in references if is_of_profile(reference)]
    pauses = {id: step for id, step in steps.items() if isinstance(step, Pause)}
    return Plan(
        version_id=version_id,
        journey_id=journey_id,
        sandbox_id=sandbox_id,
        namespace=next(iter(reading.namespaces()), ""),
        start=tuple(document.start),
        steps=steps,
        properties=document.properties,
        constants=constants,
        zone=time_zone_of(document),
        uses_profile_zone=document.properties.use_profile_time_zone,
        needs_profile=bool(paths) or updates_profile or document.properties.use_profile_time_zone,
        updates_profile=updates_profile,
        caps={id: step.count for id, step in steps.items() if isinstance(step, CapStep)},
        history=history_of(expression for step in steps.values() for expression in step.expressions()),
        choices={name: group.choice for name, group in catalog.profile_groups.items() if group.choice},
        names_segments=any(one.kind == "segment" for one in references),
        uses_properties=any(one.kind == "property" for one in references),
        entry_keys=frozenset(key for id in document.start if id in pauses for key in pauses[id].keys),
        keys=frozenset(key for pause in pauses.values() for key in pause.keys),
        linked=linked_paths(references, reading.brought(ids)),
        test=test,
    )


def _compiled(reading: Reading, id: str) -> Step:
    document, config = reading.document.activities[id], reading.configs[id]
    return reading.kind(id).compile(id, document, config, reading.room(id))


class Heard(NamedTuple):
    """What people of a version are told of."""

    entry_keys: frozenset[Key]
    keys: frozenset[Key]
    namespace: str


def heard_of(document: Document, catalog: Catalog) -> Heard:
    """What a document listens to that has errors: that of the steps which can be compiled."""
    reading = Reading(document, catalog)
    pauses = {id: step for id in reading.configs if isinstance(step := _step(reading, id), Pause)}
    return Heard(
        frozenset(key for id in document.start if id in pauses for key in pauses[id].keys),
        frozenset(key for pause in pauses.values() for key in pause.keys),
        next(iter(reading.namespaces()), ""),
    )


def _step(reading: Reading, id: str) -> Step | None:
    with suppress(Exception):
        return _compiled(reading, id)
    return None


def version_constants(
    *, journey_uid: UUID, version_uid: UUID, name: str, description: str, number: int, sandbox: str
) -> dict[str, Any]:
    """The journey properties that are the same for every instance (expressions.md, Fields)."""
    return {
        "journeyUID": str(journey_uid),
        "journeyVersionUID": str(version_uid),
        "journeyVersionName": name,
        "journeyVersionDescription": description,
        "journeyVersion": number,
        "sandboxName": sandbox,
        "organizationId": "",
    }
