"""Admin pages of what belongs to no sandbox; what is done on them goes into the audit log."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from journeyorch.access import audit
from journeyorch.access.deleting import without_inner_rows
from journeyorch.access.looked_at import fills_itself

# Fields whose values are nobody's business, not even their form.
_HIDDEN = ("password", "password1", "password2")


class AuditedAdmin(admin.ModelAdmin):
    """``introduction`` says on the list what the things are; ``help_topic`` has more (helping.py)."""

    introduction: Any = ""
    help_topic = ""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "introduction": self.introduction,
            "help_topic": self.help_topic,
            "fills_itself": fills_itself(self),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            audit.record("created", obj)
        elif form.changed_data:
            audit.record("changed", obj, changes=audit.shown(changes_of(form)))

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        audit.record("deleted", obj)
        super().delete_model(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return without_inner_rows(super().get_deleted_objects(objs, request))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without the deletion of many, which goes past the audit log."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


def changes_of(form: Any) -> dict[str, list[Any]]:
    """What the form was opened with, and what it was sent with."""
    return {
        name: [_listed(form.initial.get(name)), _listed(form.cleaned_data.get(name))]
        for name in form.changed_data
        if name not in _HIDDEN
    }


def _listed(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, QuerySet | list) else value
