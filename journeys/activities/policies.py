"""What labels on fields and policies over them keep from leaving the house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from journeyorch.expressions import Compiled, Reference
from journeyorch.expressions.scope import PROFILE_SOURCE
from journeys.activities.catalog import Catalog, EventInfo, Labels, PolicyInfo


class Breach(NamedTuple):
    """A field that must not be sent, and why."""

    field: str  # as expressions refer to it
    label: str
    policy: str


def breaches_by_action(
    compiled: Compiled, catalog: Catalog, brought: Mapping[str, EventInfo]
) -> Iterator[Breach]:
    """What a value of a custom action may not look at, be it only in a condition: its result tells of it."""
    policies = [policy for policy in catalog.policies if policy.actions]
    return _breaches(compiled.references, policies, catalog, brought)


def breaches_by_source(
    compiled: Compiled, catalog: Catalog, brought: Mapping[str, EventInfo]
) -> Iterator[Breach]:
    """The same for the parameters with which an expression asks external data sources."""
    policies = [policy for policy in catalog.policies if policy.sources]
    for reference in compiled.all_references() if policies else ():
        for parameter in (reference.params or {}).values():
            yield from _breaches(parameter.references, policies, catalog, brought)


def _breaches(
    references: tuple[Reference, ...],
    policies: list[PolicyInfo],
    catalog: Catalog,
    brought: Mapping[str, EventInfo],
) -> Iterator[Breach]:
    for reference in references if policies else ():
        codes = _codes(reference, _labels(reference, catalog, brought))
        for policy in policies:
            for code in sorted(codes & policy.labels.keys()):
                yield Breach(_shown(reference), policy.labels[code], policy.name)


def _labels(reference: Reference, catalog: Catalog, brought: Mapping[str, EventInfo]) -> Labels:
    if reference.kind == "event":
        event = brought.get(reference.root)
        return event.labels if event else {}
    of_profile = reference.kind == "datasource" and reference.root == PROFILE_SOURCE
    return catalog.profile_labels if of_profile else {}


def _codes(reference: Reference, labels: Labels) -> set[str]:
    """Those of the field itself, of what is around it, and of what is in it."""
    found: set[str] = set()
    for path, codes in labels.items():
        shorter = min(len(path), len(reference.path))
        if path[:shorter] == reference.path[:shorter]:
            found |= codes
    return found


def _shown(reference: Reference) -> str:
    sign = "@" if reference.kind == "event" else "#"
    names = [reference.root, *([reference.group] if reference.group else []), *reference.path]
    return f"{sign}{{{'.'.join(names)}}}"
