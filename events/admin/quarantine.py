"""Events that could not be handled: why, and another try."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, cast

import orjson
from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.admin.received import CappedPaginator
from events.models import Quarantined
from events.quarantine import correct, replay
from events.replaying import begin_replay
from journeyorch.access.models import Sandbox, User
from journeyorch.access.people_admin import AboutPeople
from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.background.admin import task_url
from journeyorch.strict_json import NotStrictJson, parse
from journeyorch.telling import told


class QuarantinedForm(forms.ModelForm):
    """The message of a quarantined event, to be put right."""

    body = forms.CharField(label=_("Body"), widget=forms.Textarea(attrs={"rows": 20, "class": "code"}))
    try_again = forms.BooleanField(
        label=_("Try it again when it is saved"), label_suffix="", required=False, initial=True
    )

    class Meta:
        model = Quarantined
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "body" in self.fields:
            self.fields["body"].initial = _readable(self.instance.received_event.body)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        try:
            parse(body.encode("utf-8", "surrogatepass"))
        except NotStrictJson as error:
            raise forms.ValidationError(told(error)) from None
        # What nobody has changed stays as it came.
        came: str = self.instance.received_event.body
        return came if body.split() == _readable(came).split() else body


def _readable(body: str) -> str:
    """With a line for each value."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except (orjson.JSONDecodeError, TypeError):
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
    list_display = ("number", "at", "code", "reason", "sandbox")
    list_filter = ("code",)
    readonly_fields = ("number", "at", "code", "reason", "sandbox")
    fields = (*readonly_fields, "body", "try_again")
    ordering = ("-received_event_id",)
    actions = ("replay_chosen",)

    @admin.display(description=_("received event"), ordering="received_event_id")
    def number(self, one: Quarantined) -> int:
        return one.received_event_id

    @admin.display(description=_("message"), ordering="message")
    def reason(self, one: Quarantined) -> str:
        """Why it could not be handled."""
        return told(one.message)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Quarantined, form: Any, change: bool) -> None:
        correct(obj, form.cleaned_data["body"])
        if form.cleaned_data["try_again"]:
            replay([obj])

    def response_change(self, request: HttpRequest, obj: Quarantined) -> HttpResponse:
        """To the list: what is tried again has no page of its own any more."""
        if request.POST.get("try_again"):
            self.message_user(request, _("It was saved, and is tried again."), messages.SUCCESS)
        else:
            self.message_user(request, _("It was saved."), messages.SUCCESS)
        return self.response_post_save_change(request, obj)

    @admin.action(description=_("Try the chosen events again"), permissions=["change"])
    def replay_chosen(self, request: HttpRequest, queryset: QuerySet[Quarantined]) -> HttpResponse | None:
        if request.POST.get("select_across") == "1":
            return self._replay_all(request, queryset)
        count = replay(queryset)
        text = ngettext("%d event is tried again.", "%d events are tried again.", count) % count
        self.message_user(request, text, messages.SUCCESS)
        return None

    def _replay_all(self, request: HttpRequest, chosen: QuerySet[Quarantined]) -> HttpResponse:
        """Those of all pages of the list, which may be more than a request has time for."""
        codes: dict[int, set[str]] = defaultdict(set)
        for sandbox, code in chosen.order_by().values_list("sandbox", "code").distinct():
            codes[sandbox].add(code)
        sandboxes = Sandbox.objects.filter(pk__in=codes).order_by("pk")
        by = cast(User, request.user)
        tasks = [begin_replay(sandbox, codes[sandbox.pk], by=by) for sandbox in sandboxes]
        return HttpResponseRedirect(task_url(tasks[0]))
