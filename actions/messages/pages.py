"""Business users' pages of message templates: list, words and their variants, preview and test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.forms import inlineformset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from actions.messages.forms import TemplateForm, VariantFormSet, variant_form
from actions.messages.trying import FRAMED, FRAMING, mail_of, tried
from actions.models import Kind, MessageTemplate, TemplateVariant
from journeyorch.lists.configured import ConfiguredList, ConfiguredPages
from journeyorch.lists.filters import Choices, Dates, Filter
from journeyorch.lists.listing import AGO, Column, Empty, RowAction


class TemplateList(ConfiguredList):
    name = help_topic = "templates"
    kind, model = "template", MessageTemplate
    title = _("Templates")
    search_label = _("Search by name")
    nothing = Empty(
        "mail",
        _("There is no template yet"),
        _(
            "A template holds the words of an email, an SMS or a push message, for everybody who is sent it. "
            "Business users write them; a technical user sets up the channel that sends them."
        ),
    )
    columns = (
        Column("name", _("Name"), "row.name", "lists/cells/name.html", ("name",)),
        Column("kind", _("Kind"), "row.get_kind_display", order=("kind", "name")),
        Column("languages", _("Other languages"), "known", is_number=True),
        Column("transactional", _("Transactional"), "row.transactional", "lists/cells/tick.html"),
        Column("updated", _("Changed"), "row.updated_at", AGO, ("updated_at",)),
        Column("created", _("Created"), "row.created_at", AGO, ("created_at",), shown=False),
    )

    @cached_property
    def filters(self) -> Sequence[Filter]:
        return (
            Choices("kind", _("Kind"), Kind.choices),
            Choices("transactional", _("Transactional"), [("True", _("Yes")), ("False", _("No"))]),
            Dates("updated", _("Changed"), field="updated_at"),
            Dates("created", _("Created"), field="created_at"),
        )

    def details(self, things: Sequence[Any]) -> Mapping[Any, Any]:
        """How many variants in other languages there are."""
        variants = TemplateVariant.objects.filter(template__in=things).values_list("template")
        return dict(variants.annotate(n=Count("pk")).order_by())

    def own_actions(self, thing: Any) -> list[tuple[str, RowAction]]:
        return [("change", self.action(thing, "-preview", _("Preview and test"), "play", "p"))]


class TemplatePages(ConfiguredPages):
    name, help_topic = "template", "templates"
    model, form, listing = MessageTemplate, TemplateForm, TemplateList
    form_template = "messages/template.html"
    copied = ("kind", "content", "parameters", "transactional")

    @property
    def urls(self) -> list[URLPattern]:
        return [
            *super().urls,
            self.address("<int:pk>/preview/", self.preview, "change"),
            self.address("<int:pk>/preview/mail/", self.mail, "change"),
        ]

    def rest(self, request: HttpRequest, thing: MessageTemplate) -> Any:
        """The words in other languages; the kind, which says what words there are, is saved first."""
        if not thing.pk:
            return None
        may_change = request.user.has_perm(self.permission("change"))
        formset = inlineformset_factory(
            MessageTemplate, TemplateVariant, form=variant_form(thing.kind), formset=VariantFormSet,
            fields=("language",), extra=int(may_change), can_delete=may_change,
        )  # fmt: skip
        return formset(request.POST if request.method == "POST" else None, instance=thing)

    def copy_rest(self, source: MessageTemplate, made: MessageTemplate) -> None:
        if source.kind == made.kind:
            for variant in source.variants.all():
                made.variants.create(language=variant.language, content=variant.content)

    @method_decorator(FRAMING)
    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The message for samples or a test profile (in the query); by POST it is sent as a test."""
        template = self.found(request, pk)
        context = {"thing": template, **self.words, **tried(request, template)}
        return render(request, "messages/preview.html", context)

    @method_decorator(FRAMED)
    def mail(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The HTML of a previewed email, for the frame on the preview's page."""
        return mail_of(request, self.found(request, pk))
