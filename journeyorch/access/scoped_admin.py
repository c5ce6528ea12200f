"""Admin pages of what belongs to a sandbox: people see and fill only the sandboxes they may enter."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from journeyorch.access.models import Sandbox


def sandboxes_of(request: HttpRequest) -> QuerySet[Sandbox]:
    """The sandboxes that the request's user may enter; a superuser enters all."""
    if request.user.is_superuser:
        return Sandbox.objects.all()
    return request.user.sandboxes.all()  # type: ignore[union-attr]


class SandboxScopedAdmin(admin.ModelAdmin):
    """Base of admin pages; ``sandbox_path`` leads from the model to its sandbox."""

    sandbox_path = "sandbox"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(**{f"{self.sandbox_path}__in": sandboxes_of(request)})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        if db_field.related_model is Sandbox:
            kwargs["queryset"] = sandboxes_of(request)
            kwargs.setdefault("initial", sandboxes_of(request).order_by("pk").first())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without the deletion of many: it goes past the check of use and past the sandbox's generation."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
