"""The portable form of a sandbox's contact rules."""

from __future__ import annotations

from datetime import time
from typing import Any, Literal

from django.db.models import CharField, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from actions.contact.models import ContactRules, SandboxContactRules
from actions.contact.rules_form import RulesForm
from journeyorch.access.models import Sandbox
from journeyorch.portable.forms import FormKind
from journeyorch.portable.kind import Document, portable

_NAME = "sandbox"


class RulesDocument(Document):
    """When, and how often, one person may be written to."""

    quiet_from: str = ""
    quiet_until: str = ""
    in_quiet: Literal["wait", "hold"] = "wait"
    most_messages: int | None = None
    in_hours: int = 24

    @classmethod
    def values_of(cls, rules: ContactRules) -> dict[str, Any]:
        """Those of a row, as documents have them."""
        return {
            "quiet_from": _clock(rules.quiet_from),
            "quiet_until": _clock(rules.quiet_until),
            "in_quiet": rules.in_quiet,
            "most_messages": rules.most_messages,
            "in_hours": rules.in_hours,
        }


def _clock(moment: time | None) -> str:
    return f"{moment:%H:%M}" if moment else ""


class SandboxRulesDocument(RulesDocument):
    """Of all channels together; a sandbox has one set of rules, and ``name`` is always the same."""

    name: Literal["sandbox"]


class SandboxRulesForm(RulesForm):
    """That of the page, with all that it has by itself."""

    class Meta:
        model = SandboxContactRules
        fields = ("sandbox", *RulesDocument.model_fields)


@portable
class SandboxRules(FormKind):
    name = "contact_rules"
    title = _("Contact rules")
    model = SandboxContactRules
    form = SandboxRulesDocument
    form_class = SandboxRulesForm

    def rows(self, sandbox: Sandbox) -> QuerySet[Any]:
        return super().rows(sandbox).annotate(name=Value(_NAME, output_field=CharField()))

    def key_of(self, row: Any) -> str:
        return _NAME

    def unlike(self, row: Any) -> dict[str, Any]:
        return {"name": _NAME, **RulesDocument.values_of(row)}
