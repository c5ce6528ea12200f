"""The page "Start from a sample": paste JSON, look, make it (technical.md, Start from a sample)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from datasources.models import Schema
from datasources.platform.schemas.composing import CannotCompose
from events.mapping.proposing import Person, Proposed, fields_in, people_in, rows_for
from events.mapping.rules import Row
from events.mapping.starting import Started, start
from events.models import Event, Inlet
from journeyorch.access.models import Sandbox
from journeyorch.access.sandboxes import worked_in
from journeyorch.strict_json import NotStrictJson, parse
from journeyorch.telling import told

NEEDED = ("events.add_inlet", "events.add_event", "datasources.add_schema")


# Instead of a person, before there is a proposal.
_PROPOSED = "proposed"


class StartForm(forms.Form):
    """A sample, and what to call what is made of it."""

    sandbox = forms.ModelChoiceField(label=_("Sandbox"), queryset=Sandbox.objects.none())
    name = forms.RegexField(
        r"^[A-Za-z0-9_]{1,30}$",
        label=_("Name"),
        error_messages={"invalid": _("Use at most 30 letters, digits and underscores.")},
        help_text=_("Of schema, inlet and event, for example: Ordered."),
    )
    tenant = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9]{0,29}$",
        label=_("Tenant namespace"),
        initial="tenant",
        error_messages={"invalid": _("Use at most 30 letters and digits, a letter first.")},
        help_text=_("The fields stand under this name, with an underscore before it: _acme."),
    )
    body = forms.CharField(
        label=_("Sample"),
        max_length=200_000,
        widget=forms.Textarea({"rows": 12, "spellcheck": "false", "class": "code"}),
        help_text=_("What your system sends, as JSON: an object, or a list of objects."),
    )
    person = forms.ChoiceField(label=_("Whom it is about"), required=False)

    def __init__(self, data: Any, *, sandboxes: Any) -> None:
        super().__init__(data)
        self.fields["sandbox"].queryset = sandboxes  # type: ignore[attr-defined]
        self.initial["sandbox"] = sandboxes.first()
        self.initial["person"] = _PROPOSED
        self.sample: dict[str, Any] = {}
        self.proposed: list[Proposed] = []
        self.people: list[Person] = []
        self._read(str((data or {}).get("body", "")))
        options: dict[str, Any] = {key_of(each): f"{each.namespace}: {each.source}" for each in self.people}
        if self.proposed:
            options[""] = _("nobody yet")
        else:
            options[_PROPOSED] = _("what is proposed")
        self.fields["person"].choices = options.items()  # type: ignore[attr-defined]
        if self.is_bound and self.data.get("person") not in options:
            # Nothing was proposed yet, or for another sample: the likeliest.
            self.data = {**dict(self.data.items()), "person": next(iter(options))}

    def _read(self, body: str) -> None:
        """The first object of the sample, if it is one; ``clean_body`` says what is wrong."""
        try:
            value = parse(body.encode("utf-8", "surrogatepass"))
        except NotStrictJson:
            return
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, dict):
            self.sample, self.proposed = first, fields_in(first)
            self.people = people_in(self.proposed)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        try:
            parse(body.encode("utf-8", "surrogatepass"))
        except NotStrictJson as error:
            raise forms.ValidationError(told(error)) from None
        if not self.proposed:
            raise forms.ValidationError(_("This holds no object with values. Paste a message as it is sent."))
        return body

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        sandbox, name = data.get("sandbox"), data.get("name")
        for model in (Schema, Inlet, Event) if sandbox and name else ():
            if model.objects.filter(sandbox=sandbox, name=name).exists():
                message = _("There is one of this name: %(kind)s. Choose another name.")
                self.add_error("name", message % {"kind": model._meta.verbose_name})
                break
        return data

    def person_of(self) -> Person | None:
        """The chosen one, for a valid form."""
        chosen = self.cleaned_data["person"]
        return next((each for each in self.people if key_of(each) == chosen), None)

    def rows(self) -> list[Row]:
        """The mapping that a valid form makes."""
        given = self.cleaned_data
        return rows_for(
            self.proposed,
            self.sample,
            tenant=given["tenant"],
            event_type=given["name"],
            person=self.person_of(),
        )

    def make(self) -> Started:
        """All three, by a valid form. Raises ``CannotCompose``."""
        given = self.cleaned_data
        return start(
            given["sandbox"], given["name"], self.sample,
            tenant=given["tenant"], fields=self.proposed, person=self.person_of(),
        )  # fmt: skip


def key_of(person: Person) -> str:
    """How a choice of the form is named."""
    return f"{person.namespace} {person.source}"


class StartLink(admin.ModelAdmin):
    """Mixed into the admin of lists that lead to the page: events and inlets."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"may_start": request.user.has_perms(NEEDED), **(extra_context or {})}
        return super().changelist_view(request, context)


class StartPages(StartLink):
    """Mixed into the admin of inlets."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.start)
        return [path("start/", view, name="events_inlet_start"), *super().get_urls()]

    def start(self, request: HttpRequest) -> HttpResponse:
        """Propose; make it upon POST of ``_make``."""
        if not request.user.has_perms(NEEDED):
            raise PermissionDenied
        form = StartForm(request.POST or None, sandboxes=worked_in(request).order_by("pk"))
        valid = request.method == "POST" and form.is_valid()
        if valid and "_make" in request.POST and (made := self._make(request, form)):
            return made
        context = {
            **self.admin_site.each_context(request),
            "title": _("Start from a sample"),
            "opts": self.opts,
            "form": form,
            "fields": form.proposed if valid else (),
            "rows": form.rows() if valid else (),
        }
        return TemplateResponse(request, "events/start.html", context)

    def _make(self, request: HttpRequest, form: StartForm) -> HttpResponse | None:
        try:
            made = form.make()
        except CannotCompose as error:
            form.add_error("body", told(error))
            return None
        text = _("Schema, inlet and event were made, all named alike. Make a key for the sender.")
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:events_inlet_change", args=[made.inlet.pk]))
