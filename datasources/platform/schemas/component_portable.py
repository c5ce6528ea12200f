"""The portable form of an imported class, field group or data type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from datasources.platform.schemas.component_usage import schemas_of
from datasources.platform.schemas.composing import library_of
from datasources.platform.schemas.models import Component
from datasources.platform.schemas.xdm.files import Read
from datasources.platform.schemas.xdm.importing import import_files
from datasources.platform.schemas.xdm.planning import needed_by
from journeyorch.access.models import Sandbox, User
from journeyorch.api.flaws import Flaw
from journeyorch.portable.kind import Document, Kind, Unfit, portable
from journeyorch.usage import Use


class ComponentDocument(Document):
    """``document``: the XDM schema as it was published; ``uri``: its ``$id``."""

    uri: str = Field(min_length=1, max_length=300)
    document: dict[str, Any]


@portable
class Components(Kind):
    """Stored by the import of files, so that the rules are the same."""

    name = "components"
    title = _("Schema components")
    model = Component
    form = ComponentDocument
    key = "uri"

    def document(self, row: Any) -> ComponentDocument:
        return ComponentDocument(uri=row.uri, document=row.document)

    def save(self, sandbox: Sandbox, document: ComponentDocument, row: Any | None, *, by: User | None) -> Any:
        named = document.document.get("$id")
        if not isinstance(named, str) or named.rstrip("#") != document.uri:
            raise Unfit([Flaw("/document/$id", "It is not the uri.")])
        if row is not None and row.uri != document.uri:
            raise Unfit([Flaw("/uri", "This cannot be changed any more.")])
        if row is not None and row.document == document.document:
            return row
        plan = import_files(sandbox, [Read(document.uri, document.document)])
        if troubles := [trouble.why for trouble in (*plan.problems, *plan.conflicts)]:
            raise Unfit(Flaw("/document", why) for why in troubles)
        if not plan.parts:
            raise Unfit([Flaw("/document", "It is no class, field group or data type.")])
        return Component.objects.get(sandbox=sandbox, uri=document.uri)

    def refers(self, row: Any) -> Iterator[Model]:
        needed = needed_by({row.uri}, library_of(row.sandbox_id)) - {row.uri}
        yield from Component.objects.filter(sandbox=row.sandbox_id, uri__in=needed).order_by("pk")

    def uses(self, row: Any) -> list[Use]:
        return sorted(schemas_of(row))
