"""Events that could not be handled: why, and another try."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.admin.received import CappedPaginator
from events.models import Quarantined
from events.quarantine import correct, replay
from journeyorch.access.people_admin import AboutPeople
from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.strict_json import NotStrictJson, parse


class QuarantinedForm(forms.ModelForm):
    """The message of a quarantined event, to be put right."""

    body = forms.CharField(label=_("Message"), widget=forms.Textarea(attrs={"rows": 20}))

    class Meta:
        model = Quarantined
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "body" in self.fields:
            self.fields["body"].initial = self.instance.received_event.body

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        try:
            parse(body.encode("utf-8", "surrogatepass"))
        except NotStrictJson as error:
            raise forms.ValidationError(str(error)) from None
        return body


@admin.register(Quarantined)
class QuarantinedAdmin(AboutPeople, SandboxScopedAdmin):
    help_topic = "quarantine"
    introduction = _(
        "Received events that could not be handled, with the reason. Correct the message, or what is wrong "
        "with the event's configuration, and try them again."
    )
    form = QuarantinedForm
    paginator = CappedPaginator
    show_full_result_count = False
    list_display = ("received_event_id", "at", "code", "message", "sandbox")
    list_filter = ("code",)
    readonly_fields = ("received_event_id", "at", "code", "message", "sandbox")
    fields = (*readonly_fields, "body")
    ordering = ("-received_event_id",)
    actions = ("replay_chosen",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Quarantined, form: Any, change: bool) -> None:
        correct(obj, form.cleaned_data["body"])

    @admin.action(description=_("Try the chosen events again"), permissions=["change"])
    def replay_chosen(self, request: HttpRequest, queryset: QuerySet[Quarantined]) -> None:
        count = replay(queryset)
        text = ngettext("%d event is tried again.", "%d events are tried again.", count) % count
        self.message_user(request, text, messages.SUCCESS)
