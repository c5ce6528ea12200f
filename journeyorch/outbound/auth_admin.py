"""Admin pages of what has an authentication: a button that tries it by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from journeyorch.access.changeable import changeable
from journeyorch.outbound.auth_testing import can_be_tried, try_authentication
from journeyorch.outbound.forms import ValuesForm
from journeyorch.outbound.trial_page import trial_page
from journeyorch.outbound.trials import Trial


class AuthTestMixin(admin.ModelAdmin):
    """For admin pages of rows with ``url`` and ``auth``; ``auth_test`` is one of their read-only fields."""

    @admin.display(description=_("test"))
    def auth_test(self, row: Any) -> SafeString | str:
        if not row.pk:
            return str(_("Save first."))
        if not can_be_tried(row.auth):
            return str(_("There is nothing to try before a call is made."))
        url = reverse(f"admin:{self._test_url_name()}", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, _("Test the authentication"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.auth_test_view)
        return [path("<int:row_id>/test-auth/", view, name=self._test_url_name()), *super().get_urls()]

    def _test_url_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_test_auth"

    def auth_test_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Fetch a token, or connect, and show what became of it."""
        row = changeable(self, request, row_id)
        tried = request.method == "POST" and can_be_tried(row.auth)
        trial = Trial(try_authentication(row.auth, row.url)) if tried else None
        title = _("Test the authentication of %(name)s") % {"name": row}
        return trial_page(self, request, row, title=title, form=ValuesForm([]), trial=trial)
