"""Schema, inlet and configured event for a kind of message, made in one step from a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction

from datasources.models import Schema
from datasources.platform.schemas.composing import document_of, library_of
from datasources.platform.schemas.models import CustomField
from events.inlets import new_inlet_key
from events.mapping.proposing import Person, Proposed, rows_for
from events.models import Event, Inlet
from journeyorch.access.models import Sandbox
from journeyorch.expressions.offers import written_name


class Started(NamedTuple):
    """What was made."""

    schema: Schema
    inlet: Inlet
    event: Event


def start(
    sandbox: Sandbox,
    name: str,
    sample: Any,
    *,
    tenant: str,
    fields: Sequence[Proposed],
    person: Person | None,
) -> Started:
    """Make all three, or nothing; ``name`` must be free for each (``CannotCompose``, ``IntegrityError``)."""
    with transaction.atomic():
        schema = _schema(sandbox, name, tenant, fields)
        rows = rows_for(fields, sample, tenant=tenant, event_type=name, person=person)
        inlet = Inlet.objects.create(
            sandbox=sandbox,
            name=name,
            key=new_inlet_key(),
            schema=schema,
            mapping=[row.model_dump() for row in rows],
        )
        event = Event.objects.create(
            sandbox=sandbox,
            name=name,
            type=Event.Type.RULE,
            schema=schema,
            condition=f'@{{{written_name(name)}.eventType}} == "{name}"',
            namespace=person.namespace if person else "",
        )
    return Started(schema, inlet, event)


def _schema(sandbox: Sandbox, name: str, tenant: str, fields: Sequence[Proposed]) -> Schema:
    """A composed one, so that the schema editor can go on with it."""
    schema = Schema(sandbox=sandbox, name=name, kind=Schema.Kind.EVENT, tenant=tenant, groups=[], document={})
    customs = [CustomField(path=field.path, type=field.type) for field in fields]
    schema.document = document_of(schema, customs, library=library_of(sandbox.pk))
    schema.save()
    for custom in customs:
        custom.schema = schema
        custom.save()
    return schema
