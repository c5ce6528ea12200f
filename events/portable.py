"""The portable forms of configured events and of inlets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from datasources.models import Dataset, Schema
from datasources.platform.namespaces.portable import own_namespaces
from events.admin.inlets import InletForm
from events.forms import EventForm
from events.inlets import new_inlet_key
from events.mapping import MOST_ROWS, RowProblem, rule_of
from events.mapping import Row as MappingRow
from events.models import Event, Inlet
from journeyorch.access.models import Sandbox
from journeyorch.api.flaws import Flaw
from journeyorch.portable.forms import FormKind
from journeyorch.portable.kind import Document, Unfit, pointer, portable


class EventDocument(Document):
    """``schema``: its name. ``fields``: paths that journeys may use; none: all."""

    name: str
    description: str = ""
    type: Literal["system", "rule"] = "system"
    schema_: str = Field(alias="schema")
    condition: str = ""
    namespace: str = ""
    key: str = ""
    fields: list[str] = []


@portable
class Events(FormKind):
    name = "events"
    title = _("Events")
    model = Event
    form = EventDocument
    form_class = EventForm
    used_as = "event"
    filters = ("type", "namespace")

    def document(self, row: Any) -> EventDocument:
        return EventDocument(
            name=row.name,
            description=row.description,
            type=row.type,
            schema_=row.schema.name,
            condition=row.condition,
            namespace=row.namespace,
            key=row.key,
            fields=row.fields,
        )

    def data(self, sandbox: Sandbox, document: EventDocument) -> dict[str, Any]:
        schema = schema_id(sandbox, document.schema_, kind=Schema.Kind.EVENT)
        return {**super().data(sandbox, document), "schema": schema}

    def same(self, first: Any, second: Any) -> bool:
        """In whatever order the fields were chosen."""
        plain = [{**one.plain(), "fields": sorted(one.fields)} for one in (first, second)]
        return plain[0] == plain[1]

    def refers(self, row: Any) -> Iterator[Model]:
        yield row.schema
        yield from own_namespaces(row.sandbox_id, row.namespace)

    def about(self, row: Any) -> dict[str, Any]:
        """With what senders put into system-generated events."""
        return {**super().about(row), "eventId": row.event_id}


class InletDocument(Document):
    """``schema``, ``profile_schema``: names. ``dataset``: its ID. ``mapping``: rows as on its page."""

    name: str
    description: str = ""
    mode: Literal["authenticated", "unauthenticated"] = "authenticated"
    schema_: str = Field(default="", alias="schema")
    profile_schema: str = ""
    dataset: str = ""
    enabled: bool = True
    rate_limit: int | None = Field(default=None, ge=1, lt=2**31)
    allowed_origins: list[str] = []
    organization: str = ""
    mapping: list[MappingRow] = Field(default=[], max_length=MOST_ROWS)


@portable
class Inlets(FormKind):
    """Without keys: those are secrets of each installation."""

    name = "inlets"
    title = _("Inlets")
    model = Inlet
    form = InletDocument
    form_class = InletForm
    filters = ("mode", "enabled")

    def document(self, row: Any) -> InletDocument:
        return InletDocument(
            name=row.name,
            description=row.description,
            mode=row.mode,
            schema_=row.schema.name if row.schema else "",
            profile_schema=row.profile_schema.name if row.profile_schema else "",
            dataset=row.dataset.key if row.dataset else "",
            enabled=row.enabled,
            rate_limit=row.rate_limit,
            allowed_origins=row.allowed_origins,
            organization=row.organization,
            mapping=[MappingRow.model_validate(one) for one in row.mapping],
        )

    def data(self, sandbox: Sandbox, document: InletDocument) -> dict[str, Any]:
        dataset = Dataset.objects.filter(sandbox=sandbox, key=_text(document.dataset)).first()
        if document.dataset and dataset is None:
            raise Unfit([Flaw("/dataset", "There is no such dataset here.")])
        return {
            **super().data(sandbox, document),
            "schema": schema_id(sandbox, document.schema_),
            "profile_schema": schema_id(sandbox, document.profile_schema, field="profile_schema"),
            "dataset": dataset.pk if dataset else "",
            "allowed_origins": "\n".join(document.allowed_origins),
        }

    def store(self, form: Any, document: InletDocument) -> Any:
        for number, row in enumerate(document.mapping):
            try:
                rule_of(row)
            except RowProblem as problem:
                raise Unfit([Flaw(pointer("mapping", number, problem.place), str(problem))]) from None
        inlet = form.instance
        inlet.key = inlet.key or new_inlet_key()
        inlet.mapping = [row.model_dump() for row in document.mapping]
        return form.save()

    def refers(self, row: Any) -> Iterator[Model]:
        yield from (schema for schema in (row.schema, row.profile_schema) if schema)
        if row.dataset and not row.dataset.is_default:
            yield row.dataset

    def about(self, row: Any) -> dict[str, Any]:
        """With where to send."""
        return {**super().about(row), "key": row.key, "address": reverse("collection", args=[row.key])}


def schema_id(sandbox: Sandbox, name: str, *, kind: str = "", field: str = "schema") -> int | str:
    """The id of the sandbox's schema of this name, "" for no name. Raises ``Unfit``."""
    found = Schema.objects.filter(sandbox=sandbox, name=_text(name))
    schema = (found.filter(kind=kind) if kind else found).first()
    if name and schema is None:
        raise Unfit([Flaw(pointer(field), f"There is no such schema here: {name[:120]}.")])
    return schema.pk if schema else ""


def _text(name: str) -> str:
    """As it can be looked for: nothing is called by a NUL character."""
    return name.replace("\x00", "")
