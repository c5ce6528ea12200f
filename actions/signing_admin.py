"""A secret for signatures that we make ourselves: shown once, as keys of inlets are."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from journeyorch.access.changeable import changeable
from journeyorch.outbound.signing_anew import sign_anew


class SigningAdmin(admin.ModelAdmin):
    """For pages of rows with ``url`` and ``signing``; ``make_secret`` is one of their read-only fields."""

    @admin.display(description=_("new secret"))
    def make_secret(self, row: Any) -> SafeString | str:
        if not row.pk:
            return str(_("Save first; then one can be made here."))
        url = reverse(f"admin:{self._secret_url_name()}", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, _("Make a signing secret"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.new_secret_view)
        return [path("<int:row_id>/new-secret/", view, name=self._secret_url_name()), *super().get_urls()]

    def _secret_url_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_new_secret"

    def new_secret_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Make a secret, use it from now on, and show it: in this one answer, and never again."""
        row = changeable(self, request, row_id)
        made = ""
        if request.method == "POST":
            made = sign_anew(row)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("New signing secret"),
            "opts": self.opts,
            "original": row,
            "made": made,
            "is_signed": bool(row.signing),
        }
        return TemplateResponse(request, "admin/new_signing_secret.html", context)
