"""Choosing the field groups of a schema: the library's, and those that were imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from datasources.platform.schemas.composing import fits, kind_of_class
from datasources.platform.schemas.library import group_names
from datasources.platform.schemas.models import Component, Schema

_GROUP_WORDS = {
    "orchestration": _("the event ID, needed for system-generated events"),
    "commerce": _("orders, carts and products"),
    "web": _("pages, links and referrers"),
    "application": _("starts and use of an app"),
    "device": _("the device"),
    "environment": _("browser, operating system, network"),
    "placeContext": _("places, beacons and positions"),
    "channel": _("the channel it came by"),
    "directMarketing": _("emails sent, opened, clicked"),
    "endUserIDs": _("identities in fields of their own"),
    "messageProfile": _("push tokens and the email address at that time"),
    "search": _("searches"),
    "person": _("names, birthday, gender"),
    "demographic": _("birthday, gender, marital status"),
    "contact": _("email, phone numbers, addresses"),
    "addresses": _("home, work, mailing, shipping, billing"),
    "preferences": _("language and time zone"),
    "consents": _("what the person agreed to"),
    "loyalty": _("tier and points"),
    "pushNotificationDetails": _("push tokens"),
    "segmentMembership": _("segments"),
    "testProfile": _("whether it is a test profile"),
}


class Choice(NamedTuple):
    """One field group; ``value`` is "event:commerce" for the library's, the ``$id`` for an imported one."""

    value: str
    label: str
    section: str
    shown_when: str  # for the script that shows what matters (static/js/choices.js)


class ClassChoice(NamedTuple):
    """An imported class that schemas of a kind may have."""

    uri: str
    title: str
    kind: str


class GroupsWidget(forms.CheckboxSelectMultiple):
    """Field groups by section, with a search; with scripts only those of the chosen class are shown."""

    template_name = "datasources/groups.html"
    shown_when: Mapping[str, str] = {}

    class Media:
        css = {"all": ("css/tree.css",)}
        js = (forms.Script("js/options.js", type="module"),)

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        if condition := self.shown_when.get(str(option["value"])):
            option["attrs"]["data-shown-when"] = condition
        return option


def offer(field: forms.MultipleChoiceField, choices: Sequence[Choice]) -> None:
    """Let a field offer these groups, in sections."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for choice in choices:
        sections.setdefault(choice.section, []).append((choice.value, choice.label))
    field.choices = list(sections.items())
    field.widget.shown_when = {choice.value: choice.shown_when for choice in choices}


def group_choices(sandbox_id: int) -> list[Choice]:
    """Every field group that schemas of a sandbox may have, of whatever class."""
    return [*_built_in(), *_imported(sandbox_id)]


def class_choices(sandbox_id: int) -> list[ClassChoice]:
    """The imported classes of a sandbox."""
    rows = Component.objects.filter(sandbox_id=sandbox_id, kind=Component.Kind.CLASS).order_by("title")
    return [
        ClassChoice(uri, title, kind_of_class(uri, extends))
        for uri, title, extends in rows.values_list("uri", "title", "extends")
    ]


def chosen_groups(values: Sequence[str], *, kind: str) -> list[str]:
    """What a form's values are in a schema: those of the library first, in its order."""
    built_in = [name for name in group_names(kind) if f"{kind}:{name}" in values]
    known = {f"{each}:{name}" for each in Schema.Kind.values for name in group_names(each)}
    return [*built_in, *(value for value in values if value not in known)]


def form_values(groups: Sequence[str], *, kind: str) -> list[str]:
    """What the groups of a schema are in a form."""
    return [f"{kind}:{name}" if name in group_names(kind) else name for name in groups]


def misfits(groups: Sequence[str], *, sandbox_id: int, kind: str, base: str) -> list[str]:
    """The titles of imported groups that are not for schemas of a class."""
    rows = Component.objects.filter(sandbox_id=sandbox_id, kind=Component.Kind.GROUP, uri__in=list(groups))
    return [row.title for row in rows if not fits(row.extends, kind=kind, base=base)]


def _built_in() -> Iterator[Choice]:
    for kind, label in Schema.Kind.choices:
        for name in group_names(kind):
            words = f"{name}: {_GROUP_WORDS[name]}" if name in _GROUP_WORDS else name
            yield Choice(f"{kind}:{name}", words, str(label), f"kind={kind}")


def _imported(sandbox_id: int) -> Iterator[Choice]:
    rows = Component.objects.filter(sandbox_id=sandbox_id, kind=Component.Kind.GROUP).order_by("title")
    for uri, title, extends in rows.values_list("uri", "title", "extends"):
        kinds = [kind for kind in Schema.Kind.values if fits(extends, kind=kind)]
        condition = f"kind={'|'.join(kinds)}" if kinds else f"base={'|'.join(extends)}"
        yield Choice(uri, f"{title}: {uri.rstrip('/').rpartition('/')[2]}", str(_("Imported")), condition)
