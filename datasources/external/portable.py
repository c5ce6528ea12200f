"""The portable form of an external data source, with its field groups."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from datasources.external.forms import DataSourceForm, FieldGroupForm, uses_of_source
from datasources.external.models import DataSource, FieldGroup
from journeyorch.access.models import Sandbox
from journeyorch.api.flaws import Flaw
from journeyorch.outbound.auth_portable import auth_data, auth_document, auth_place
from journeyorch.portable.forms import FormKind, require_valid
from journeyorch.portable.kind import Document, Unfit, pointer, portable
from journeyorch.usage import Use, used_in


class FieldGroupDocument(Document):
    """Without ``response_schema``, names and types are taken from ``response_sample``."""

    name: str
    description: str = ""
    method: Literal["GET", "POST"] = "GET"
    path: str = ""
    parameters: list[str] = []
    sent_payload: Any = None
    response_sample: dict[str, Any] = {}
    response_schema: dict[str, Any] = {}


class DataSourceDocument(Document):
    """``auth``: its ``type``, and the values of that kind of authentication."""

    name: str
    description: str = ""
    url: str
    max_calls: int = Field(default=15, ge=1, le=100_000)
    cache_seconds: int = Field(default=0, ge=0, lt=2**31)
    auth: dict[str, Any] | None = None
    field_groups: list[FieldGroupDocument] = []


@portable
class DataSources(FormKind):
    name = "data_sources"
    title = _("Data sources")
    model = DataSource
    form = DataSourceDocument
    form_class = DataSourceForm

    def unlike(self, row: Any) -> dict[str, Any]:
        groups = [_group(one) for one in row.field_groups.order_by("pk")]
        return {"auth": auth_document(row.auth, url=row.url), "field_groups": groups}

    def data(self, sandbox: Sandbox, document: DataSourceDocument) -> dict[str, Any]:
        given = document.model_dump(mode="json", exclude={"auth", "field_groups"})
        return {**given, **auth_data(document.auth)}

    def place(self, field: str) -> str:
        return auth_place(field)

    def store(self, form: Any, document: DataSourceDocument) -> Any:
        source = form.save()
        stored = {group.name: group for group in source.field_groups.all()}
        _delete(stored[name] for name in stored.keys() - {one.name for one in document.field_groups})
        for number, one in enumerate(document.field_groups):
            group = stored.get(one.name) or FieldGroup(source=source)
            group_form = FieldGroupForm({**_group_data(one), "source": source.pk}, instance=group)
            require_valid(group_form, below=pointer("field_groups", number))
            stored[one.name] = group_form.save()
        return source

    def uses(self, row: Any) -> list[Use]:
        return uses_of_source(row)


def _delete(groups: Iterable[FieldGroup]) -> None:
    for group in groups:
        if uses := used_in("field_group", group):
            names = ", ".join(use.label for use in uses)
            raise Unfit([Flaw("/field_groups", f"“{group.name}” cannot go while it is used in: {names}.")])
        group.delete()


def _group(row: Any) -> FieldGroupDocument:
    return FieldGroupDocument(
        name=row.name,
        description=row.description,
        method=row.method,
        path=row.path,
        parameters=list(row.parameter_names()),
        sent_payload=row.sent_payload,
        response_sample=row.response_sample,
        response_schema=row.response_schema,
    )


def _group_data(document: FieldGroupDocument) -> dict[str, Any]:
    given = document.model_dump(mode="json")
    texts = {
        name: json.dumps(given[name]) if given[name] else ""
        for name in ("sent_payload", "response_sample", "response_schema")
    }
    return {**given, **texts, "parameters": ", ".join(document.parameters)}
