"""API credentials: made and replaced here; the key is shown once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from journeyorch.access.admin.audited import AuditedAdmin
from journeyorch.access.credentials import new_key, replace_key
from journeyorch.access.models import Credential
from journeyorch.access.permission_table import PermissionTable, offered_permissions
from journeyorch.access.sandboxes import sandboxes_of


@admin.register(Credential)
class CredentialAdmin(AuditedAdmin):
    """Keys with which programs use the REST API."""

    help_topic = "credentials"
    introduction = _(
        "A key with which a program uses the API: for a user, with those of the user's permissions that it "
        "needs, in the sandboxes that you choose."
    )
    list_display = ("name", "user", "hint", "enabled", "expires_at", "last_used_at")
    list_filter = ("enabled",)
    search_fields = ("name", "user__username")
    fields = ("name", "user", "sandboxes", "scopes", "expires_at", "enabled")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "scopes":
            kwargs |= {"queryset": offered_permissions(), "widget": PermissionTable}
        if db_field.name == "sandboxes":
            kwargs |= {"queryset": sandboxes_of(request), "widget": forms.CheckboxSelectMultiple}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Credential, form: Any, change: bool) -> None:
        if not change:
            obj.key = new_key(obj, now=timezone.now())  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Credential, post_url_continue: Any = None
    ) -> HttpResponse:
        """Show the key: in this one answer, and never again."""
        return self._shown(request, obj, obj.key)  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        view = never_cache(self.admin_site.admin_view(self.replace_key))
        return [path("<int:pk>/new-key/", view, name="access_credential_new_key"), *super().get_urls()]

    def replace_key(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then give the credential another key; the one before works on for a day."""
        credential = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, credential):
            raise PermissionDenied
        key = None
        if request.method == "POST":
            key = replace_key(credential, now=timezone.now())
        return self._shown(request, credential, key)

    def _shown(self, request: HttpRequest, credential: Credential, key: str | None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Key of “%s”") % credential,
            "opts": self.opts,
            "original": credential,
            "made": key,
        }
        return TemplateResponse(request, "access/new_key.html", context)
