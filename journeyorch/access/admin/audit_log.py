"""The audit log, to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.apps import apps
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from journeyorch.access.admin.audited import AuditedAdmin
from journeyorch.access.audit_words import verb_in_words
from journeyorch.access.looked_at import LookedAt
from journeyorch.access.models import AuditEntry
from journeyorch.access.sandboxes import sandbox_of


def kind_in_words(label: str) -> str:
    """What people call things of a model, by its label; any other text, such as "All", stays as it is."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def _worded(display: str, words: Callable[[str], str]) -> str:
    """A choice of a filter in words; how many it finds may stand behind it, as in "created (3)"."""
    stored, space, count = display.partition(" (")
    return f"{words(stored)}{space}{count}"


class KindFilter(admin.AllValuesFieldListFilter):
    """The kinds of which the log tells, in words."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": _worded(str(choice["display"]), kind_in_words)}


class VerbFilter(admin.AllValuesFieldListFilter):
    """What was done, in words."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": _worded(str(choice["display"]), verb_in_words)}


@admin.register(AuditEntry)
class AuditEntryAdmin(LookedAt, AuditedAdmin):
    """Nobody adds, changes or deletes here."""

    help_topic = "audit"
    introduction = _("Who changed, published, stopped, exported or deleted what, newest first.")
    list_display = ("at", "actor", "done", "label", "thing", "credential")
    list_filter = ("actor", ("verb", VerbFilter), ("kind", KindFilter), ("at", admin.DateFieldListFilter))
    search_fields = ("actor", "credential", "label")
    ordering = ("-at", "-pk")
    fields = ("at", "actor", "credential", "sandbox", "done", "thing", "label", "values")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Of the sandbox worked in, and of what belongs to none, such as credentials."""
        rows: QuerySet[AuditEntry] = super().get_queryset(request)
        return rows.filter(Q(sandbox=sandbox_of(request)) | Q(sandbox=None))

    @admin.display(description=_("did"), ordering="verb")
    def done(self, entry: AuditEntry) -> str:
        return verb_in_words(entry.verb)

    @admin.display(description=_("kind"), ordering="kind")
    def thing(self, entry: AuditEntry) -> str:
        return kind_in_words(entry.kind)

    @admin.display(description=_("before and after"))
    def values(self, entry: AuditEntry) -> SafeString | str:
        rows = ((name, _text(before), _text(after)) for name, (before, after) in entry.changes.items())
        table = format_html_join(
            "", "<tr><th scope='row'>{}</th><td><pre>{}</pre></td><td><pre>{}</pre></td></tr>", rows
        )
        if not table:
            return "–"
        head = format_html("<tr><th>{}</th><th>{}</th><th>{}</th></tr>", _("field"), _("before"), _("after"))
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, table)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
