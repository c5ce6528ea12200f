"""The portable form of a message template, with its variants in other languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from django.forms import inlineformset_factory
from django.utils.translation import gettext_lazy as _

from actions.messages.forms import TemplateForm, VariantFormSet, variant_form
from actions.messages.render import PARTS
from actions.models import MessageTemplate, TemplateVariant
from journeyorch.access.models import Sandbox
from journeyorch.api.flaws import Flaw
from journeyorch.portable.forms import FormKind, lines_of, require_valid_rows
from journeyorch.portable.kind import Document, Unfit, pointer, portable


class VariantDocument(Document):
    """The same words in another language."""

    language: str
    content: dict[str, str]


class TemplateDocument(Document):
    """``content``: subject, html and text of an email; text of an SMS; title, body … of a push message."""

    name: str
    kind: Literal["email", "sms", "push"]
    transactional: bool = False
    content: dict[str, str]
    parameters: list[dict[str, Any]] = []
    variants: list[VariantDocument] = []


@portable
class Templates(FormKind):
    name = "templates"
    title = _("Message templates")
    model = MessageTemplate
    form = TemplateDocument
    form_class = TemplateForm
    used_as = "template"
    filters = ("kind",)

    def unlike(self, row: Any) -> dict[str, Any]:
        variants = [
            VariantDocument(language=one.language, content=_written(one.content))
            for one in row.variants.order_by("language")
        ]
        return {"content": _written(row.content), "variants": variants}

    def data(self, sandbox: Sandbox, document: TemplateDocument) -> dict[str, Any]:
        given = document.model_dump(mode="json", exclude={"content", "variants"})
        parameters = json.dumps(document.parameters) if document.parameters else ""
        return {**given, "parameters": parameters, **_parts(document.content, document.kind, "/content")}

    def place(self, field: str) -> str:
        is_part = any(field in parts for parts in PARTS.values())
        return pointer("content", field) if is_part else pointer(field)

    def store(self, form: Any, document: TemplateDocument) -> Any:
        template = form.save()
        rows = [
            {
                "language": one.language.lower(),
                **_parts(one.content, document.kind, pointer("variants", number, "content")),
            }
            for number, one in enumerate(document.variants)
        ]
        existing = {one.language: one.pk for one in template.variants.all()}
        lines = lines_of("variants", rows, existing, key=lambda row: row["language"])
        variants = inlineformset_factory(
            MessageTemplate,
            TemplateVariant,
            form=variant_form(document.kind),
            formset=VariantFormSet,
            fields=("language",),
            extra=0,
        )(lines.data, instance=template, prefix="variants")
        require_valid_rows(variants, lines.order, below="/variants", place=self.place)
        variants.save()
        return template


def _written(content: Mapping[str, str]) -> dict[str, str]:
    return {part: text for part, text in content.items() if text}


def _parts(content: Mapping[str, str], kind: str, below: str) -> dict[str, str]:
    """Texts by the fields of a form. Raises ``Unfit`` for one that no message of this kind has."""
    if unknown := [part for part in content if part not in PARTS[kind]]:
        message = f"Messages of this kind have: {', '.join(PARTS[kind])}."
        raise Unfit(Flaw(below + pointer(part), message) for part in unknown)
    return dict(content)
