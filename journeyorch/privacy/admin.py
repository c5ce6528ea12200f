"""The list of erasures: who had somebody erased, and when."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from journeyorch.access.looked_at import LookedAt
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.privacy.models import Erasure
from journeyorch.privacy.work import Erase


@admin.register(Erasure)
class ErasureAdmin(LookedAt, SandboxScopedAdmin):
    """Found by an identity, whose hash is compared: the record itself names nobody."""

    help_topic = "erasures"
    introduction = _("That somebody was erased, by whom and when. Whom, is kept as a keyed hash alone.")
    list_display = ("__str__", "begun_at", "finished_at", "by_name", "sandbox")
    ordering = ("-pk",)
    list_per_page = 50
    fields = ("sandbox", "begun_at", "finished_at", "by_name", "digests", "rows")
    search_fields = ("pk",)
    search_help_text = _("A whole identity, such as CRMID:4711: was this person erased?")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Erasure], search_term: str
    ) -> tuple[QuerySet[Erasure], bool]:
        namespace, colon, value = search_term.strip().partition(":")
        if not colon:
            return (queryset if not search_term.strip() else queryset.none()), False
        sandbox = sandbox_of(request)
        return queryset & Erasure.objects.of_identity(sandbox.pk, (namespace, value)), False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(Erase.permission))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)
