"""A sandbox's labels and policies as plain values, for the checks of journeys and for forms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from datasources.platform.policies.models import FieldLabel, Label, Policy
from datasources.platform.policies.standard import STANDARD
from datasources.platform.profiles.fields import feeding_schemas, place_of
from datasources.platform.records.linking import Link, Path
from datasources.platform.schemas.models import Schema

#: Labels of fields: codes by path.
Labels = Mapping[Path, frozenset[str]]


class PolicyInfo(NamedTuple):
    """A policy that is in force; ``labels``: their names by code."""

    name: str
    labels: Mapping[str, str]
    actions: bool
    sources: bool


def label_names(sandbox_id: int) -> dict[str, str]:
    """The standard labels and the sandbox's own, by code."""
    own = Label.objects.filter(sandbox_id=sandbox_id).order_by("name").values_list("code", "name")
    return {**{code: str(name) for code, name in STANDARD.items()}, **dict(own)}


def policies_of(sandbox_id: int) -> list[PolicyInfo]:
    """Those in force, by name."""
    rows = Policy.objects.filter(sandbox_id=sandbox_id, enabled=True).order_by("name")
    names = label_names(sandbox_id)
    return [
        PolicyInfo(row.name, {code: names.get(code, code) for code in row.labels}, row.actions, row.sources)
        for row in rows
    ]


def idle_labels(schema: Schema) -> list[str]:
    """The names of labels on fields of a schema that no policy in force is about."""
    used = set(FieldLabel.objects.filter(schema=schema).values_list("label", flat=True))
    if not used:
        return []
    ruled = {code for policy in policies_of(schema.sandbox_id) for code in policy.labels}
    names = label_names(schema.sandbox_id)
    return sorted(names.get(code, code) for code in used - ruled)


def labels_of(sandbox_id: int) -> dict[int, Labels]:
    """The labels of fields, by schema."""
    found: dict[int, dict[Path, frozenset[str]]] = defaultdict(dict)
    rows = FieldLabel.objects.filter(schema__sandbox=sandbox_id)
    for schema, path, label in rows.values_list("schema", "path", "label"):
        names = tuple(path.split("."))
        found[schema][names] = found[schema].get(names, frozenset()) | {label}
    return dict(found)


def with_linked(labels: Mapping[int, Labels], schema_id: int, links: Iterable[Link]) -> Labels:
    """Those of a schema and of the records to which its fields refer."""
    found = dict(labels.get(schema_id, {}))
    for link in links:
        below = labels.get(link.target_id, {})
        found |= {(*link.place, *path): codes for path, codes in below.items()}
    return found


def profile_labels(sandbox_id: int) -> Labels:
    """Those of what is known of people, at their places."""
    labels = labels_of(sandbox_id)
    found: dict[Path, frozenset[str]] = {}
    for schema in feeding_schemas(sandbox_id).filter(pk__in=labels).only("kind"):
        above = (place,) if (place := place_of(schema)) else ()
        for path, codes in labels[schema.pk].items():
            found[*above, *path] = found.get((*above, *path), frozenset()) | codes
    return found
