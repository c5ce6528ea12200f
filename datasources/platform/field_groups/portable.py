"""The portable form of a field group of the built-in source."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from datasources.platform.field_groups.forms import ProfileFieldGroupForm
from datasources.platform.field_groups.models import ProfileFieldGroup
from datasources.platform.profiles.fields import feeding_schemas, place_of, placed_fields
from datasources.platform.schemas.tree import is_within
from journeyorch.portable.forms import FormKind
from journeyorch.portable.kind import Document, portable


class ProfileFieldGroupDocument(Document):
    """``fields``: dotted paths, those of events below ``experienceevent``; none: all."""

    name: str
    description: str = ""
    fields: list[str] = []


@portable
class ProfileFieldGroups(FormKind):
    name = "profile_field_groups"
    title = _("Profile field groups")
    model = ProfileFieldGroup
    form = ProfileFieldGroupDocument
    form_class = ProfileFieldGroupForm
    used_as = "profile_field_group"

    def refers(self, row: Any) -> Iterator[Model]:
        """The schemas that have the fields, or something around them: choices in a schema may hold more."""
        for schema in feeding_schemas(row.sandbox_id):
            paths = {field.path for field in placed_fields(place_of(schema), schema.document)}
            if not row.fields or _meet(paths, row.fields):
                yield schema


def _meet(paths: Collection[str], chosen: Collection[str]) -> bool:
    return any(is_within(path, chosen) for path in paths) or any(is_within(path, paths) for path in chosen)
