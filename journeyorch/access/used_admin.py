"""Admin pages of what journeys use: they say where, and delete nothing while it lasts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.renaming import follow_form
from journeyorch.usage import Use, used_in


class UsedAdmin(SandboxScopedAdmin):
    """Base of admin pages; ``used_as`` is the kind under which users are registered."""

    used_as: str = ""  # empty: the page finds users in its own way

    def uses(self, obj: Model) -> list[Use]:
        """Everything that keeps a saved object from being deleted."""
        return used_in(self.used_as, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """In the admin's own transaction: who refers to it by name follows, or nothing is changed."""
        super().save_model(request, obj, form, change)
        if change:
            follow_form(self.used_as, form)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """What can only be told of something that is saved has no place on the page of a new one."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None:
            return fieldsets
        told = frozenset(self.get_readonly_fields(request, obj))
        asked = [
            (title, {**about, "fields": [each for each in about["fields"] if each not in told]})
            for title, about in fieldsets
        ]
        return [(title, about) for title, about in asked if about["fields"]]

    @admin.display(description=_("used in"))
    def used(self, obj: Model) -> SafeString | str:
        found = self.uses(obj) if obj.pk else []
        return format_html_join(", ", "{}", ((_as_link(use),) for use in found)) or str(_("nowhere"))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Uses count as protected: the page of deletion lists them and has no button (technical.md)."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        uses = (use for obj in objs for use in self.uses(obj))
        return deleted, counts, missing, [*protected, *map(_as_link, uses)]


def _as_link(use: Use) -> SafeString | str:
    return format_html('<a href="{}">{}</a>', use.url, use.label) if use.url else use.label
