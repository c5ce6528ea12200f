"""Choosing permissions: a table of kinds of things and of what may be done with them.

Django makes four permissions for every table of the database; offered are those that something asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from journeyorch.access.looked_at import LookedAt

_VERBS = {"view": _("View"), "add": _("Add"), "change": _("Change"), "delete": _("Delete")}
#: Models without pages in the administration whose permissions pages of our own ask for.
_WITH_OTHER_PAGES = ("journeys.journey", "journeys.report")
#: Apps of others whose things belong to a part of the product.
_PART_OF = {"auth": "access", "axes": "access"}


def offered_permissions() -> QuerySet[Permission]:
    """Those of what has pages, and those that models declare by themselves."""
    names = {name for label, verbs in _asked_for() for name in _names(label, verbs)} | set(_declared())
    wanted = Q(pk__in=[])
    for app, model, codename in names:
        wanted |= Q(content_type__app_label=app, content_type__model=model, codename=codename)
    rows = Permission.objects.filter(wanted).select_related("content_type")
    return rows.order_by("content_type__app_label", "content_type__model", "codename")


def _asked_for() -> Iterator[tuple[str, Iterable[str]]]:
    """Labels of models with what may be done with them; some are only looked at."""
    yield from ((label, _VERBS) for label in _WITH_OTHER_PAGES)
    for model, page in admin.site._registry.items():
        yield model._meta.label_lower, ("view",) if isinstance(page, LookedAt) else _VERBS


def _names(label: str, verbs: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    app, model = label.split(".")
    yield from ((app, model, f"{verb}_{model}") for verb in verbs)


def _declared() -> Iterator[tuple[str, str, str]]:
    for model in apps.get_models():
        meta = model._meta
        yield from ((meta.app_label, meta.model_name or "", codename) for codename, _name in meta.permissions)


class Cell(NamedTuple):
    """A box to tick; ``label`` says all of it to who hears it alone."""

    value: str
    label: str
    is_chosen: bool


class Row(NamedTuple):
    """``cells``: one for each verb, None where there is no such permission; ``others``: with other names."""

    title: str
    cells: list[Cell | None]
    others: list[Cell]


class Room(NamedTuple):
    title: str
    rows: list[Row]
    is_open: bool  # something in it is chosen


class PermissionTable(forms.CheckboxSelectMultiple):
    """Boxes in tables, one for each part of the product."""

    template_name = "access/permissions.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        chosen = {str(one) for one in value or ()}
        by_app: dict[str, dict[ContentType, list[Permission]]] = {}
        for one in self.choices.queryset:  # type: ignore[attr-defined]
            kind = one.content_type
            kinds = by_app.setdefault(_PART_OF.get(kind.app_label, kind.app_label), {})
            kinds.setdefault(kind, []).append(one)
        rooms = [_room(app, kinds, chosen) for app, kinds in by_app.items()]
        context = super(forms.widgets.ChoiceWidget, self).get_context(name, value, attrs)
        return {**context, "verbs": _VERBS.values(), "rooms": rooms}


def _room(app: str, kinds: dict[ContentType, list[Permission]], chosen: set[str]) -> Room:
    rows = [_row(kind, permissions, chosen) for kind, permissions in kinds.items()]
    is_open = any(str(one.pk) in chosen for permissions in kinds.values() for one in permissions)
    return Room(str(apps.get_app_config(app).verbose_name), rows, is_open)


def _row(kind: ContentType, permissions: list[Permission], chosen: set[str]) -> Row:
    title = capfirst(str(apps.get_model(kind.app_label, kind.model)._meta.verbose_name_plural))
    usual = {f"{verb}_{kind.model}": verb for verb in _VERBS}
    cells: dict[str, Cell] = {}
    others = []
    for one in permissions:
        verb = usual.get(one.codename)
        label = f"{title}: {_VERBS[verb]}" if verb else gettext(one.name)
        cell = Cell(str(one.pk), label, str(one.pk) in chosen)
        if verb:
            cells[verb] = cell
        else:
            others.append(cell)
    return Row(title, [cells.get(verb) for verb in _VERBS], others)
