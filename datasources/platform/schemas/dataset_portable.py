"""The portable form of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from datasources.platform.schemas.dataset_admin import DatasetForm
from datasources.platform.schemas.models import Dataset, Schema
from journeyorch.access.models import Sandbox
from journeyorch.portable.forms import FormKind, id_of, named
from journeyorch.portable.kind import Document, portable


class DatasetDocument(Document):
    """``key``: what senders name it by. ``schema``: by its name."""

    key: str
    name: str
    schema_: str = Field(alias="schema")
    feeds_profiles: bool = True


@portable
class Datasets(FormKind):
    """Without the one that comes with each schema."""

    name = "datasets"
    title = _("Datasets")
    model = Dataset
    form = DatasetDocument
    form_class = DatasetForm
    key = "key"
    # What was received under it stays where it was put.
    fixed = ("key", "schema_")

    def rows(self, sandbox: Sandbox) -> QuerySet[Any]:
        return super().rows(sandbox).filter(is_default=False)

    def unlike(self, row: Any) -> dict[str, Any]:
        return {"schema_": row.schema.name}

    def data(self, sandbox: Sandbox, document: DatasetDocument) -> dict[str, Any]:
        schema = named(Schema, sandbox, document.schema_, at="schema")
        return {**super().data(sandbox, document), "schema": id_of(schema)}

    def refers(self, row: Any) -> Iterator[Model]:
        yield row.schema
