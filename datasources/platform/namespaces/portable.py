"""The portable form of a namespace."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext_lazy as _

from datasources.platform.namespaces.admin import NamespaceForm
from datasources.platform.namespaces.models import Namespace
from journeyorch.portable.forms import FormKind
from journeyorch.portable.kind import Document, portable


class NamespaceDocument(Document):
    """A sandbox's own namespace; the standard ones are everywhere."""

    code: str
    name: str
    kind: Literal["cookie", "email", "phone", "mobile", "cross-device", "device", "non-people"]


@portable
class Namespaces(FormKind):
    name = "namespaces"
    title = _("Namespaces")
    model = Namespace
    form = NamespaceDocument
    form_class = NamespaceForm
    key = "code"
    fixed = ("code",)
    filters = ("kind",)


def own_namespaces(sandbox_id: int, *codes: str) -> list[Namespace]:
    """The rows of those codes that are no standard namespaces: what a document that names them needs."""
    return list(Namespace.objects.filter(sandbox_id=sandbox_id, code__in=[code for code in codes if code]))
