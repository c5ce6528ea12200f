"""The page on which technical users set up channels, and try them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from actions.channels import providers
from actions.channels.trial import try_channel
from actions.contact.admin import RULES_FIELDSET
from actions.messages.forms import ADDRESS_HELP, ChannelForm, field_name
from actions.models import Channel
from actions.tracking.callback_links import callback_url
from actions.tracking.webhooks import told_of
from journeyorch.access.changeable import changeable
from journeyorch.access.used_admin import UsedAdmin
from journeyorch.outbound.forms import ValuesForm
from journeyorch.outbound.trial_page import trial_page
from journeyorch.telling import told

_ADDRESS = "address"


def _provider_fieldsets() -> list[tuple[Any, Any]]:
    return [
        (_(cls.title), {"fields": [field_name(name, field) for field in cls.model_fields]})
        for name, cls in providers().items()
    ]


@admin.register(Channel)
class ChannelAdmin(UsedAdmin):
    help_topic = "channels"
    introduction = _(
        "A channel is how messages of one kind leave: your SMTP server for email, or a provider for SMS and "
        "push. Journeys send templates through channels."
    )
    used_as = "channel"
    form = ChannelForm
    list_display = ("name", "kind", "sent_by", "sandbox", "test_link")
    list_filter = ("kind",)
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("sandbox", "name", "kind", "provider", "used", "test_link")}),
        *_provider_fieldsets(),
        (
            _("Tracking"),
            {
                "fields": ("track_opens", "track_clicks", "callback_address", "callbacks"),
                "description": _("By a picture and by links that lead through this installation."),
            },
        ),
        RULES_FIELDSET,
        (_("Repetitions"), {"fields": ("on_unknown",)}),
    )
    readonly_fields = ("used", "test_link", "callback_address", "callbacks")

    @admin.display(description=_("provider"), ordering="provider")
    def sent_by(self, row: Channel) -> str:
        cls = providers().get(row.provider)
        return told(cls.title) if cls else row.provider

    @admin.display(description=_("test"))
    def test_link(self, row: Channel) -> SafeString:
        url = reverse("admin:actions_channel_test", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, _("Send a test message"))

    @admin.display(description=_("address for webhooks"))
    def callback_address(self, row: Channel) -> str:
        """Where the provider's own pages are told to send what becomes of messages."""
        cls = providers().get(row.provider)
        if cls is None or not cls.calls_back():
            return str(_("This provider tells nothing."))
        return callback_url(row.pk) or str(_("The operator must set PUBLIC_URL first."))

    @admin.display(description=_("what came there"))
    def callbacks(self, row: Channel) -> str:
        return " ".join(told_of(row.pk))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_view)
        return [path("<int:channel_id>/test/", view, name="actions_channel_test"), *super().get_urls()]

    def test_view(self, request: HttpRequest, channel_id: int) -> HttpResponse:
        """Ask for an address, really send a short message there, show how it ended."""
        row = changeable(self, request, channel_id)
        label = _("Address: %(help)s") % {"help": ADDRESS_HELP[row.kind]}
        form = ValuesForm([(_ADDRESS, str(label))], request.POST if request.method == "POST" else None)
        trial = None
        if form.is_valid():
            address = str(form.values().get(_ADDRESS) or "")
            trial = try_channel(row, address, now=timezone.now())
        title = _("Send a test message: %(name)s") % {"name": row}
        return trial_page(self, request, row, title=title, form=form, trial=trial)
