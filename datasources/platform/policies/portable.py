"""The portable forms of labels and policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from datasources.platform.policies.admin import LabelForm, PolicyForm
from datasources.platform.policies.models import Label, Policy
from datasources.platform.policies.usage import uses_of_label
from journeyorch.portable.forms import FormKind
from journeyorch.portable.kind import Document, portable
from journeyorch.usage import Use


class LabelDocument(Document):
    """A label of a sandbox's own; the standard ones are everywhere."""

    code: str
    name: str


class PolicyDocument(Document):
    """``labels``: codes. ``actions``, ``sources``: whether fields labelled so must not be sent there."""

    name: str
    description: str = ""
    labels: list[str]
    actions: bool = True
    sources: bool = True
    enabled: bool = True


@portable
class Labels(FormKind):
    name = "labels"
    title = _("Labels")
    model = Label
    form = LabelDocument
    form_class = LabelForm
    key = "code"
    fixed = ("code",)

    def uses(self, row: Any) -> list[Use]:
        return uses_of_label(row)


@portable
class Policies(FormKind):
    name = "policies"
    title = _("Policies")
    model = Policy
    form = PolicyDocument
    form_class = PolicyForm
    filters = ("enabled",)

    def refers(self, row: Any) -> Iterator[Model]:
        yield from Label.objects.filter(sandbox=row.sandbox_id, code__in=row.labels)
