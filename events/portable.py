"""The portable forms of configured events and of inlets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from events.mapping.rules import MOST_ROWS, RowProblem, rule_of
from events.mapping.rules import Row as MappingRow
from events.models import Event, Inlet
from journeyorch.access.models import Sandbox
from journeyorch.api.flaws import Flaw
from journeyorch.portable.forms import FormKind, id_of, named
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

    def unlike(self, row: Any) -> dict[str, Any]:
        return {"schema_": row.schema.name}

    def data(self, sandbox: Sandbox, document: EventDocument) -> dict[str, Any]:
        schema = named(Schema, sandbox, document.schema_, at="schema", kind=Schema.Kind.EVENT)
        return {**super().data(sandbox, document), "schema": id_of(schema)}

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

    def unlike(self, row: Any) -> dict[str, Any]:
        return {
            "schema_": row.schema.name if row.schema else "",
            "profile_schema": row.profile_schema.name if row.profile_schema else "",
            "dataset": row.dataset.key if row.dataset else "",
            "mapping": [MappingRow.model_validate(one) for one in row.mapping],
        }

    def data(self, sandbox: Sandbox, document: InletDocument) -> dict[str, Any]:
        profiles, dataset = document.profile_schema, document.dataset
        return {
            **super().data(sandbox, document),
            "schema": id_of(named(Schema, sandbox, document.schema_, at="schema")),
            "profile_schema": id_of(named(Schema, sandbox, profiles, at="profile_schema")),
            "dataset": id_of(named(Dataset, sandbox, dataset, at="dataset", key="key")),
            "allowed_origins": "\n".join(document.allowed_origins),
        }

    def store(self, form: Any, document: InletDocument) -> Any:
        require_usable(document.mapping)
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


def require_usable(mapping: Sequence[MappingRow]) -> None:
    """Raises ``Unfit`` with the first row that cannot be used."""
    for number, row in enumerate(mapping):
        try:
            rule_of(row)
        except RowProblem as problem:
            raise Unfit([Flaw(pointer("mapping", number, problem.place), str(problem))]) from None
