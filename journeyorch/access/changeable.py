"""The row of an admin page of our own, for somebody who may change it."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest


def changeable(page: ModelAdmin, request: HttpRequest, key: int) -> Any:
    """Raises ``Http404`` for a row that is not there, ``PermissionDenied`` for who may not change it."""
    row = page.get_object(request, str(key))
    if row is None:
        raise Http404
    if not page.has_change_permission(request, row):
        raise PermissionDenied
    return row
