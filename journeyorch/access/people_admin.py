"""Admin pages that show personal data."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest

from journeyorch.access.people import READ_PEOPLE


class AboutPeople(ModelAdmin):
    """Mixed into admin pages that show personal data: closed to whoever may not read people.

    Django's own log keeps for ever what a thing is called, which may be somebody's address; the audit log
    tells of it without (``audit_label``), and outlives the erasure of the person.
    """

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(READ_PEOPLE) and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(READ_PEOPLE) and super().has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(READ_PEOPLE) and super().has_change_permission(request, obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None
