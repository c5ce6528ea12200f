"""Users and sandboxes in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Sandbox, User
from journeyorch.access.sandboxes import sandboxes_of


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Django's own page, with the sandboxes that the user may enter."""

    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), (_("Sandboxes"), {"fields": ("sandboxes",)}))
    filter_horizontal = ("groups", "user_permissions", "sandboxes")


@admin.register(Sandbox)
class SandboxAdmin(admin.ModelAdmin):
    """Sandboxes are made and renamed here; their deletion would take everything in them along."""

    list_display = ("name", "title", "kind", "time_zone")
    filter_horizontal = ("groups",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sandbox]:
        return sandboxes_of(request)

    def save_model(self, request: HttpRequest, obj: Sandbox, form: Any, change: bool) -> None:
        """Never the generation that the form was opened with: one that repeats would hide a change."""
        with transaction.atomic():
            if change:
                obj.save(update_fields=form.changed_data)
                obj.configuration_changed()
            else:
                obj.save()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Everybody may look at the sandboxes that they may enter: other pages link to them."""
        return super().has_view_permission(request, obj) or sandboxes_of(request).exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Sandbox | None = None) -> tuple[str, ...]:
        """The name is in addresses and headers that others use (events.md, Sandboxes)."""
        return ("name",) if obj else ()
