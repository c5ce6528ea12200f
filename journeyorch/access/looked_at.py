"""Admin pages of rows that the product writes: people look at them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class LookedAt:
    """For the left of a ``ModelAdmin``: nobody adds, changes or deletes here, whatever else they may."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def fills_itself(page: admin.ModelAdmin[Any]) -> bool:
    """Whether the product writes the rows of a list, and nobody adds any."""
    return type(page).has_add_permission is not admin.ModelAdmin.has_add_permission
