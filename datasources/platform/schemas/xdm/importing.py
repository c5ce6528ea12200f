"""Importing standard XDM files into a sandbox: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from datasources.platform.schemas.composing import (
    CannotCompose,
    components_of,
    document_of,
    library_of,
    recompose,
)
from datasources.platform.schemas.fields import FRIENDLY_NAMES, IDENTITIES, fields_of
from datasources.platform.schemas.library.published import PUBLISHED
from datasources.platform.schemas.models import Component, Schema
from datasources.platform.schemas.xdm.files import Read
from datasources.platform.schemas.xdm.names import address_steps, wire_path
from datasources.platform.schemas.xdm.planning import Plan, Trouble, planned
from datasources.platform.schemas.xdm.reading import Descriptor, Part
from journeyorch.access import audit
from journeyorch.access.locks import lock_sandbox
from journeyorch.access.models import Sandbox
from journeyorch.phrases import phrase

_DESCRIBED = phrase("Descriptors are about this schema, which is not here.")


def plan_import(sandbox: Sandbox, files: Sequence[Read]) -> Plan:
    """What importing the files would create and change, and what stands against it; writes nothing."""
    existing = dict(Component.objects.filter(sandbox=sandbox).values_list("uri", "document"))
    plan = planned(files, existing=existing, built_in=PUBLISHED)
    library = {**PUBLISHED, **existing, **{part.uri: part.document for part in plan.parts}}
    if not plan.problems:
        plan.conflicts += _breaks(sandbox, plan.parts, library)
    plan.incomplete += _descriptors_of_nothing(sandbox, plan.descriptors, library)
    return plan


@transaction.atomic
def import_files(sandbox: Sandbox, files: Sequence[Read]) -> Plan:
    """Import the files if nothing stands against it; the plan says what was done, or why nothing."""
    # Two imports at once would both find the same pieces missing.
    lock_sandbox(sandbox.pk)
    plan = plan_import(sandbox, files)
    if not plan.possible:
        return plan
    Component.objects.bulk_create(_row(sandbox, part) for part in plan.created)
    _update(sandbox, plan.changed)
    noted = _note(sandbox, plan.descriptors)
    _recompose(sandbox, noted | {part.uri for part in plan.parts})
    sandbox.configuration_changed()
    changes = {"created": [None, [part.uri for part in plan.created]]}
    audit.record(
        "imported", sandbox, label="Schema components", changes=audit.shown(changes), sandbox_id=sandbox.pk
    )
    return plan


def _recompose(sandbox: Sandbox, uris: set[str]) -> None:
    library = library_of(sandbox.pk)
    for schema in Schema.objects.filter(sandbox=sandbox, groups__isnull=False):
        if uris & {schema.ref, *components_of(schema, library)}:
            recompose(schema, library=library)
            schema.save()


def _row(sandbox: Sandbox, part: Part) -> Component:
    return Component(
        sandbox=sandbox,
        uri=part.uri,
        kind=part.kind,
        title=part.title,
        description=part.description,
        status=part.status,
        extends=list(part.extends),
        document=part.document,
    )


def _update(sandbox: Sandbox, parts: Sequence[Part]) -> None:
    by_uri = {part.uri: part for part in parts}
    rows = list(Component.objects.filter(sandbox=sandbox, uri__in=list(by_uri)))
    for row in rows:
        fresh = _row(sandbox, by_uri[row.uri])
        for name in _CHANGES:
            setattr(row, name, getattr(fresh, name))
        row.updated_at = timezone.now()
    Component.objects.bulk_update(rows, [*_CHANGES, "updated_at"], batch_size=100)


_CHANGES = ("kind", "title", "description", "status", "extends", "document")


def _breaks(
    sandbox: Sandbox, parts: Sequence[Part], library: Mapping[str, Mapping[str, Any]]
) -> Iterator[Trouble]:
    """The schemas that the parts are in and that would not work any more, or have fewer fields."""
    fresh = {part.uri for part in parts}
    for schema in Schema.objects.filter(sandbox=sandbox, groups__isnull=False).order_by("pk"):
        if not fresh & components_of(schema, library):
            continue
        fields = list(schema.custom_fields.order_by("pk"))
        try:
            lost = _lost(schema, document_of(schema, fields, library=library))
        except CannotCompose as error:
            yield Trouble(schema.name, error.args[0])
            continue
        if lost:
            why = phrase("This schema would lose {n} fields, among them {first}.", n=len(lost), first=lost[0])
            yield Trouble(schema.name, why)


def _lost(schema: Schema, document: Mapping[str, Any]) -> list[str]:
    """Fields that events, journeys and conditions may rely on."""
    after = {field.path for field in fields_of(document)}
    return [field.path for field in fields_of(schema.document) if field.path not in after]


# --- Descriptors ------------------------------------------------------------------------------------


def _descriptors_of_nothing(
    sandbox: Sandbox, descriptors: Sequence[Descriptor], library: Mapping[str, Any]
) -> list[Trouble]:
    known = {schema.ref for schema in Schema.objects.filter(sandbox=sandbox)} | set(library)
    unknown = sorted({each.uri for each in descriptors} - known)
    return [Trouble(uri, _DESCRIBED) for uri in unknown]


def _note(sandbox: Sandbox, descriptors: Sequence[Descriptor]) -> set[str]:
    """Friendly names and identities go to the component or schema that they are about; tells to which."""
    by_uri: dict[str, list[Descriptor]] = {}
    for each in descriptors:
        by_uri.setdefault(each.uri, []).append(each)
    for component in Component.objects.filter(sandbox=sandbox, uri__in=list(by_uri)):
        component.notes = _noted(component.notes, by_uri[component.uri])
        component.save()
    for schema in Schema.objects.filter(sandbox=sandbox):
        if schema.ref in by_uri:
            schema.notes = _noted(schema.notes, by_uri[schema.ref])
            _apply(schema)
            schema.save()
    return set(by_uri)


def _apply(schema: Schema) -> None:
    """Into the document itself, for schemas written out by hand; composing does it for the others."""
    document = dict(schema.document)
    for key, name in ((FRIENDLY_NAMES, "friendly"), (IDENTITIES, "identities")):
        document[key] = document.get(key, {}) | schema.notes[name]
    schema.document = document
    for path, about in schema.notes["identities"].items():
        if about["primary"] and not schema.primary_identity:
            schema.primary_identity, schema.primary_namespace = path, about["namespace"]


def _noted(notes: Mapping[str, Any], descriptors: Sequence[Descriptor]) -> dict[str, Any]:
    friendly, identities = dict(notes.get("friendly", {})), dict(notes.get("identities", {}))
    for each in descriptors:
        path = _dotted(each.path)
        if each.friendly_name:
            friendly[path] = each.friendly_name
        else:
            identities[path] = {"namespace": each.namespace, "primary": each.is_primary}
    return {"friendly": friendly, "identities": identities}


def _dotted(path: Sequence[str]) -> str:
    names: list[str] = []
    within: tuple[str, ...] = ()
    for step in path:
        if step not in ("*", "[*]"):  # the elements of a list need no step of their own
            names += wire_path(step, within)
            within = address_steps(step)
    return ".".join(names)
