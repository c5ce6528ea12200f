"""A sandbox's own namespaces; the standard ones need no rows."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from datasources.platform.namespaces.models import Namespace
from datasources.platform.namespaces.standard import STANDARD
from journeyorch.access.scoped_admin import SandboxScopedAdmin

_CODE = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)


class NamespaceForm(forms.ModelForm):
    """A custom namespace; its code is a key of ``identityMap``."""

    class Meta:
        model = Namespace
        fields = ("sandbox", "code", "name", "kind")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not _CODE.fullmatch(code):
            raise forms.ValidationError(_("Use letters, digits, hyphens and underscores."))
        if code in STANDARD:
            raise forms.ValidationError(
                _("This is a standard namespace. It exists in every sandbox already.")
            )
        return code


@admin.register(Namespace)
class NamespaceAdmin(SandboxScopedAdmin):
    help_topic = "namespaces"
    introduction = _(
        "A namespace is a kind of identity, such as the customer numbers of your shop. "
        "Standard ones (Email, Phone, ECID, CRMID …) exist already and are not listed."
    )
    form = NamespaceForm
    list_display = ("code", "name", "kind", "sandbox")
    list_filter = ("kind",)
    search_fields = ("code", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Identities are stored under the code.
        return ("sandbox", "code") if obj else ()
