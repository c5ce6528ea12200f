"""The portable form of a schema, with its custom fields, the labels of fields, and what they refer to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from django.db.models import Model
from django.forms import inlineformset_factory
from django.utils.translation import gettext_lazy as _

from datasources.platform.namespaces.portable import own_namespaces
from datasources.platform.policies.admin import FieldLabelsFormSet
from datasources.platform.policies.models import FieldLabel, Label
from datasources.platform.records.models import Relationship
from datasources.platform.records.relationship_forms import RelationshipsFormSet
from datasources.platform.schemas.composing import components_of, library_of, recompose
from datasources.platform.schemas.custom_forms import CustomFieldForm, CustomFieldsFormSet
from datasources.platform.schemas.forms import SchemaForm
from datasources.platform.schemas.group_choice import form_values
from datasources.platform.schemas.models import Component, CustomField, Schema
from journeyorch.access.models import Sandbox
from journeyorch.api.flaws import Flaw
from journeyorch.portable.forms import FormKind, lines_of, require_valid_rows
from journeyorch.portable.kind import Document, Unfit, portable


class CustomFieldDocument(Document):
    """A field of one's own; ``choices``: the values that are permitted."""

    path: str
    type: str = "string"
    title: str = ""
    friendly_name: str = ""
    choices: list[str] = []
    required: bool = False
    namespace: str = ""
    primary: bool = False


class FieldLabelDocument(Document):
    path: str
    label: str


class RelationshipDocument(Document):
    """The field at ``path`` names a record of the schema ``target``, which then stands at ``name``."""

    path: str
    target: str
    name: str


class SchemaDocument(Document):
    """Composed of ``groups`` and ``custom_fields``, or written out as a JSON Schema in ``document``."""

    name: str
    kind: Literal["event", "profile", "record"]
    description: str = ""
    reference: str = ""
    base: str = ""
    groups: list[str] | None = None
    tenant: str = "tenant"
    custom_fields: list[CustomFieldDocument] = []
    document: dict[str, Any] | None = None
    feeds_profiles: bool = True
    primary_identity: str = ""
    primary_namespace: str = ""
    labels: list[FieldLabelDocument] = []
    relationships: list[RelationshipDocument] = []


_CUSTOM_FIELDS = inlineformset_factory(
    Schema, CustomField, form=CustomFieldForm, formset=CustomFieldsFormSet, extra=0
)
_LABELS = inlineformset_factory(
    Schema, FieldLabel, formset=FieldLabelsFormSet, fields=("path", "label"), extra=0
)
_RELATIONSHIPS = inlineformset_factory(
    Schema,
    Relationship,
    formset=RelationshipsFormSet,
    fk_name="schema",
    fields=("path", "target", "name"),
    extra=0,
)


@portable
class Schemas(FormKind):
    name = "schemas"
    title = _("Schemas")
    model = Schema
    form = SchemaDocument
    form_class = SchemaForm
    used_as = "schema"
    fixed = ("kind", "base")
    filters = ("kind",)

    def document(self, row: Any) -> SchemaDocument:
        composed, fields = row.groups is not None, list(row.custom_fields.order_by("pk"))
        # Otherwise it follows from the custom field.
        own_identity = not any(field.primary for field in fields)
        return SchemaDocument(
            name=row.name,
            kind=row.kind,
            description=row.description,
            reference=row.document.get("$id", "") if composed else "",
            base=row.base,
            groups=row.groups,
            tenant=row.tenant if composed else "tenant",
            custom_fields=[_custom_field(one) for one in fields],
            document=None if composed else row.document,
            feeds_profiles=row.feeds_profiles,
            primary_identity=row.primary_identity if own_identity else "",
            primary_namespace=row.primary_namespace if own_identity else "",
            labels=[
                FieldLabelDocument(path=one.path, label=one.label)
                for one in row.labels.order_by("path", "label")
            ],
            relationships=[
                RelationshipDocument(path=one.path, target=one.target.name, name=one.name)
                for one in row.relationships.select_related("target").order_by("path")
            ],
        )

    def data(self, sandbox: Sandbox, document: SchemaDocument) -> dict[str, Any]:
        if (document.groups is None) == (document.document is None):
            raise Unfit([Flaw("/groups", "A schema has either groups or a document; [] is no group.")])
        written = "" if document.document is None else json.dumps(document.document)
        groups = form_values(document.groups or (), kind=document.kind)
        return {**document.model_dump(mode="json"), "document": written, "groups": groups}

    def store(self, form: Any, document: SchemaDocument) -> Any:
        """As its page does: the document follows from the custom fields, and labels name fields of it."""
        schema = form.save(commit=False)
        fields = self._rows(_CUSTOM_FIELDS, schema, "custom_fields", _custom_rows(document), key="path")
        schema.save()
        fields.save()
        if schema.groups is not None:
            recompose(schema)
            schema.save()
        self._rows(_LABELS, schema, "labels", _plain(document.labels), key=("path", "label")).save()
        relationships = [
            {**row, "target": self._target(schema, row["target"])} for row in _plain(document.relationships)
        ]
        self._rows(_RELATIONSHIPS, schema, "relationships", relationships, key="path").save()
        return schema

    def refers(self, row: Any) -> Iterator[Model]:
        fields = row.custom_fields.values_list("namespace", flat=True)
        yield from own_namespaces(row.sandbox_id, row.primary_namespace, *fields)
        if row.groups is not None:
            uris = components_of(row, library_of(row.sandbox_id))
            yield from Component.objects.filter(sandbox=row.sandbox_id, uri__in=uris).order_by("pk")
        codes = row.labels.values_list("label", flat=True)
        yield from Label.objects.filter(sandbox=row.sandbox_id, code__in=codes)
        yield from (one.target for one in row.relationships.select_related("target"))

    def about(self, row: Any) -> dict[str, Any]:
        return {**super().about(row), "reference": row.ref}

    def _rows(self, form: Any, schema: Schema, name: str, rows: list[dict[str, Any]], *, key: Any) -> Any:
        """A valid formset of what the document says of a schema's fields."""
        names = (key,) if isinstance(key, str) else key
        stored = getattr(schema, name).all() if schema.pk else ()
        existing = {tuple(getattr(one, each) for each in names): one.pk for one in stored}
        lines = lines_of(name, rows, existing, key=lambda row: tuple(row[each] for each in names))
        formset = form(lines.data, instance=schema, prefix=name)
        require_valid_rows(formset, lines.order, below=f"/{name}")
        return formset

    def _target(self, schema: Schema, name: str) -> int | str:
        found = Schema.objects.filter(sandbox=schema.sandbox_id, name=name.replace("\x00", "")).first()
        return found.pk if found else ""


def _custom_field(row: CustomField) -> CustomFieldDocument:
    return CustomFieldDocument(
        path=row.path,
        type=row.type,
        title=row.title,
        friendly_name=row.friendly_name,
        choices=[line.strip() for line in row.choices.splitlines() if line.strip()],
        required=row.required,
        namespace=row.namespace,
        primary=row.primary,
    )


def _custom_rows(document: SchemaDocument) -> list[dict[str, Any]]:
    return [{**row, "choices": "\n".join(row["choices"])} for row in _plain(document.custom_fields)]


def _plain(documents: Sequence[Document]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json") for one in documents]
