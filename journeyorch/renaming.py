"""Another name for what others refer to by name: who does so registers itself here, as with usage.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model

# Is told, in the transaction of the change, that an object of a kind ("event", "action", …) had another name.
Follower = Callable[[str, Model, str], None]

_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Tell ``follower`` too from now on; from an app's ``ready()``."""
    _followers.append(follower)


def renamed(kind: str, obj: Model, *, old: str) -> None:
    """Everybody who refers to a saved object by its name learns the new one, or raises."""
    for follow in _followers:
        follow(kind, obj, old)


def follow_form(kind: str, form: Any) -> None:
    """The same after a form has saved something that was there before, if it has another name now."""
    if "name" in form.changed_data:
        renamed(kind, form.instance, old=form.initial["name"])
