"""Inlets and their keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from datasources.models import Dataset, Schema
from events.admin.mapping import MappingPages
from events.admin.receiving import ReceivingPages
from events.admin.starting import StartPages
from events.ingest.origins import origin_of
from events.inlets import NewKey, create_key, new_inlet_key, rotate_key
from events.models import Inlet, InletToken
from journeyorch.access.changeable import changeable
from journeyorch.access.sandboxes import worked_in
from journeyorch.access.scoped_admin import SandboxScopedAdmin


class OriginsField(forms.CharField):
    """Origins of web pages, one a line."""

    widget = forms.Textarea(
        {"rows": 3, "spellcheck": "false", "class": "code", "placeholder": "https://shop.example"}
    )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]
        found = {line: origin_of(line) for line in lines}
        if bad := [line for line, origin in found.items() if origin is None]:
            message = _("“%(line)s” is no origin. Write https:// and the host, as in https://shop.example.")
            raise forms.ValidationError(message, params={"line": bad[0]})
        return list(dict.fromkeys(found.values()))


class InletForm(forms.ModelForm):
    """An inlet; its schema is one of its sandbox's."""

    allowed_origins = OriginsField(
        label=_("Web pages that may send"),
        required=False,
        help_text=_(
            "Origins of web pages whose scripts may send here and read the answer, one a line. Empty: only "
            "systems that are no browsers can read it."
        ),
    )

    class Meta:
        model = Inlet
        fields = (
            *("sandbox", "name", "description", "mode", "schema", "profile_schema", "dataset"),
            *("rate_limit", "allowed_origins", "organization", "enabled"),
        )
        widgets = {"description": forms.Textarea({"rows": 2})}
        help_texts = {
            "name": _("What sends here, for example: Beacons of the hotel."),
            "mode": _(
                "Authenticated: the sender shows a key. Unauthenticated: everybody may send, up to a "
                "limit, but only the configured events; for web pages and apps, which cannot keep a secret."
            ),
            "enabled": _("A disabled inlet refuses everything."),
        }

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        schema, sandbox = data.get("schema"), data.get("sandbox") or getattr(self.instance, "sandbox", None)
        for name in ("schema", "profile_schema"):
            if (chosen := data.get(name)) and sandbox and chosen.sandbox_id != sandbox.pk:
                self.add_error(name, _("This schema belongs to another sandbox. Choose one of this sandbox."))
        people = data.get("profile_schema")
        if people and people.kind != Schema.Kind.PROFILE:
            self.add_error("profile_schema", _("This schema does not describe people. Choose one that does."))
        dataset = data.get("dataset")
        if dataset and dataset.schema_id != getattr(schema, "pk", None):
            self.add_error("dataset", _("This dataset is of another schema. Choose one of the schema above."))
        return data


class KeyForm(forms.Form):
    """What kind of key to make."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=InletToken.Kind.choices,
        initial=InletToken.Kind.BEARER,
        help_text=_(
            "Bearer key: the sender shows it with every request. Signing secret: the sender signs every "
            "request with it and never shows it. Client: the sender gets access tokens of an hour for it."
        ),
    )
    expires_at = forms.SplitDateTimeField(
        label=_("Expires"),
        required=False,
        widget=AdminSplitDateTime,
        help_text=_("Leave it empty for a key that is valid until you delete it. Times are in UTC."),
    )
    rotate = forms.BooleanField(
        label=_("Older keys expire in 24 hours"),
        label_suffix="",
        required=False,
        help_text=_("Gives the sender a day to change over to the new key."),
    )

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data["expires_at"]
        if expires_at and expires_at <= timezone.now():
            raise forms.ValidationError(_("This is over already. Choose a time to come."))
        return expires_at


class TokenInline(admin.TabularInline):
    """The keys of an inlet: when they end, and revoking them by deleting."""

    model = InletToken
    fields = ("kind", "hint", "created_at", "expires_at")
    readonly_fields = ("kind", "hint", "created_at")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Inlet)
class InletAdmin(StartPages, MappingPages, ReceivingPages, SandboxScopedAdmin):
    help_topic = "inlets"
    introduction = _(
        "An inlet is the address to which one of your systems sends its events. "
        "Save it, then make a key for the sender."
    )
    form = InletForm
    inlines = (TokenInline,)
    list_display = ("name", "sandbox", "mode", "enabled", "schema")
    list_filter = ("mode", "enabled")
    search_fields = ("name", "description", "key")
    readonly_fields = ("key", "address", "key_link", "mapping_link", "receiving_link")
    fields = (
        "sandbox",
        "name",
        "description",
        "mode",
        "schema",
        "profile_schema",
        "dataset",
        "mapping_link",
        "rate_limit",
        "allowed_origins",
        "organization",
        "enabled",
        "key",
        "address",
        "key_link",
        "receiving_link",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Inlet | None = None) -> tuple[str, ...]:
        # An inlet that moved would take its keys along into another world.
        return (*self.readonly_fields, "sandbox") if obj else self.readonly_fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Schema:
            kwargs["queryset"] = Schema.objects.filter(sandbox__in=worked_in(request))
        if db_field.related_model is Dataset:
            kwargs["queryset"] = Dataset.objects.filter(sandbox__in=worked_in(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Inlet, form: Any, change: bool) -> None:
        obj.key = obj.key or new_inlet_key()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("Addresses"))
    def address(self, obj: Inlet) -> SafeString | str:
        if not obj.key:
            return str(_("Save the inlet first."))
        rows = (
            (_("one event"), "collection"),
            (_("several"), "collection-batch"),
            (_("plain JSON"), "json-batch"),
        )
        paths = ((reverse(name, args=[obj.key]), label) for label, name in rows)
        return format_html_join("", "<div><code>POST {}</code> {}</div>", paths)

    @admin.display(description=_("Keys"))
    def key_link(self, obj: Inlet) -> SafeString | str:
        if not obj.pk:
            return str(_("Save the inlet first."))
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:events_inlet_new_key", args=[obj.pk]), _("Make a key")
        )

    def get_urls(self) -> list[URLPattern]:
        view = never_cache(self.admin_site.admin_view(self.new_key))
        return [path("<int:pk>/new-key/", view, name="events_inlet_new_key"), *super().get_urls()]

    def new_key(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a key and show it: in this one answer, and never again."""
        inlet = changeable(self, request, pk)
        form = KeyForm(request.POST if request.method == "POST" else None)
        made = None
        if request.method == "POST" and form.is_valid():
            made = _make_key(inlet, form)
        context = {
            **self.admin_site.each_context(request),
            "title": _("New key"),
            "opts": self.opts,
            "original": inlet,
            "form": form,
            "made": made,
            "kind": form.cleaned_data["kind"] if made else "",
            "token_address": request.build_absolute_uri(reverse("access-token")),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "events/new_key.html", context)


def _make_key(inlet: Inlet, form: KeyForm) -> NewKey:
    given = {name: form.cleaned_data[name] for name in ("kind", "expires_at")}
    if form.cleaned_data["rotate"]:
        return rotate_key(inlet, now=timezone.now(), **given)
    return create_key(inlet, **given)
