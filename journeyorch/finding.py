"""The search over everything: rooms register what they have, and who may find it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import Model
from django.urls import reverse
from django.utils.text import capfirst

from journeyorch.access.models import Sandbox

#: Hits of each kind that are shown.
MOST = 5


class Hit(NamedTuple):
    """One thing that was found; ``note`` tells it from others of the same name."""

    label: str
    url: str
    note: str = ""


#: Finds at most ``MOST`` things of a sandbox by a text.
Finder = Callable[[Sandbox, str], Sequence[Hit]]


class Kind(NamedTuple):
    """Things that can be found by whoever has all the permissions; in the admin, by staff only."""

    title: Any
    permissions: tuple[str, ...]
    find: Finder
    is_in_admin: bool = False

    def is_open_to(self, user: Any) -> bool:
        return (user.is_staff or not self.is_in_admin) and user.has_perms(self.permissions)


class Group(NamedTuple):
    title: str
    hits: Sequence[Hit]


_kinds: list[Kind] = []


def register(*kinds: Kind) -> None:
    """Look for these, too; from an app's ``ready()``. Upper rooms come later, and are shown first."""
    _kinds[:0] = kinds


def find(sandbox: Sandbox, text: str, *, user: Any) -> Iterator[Group]:
    """What the user may see and the text finds, by kind; kinds without hits are left out."""
    for kind in _kinds:
        if kind.is_open_to(user) and (hits := kind.find(sandbox, text)):
            yield Group(capfirst(str(kind.title)), hits)


def by_name(model: type[Model], page: str) -> Finder:
    """Finds rows of a sandbox by a part of their ``name``; ``page`` is an address with the row's key."""

    def finder(sandbox: Sandbox, text: str) -> list[Hit]:
        rows = model._default_manager.filter(sandbox=sandbox, name__icontains=text)
        found = rows.order_by("name").values_list("pk", "name")[:MOST]
        return [Hit(name, reverse(page, args=[key])) for key, name in found]

    return finder


def configured(model: type[Model]) -> Kind:
    """What technical users configure in the admin, by name."""
    meta = model._meta
    label = f"{meta.app_label}.view_{meta.model_name}"
    page = f"admin:{meta.app_label}_{meta.model_name}_change"
    return Kind(meta.verbose_name_plural, (label,), by_name(model, page), is_in_admin=True)
