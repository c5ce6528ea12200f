"""Pages on which business users write and try out templates, and on which deliveries are looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from actions.messages.forms import TemplateForm, VariantForm, VariantFormSet, variant_form
from actions.messages.reasons import REASONS
from actions.messages.render import PARTS
from actions.messages.trying import FRAMED, FRAMING, mail_of, tried
from actions.models import Delivery, Feedback, MessageTemplate, TemplateVariant
from journeyorch.access.changeable import changeable
from journeyorch.access.looked_at import LookedAt
from journeyorch.access.people_admin import AboutPeople
from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.access.used_admin import UsedAdmin


class VariantInline(admin.StackedInline):
    """The template's words in other languages; its kind must be saved first."""

    model = TemplateVariant
    extra = 0
    form, formset = VariantForm, VariantFormSet
    classes = ("collapse",)

    def get_formset(self, request: HttpRequest, obj: MessageTemplate | None = None, **kwargs: Any) -> Any:
        form = variant_form(obj.kind) if obj else VariantForm
        return super().get_formset(request, obj, **{**kwargs, "form": form, "fields": None})

    def get_fields(self, request: HttpRequest, obj: MessageTemplate | None = None) -> Any:
        return ("language", *(PARTS[obj.kind] if obj else ()))

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever may change templates may change their variants."""
        return request.user.has_perm("actions.change_messagetemplate")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("actions.view_messagetemplate") or self.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_permission(request)


@admin.register(MessageTemplate)
class MessageTemplateAdmin(UsedAdmin):
    help_topic = "templates"
    introduction = _(
        "A template holds the words of an email, an SMS or a push message. Write {{ profile.… }} where "
        "something about the person belongs, and {{ name }} for a parameter whose value the journey gives."
    )
    used_as = "template"
    form = TemplateForm
    inlines = (VariantInline,)
    # A template is duplicated by saving it under another name.
    save_as = True
    list_display = ("name", "kind", "sandbox", "updated_at", "preview_link")
    list_filter = ("kind",)
    search_fields = ("name",)
    readonly_fields = ("used", "preview_link")
    fieldsets = (
        (None, {"fields": ("sandbox", "name", "kind", "transactional", "used", "preview_link")}),
        (_("Words"), {"fields": ("subject", "html", "text", "title", "body", "image", "link", "data")}),
        (_("Personalization"), {"fields": ("parameters",)}),
    )

    def get_inlines(self, request: HttpRequest, obj: MessageTemplate | None) -> Any:
        return self.inlines if obj else ()

    @admin.display(description=_("preview"))
    def preview_link(self, row: MessageTemplate) -> SafeString | str:
        if not row.pk:
            return str(_("Save first."))
        url = reverse("admin:actions_messagetemplate_preview", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, _("Preview and test"))

    def get_urls(self) -> list[URLPattern]:
        page, mail = self.admin_site.admin_view(self.preview_view), self.admin_site.admin_view(self.mail_view)
        return [
            path("<int:template_id>/preview/", page, name="actions_messagetemplate_preview"),
            path("<int:template_id>/preview/mail/", mail, name="actions_messagetemplate_mail"),
            *super().get_urls(),
        ]

    @method_decorator(FRAMING)
    def preview_view(self, request: HttpRequest, template_id: int) -> HttpResponse:
        """Show the message for samples or a test profile (in the query), and send it as a test (by POST)."""
        template = changeable(self, request, template_id)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Preview: %(name)s") % {"name": template},
            "opts": self.model._meta,
            "original": template,
            **tried(request, template),
        }
        return TemplateResponse(request, "admin/message_preview.html", context)

    @method_decorator(FRAMED)
    def mail_view(self, request: HttpRequest, template_id: int) -> HttpResponse:
        """The HTML of a previewed email, for the frame on the preview's page."""
        return mail_of(request, changeable(self, request, template_id))


def _news(feedback: Feedback) -> str:
    at = date_format(timezone.localtime(feedback.at), "DATETIME_FORMAT")
    return " – ".join(part for part in (at, feedback.get_kind_display(), feedback.detail) if part)


@admin.register(Delivery)
class DeliveryAdmin(AboutPeople, LookedAt, SandboxScopedAdmin):
    """What was sent, to look at: deliveries are written by the engine only."""

    help_topic = "deliveries"
    introduction = _(
        "Every message that journeys were to send, newest first, with what became of it; also those that "
        "were held back, with the reason."
    )

    list_display = ("created_at", "kind", "address", "status", "message_template", "why")
    list_filter = ("status", "kind")
    # Exact, because there are millions.
    search_fields = ("=address", "=message_id")
    list_select_related = ("template",)
    ordering = ("-pk",)
    show_full_result_count = False
    fields = readonly_fields = (
        *("number", "sandbox", "kind", "message_template", "sent_by", "profile", "address", "status"),
        *("why", "code", "detail"),
        *("created_at", "updated_at", "history"),
    )

    @admin.display(description=_("template"), ordering="template")
    def message_template(self, row: Delivery) -> str:
        return str(row.template or "–")

    @admin.display(description=_("channel"))
    def sent_by(self, row: Delivery) -> str:
        return str(row.channel or "–")

    @admin.display(description=_("message"))
    def number(self, row: Delivery) -> str:
        return str(row.message_id)

    @admin.display(description=_("why"))
    def why(self, row: Delivery) -> str:
        """Why it was held back or did not arrive; what the provider said of a code that only it knows."""
        return str(REASONS.get(row.code) or row.detail or row.code or "–")

    @admin.display(description=_("what became of it"))
    def history(self, row: Delivery) -> SafeString | str:
        """Everything that was recorded of the message, in its order."""
        told = Feedback.objects.history_of(row.message_id)
        lines = format_html_join("", "<li>{}</li>", ((_news(one),) for one in told))
        return format_html("<ol>{}</ol>", lines) if lines else str(_("Nothing is known of it."))
