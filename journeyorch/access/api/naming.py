"""Things that bodies call by their names, and what somebody may hand on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.contrib.auth.models import Permission
from django.db.models import Model

from journeyorch.access.models import User
from journeyorch.api.problems import Flaw, Unacceptable

_Thing = TypeVar("_Thing", bound=Model)


def named(
    rows: Iterable[_Thing], names: Sequence[str], *, by: Callable[[_Thing], str], place: str
) -> list[_Thing]:
    """Those that are called so, in this order; ``place``: the list's name in the body. Raises
    ``Unacceptable`` with the place of each name that nothing has."""
    known = {by(row): row for row in rows}
    flaws = [
        Flaw(f"/{place}/{number}", "There is nothing of this name, or it is not yours to give.")
        for number, name in enumerate(names)
        if name not in known
    ]
    if flaws:
        raise Unacceptable(flaws)
    return [known[name] for name in dict.fromkeys(names)]


def scope_name(permission: Permission) -> str:
    """As ``has_perm`` names it. Reads its content type."""
    return f"{permission.content_type.app_label}.{permission.codename}"


def may_hand_on(user: User, permissions: Iterable[Permission]) -> bool:
    """Whether somebody may do all of it: nobody gives others, or a key, more than they may themselves.

    Reads the permissions' content types.

    Without this a key that may only make keys could make one that may everything.
    """
    return all(user.has_perm(scope_name(one)) for one in permissions)


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """By name what was there before and is there now, for the audit log."""
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}
