"""Which sandboxes somebody may enter, and the one that a request is about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from journeyorch.access import audit
from journeyorch.access.locks import lock_sandbox
from journeyorch.access.models import Sandbox

#: Chosen with the switcher in the top bar.
SESSION_KEY = "sandbox"
HEADER = "x-sandbox-name"
_FIRST_CHOICE = "prod"
_CHANGE_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})


class BeingReset(Exception):
    """The sandbox is being emptied, and nothing can be changed in it until that is over: 503."""

    #: When to try again, seconds.
    retry_after = 30

    def __init__(self) -> None:
        super().__init__(_("This sandbox is being reset. Try again when that is over."))


def sandboxes_of(request: Any) -> QuerySet[Sandbox]:
    """The sandboxes that whoever sends the request may enter; nobody in particular enters none."""
    return request.user.open_sandboxes() if request.user.is_authenticated else Sandbox.objects.none()


def sandbox_of(request: Any) -> Sandbox:
    """The sandbox that a request is about: the header's, else the one chosen in the session, else the first.

    Raises ``Http404`` for a header that names none of theirs, ``PermissionDenied`` for who may enter none,
    and ``BeingReset`` for a request that may change something in a sandbox that is being emptied.
    """
    found = chosen_sandbox(request)
    if found.reset_since and request.method not in _CHANGE_NOTHING:
        raise BeingReset
    return found


def chosen_sandbox(request: Any) -> Sandbox:
    """The same, to be shown: whatever the request does."""
    found: Sandbox | None = getattr(request, "_sandbox", None)
    if found is None:
        name = request.headers.get(HEADER)
        found = request._sandbox = _chosen(request) if name is None else _named(request, name)
    return found


def _named(request: Any, name: str) -> Sandbox:
    found = sandboxes_of(request).filter(name=name).first() if "\x00" not in name else None
    if found is None:
        raise Http404(_("There is no such sandbox, or it is not one of yours."))
    return found


def _chosen(request: Any) -> Sandbox:
    theirs = {sandbox.name: sandbox for sandbox in sandboxes_of(request).order_by("pk")}
    if not theirs:
        raise PermissionDenied(_("No sandbox is open to you. Ask an administrator for one."))
    session = getattr(request, "session", {})
    for name in (session.get(SESSION_KEY), _FIRST_CHOICE):
        if name in theirs:
            return theirs[name]
    return next(iter(theirs.values()))


def worked_in(request: Any) -> QuerySet[Sandbox]:
    """The sandbox that a request is about, as a queryset: what a form offers and a list shows."""
    return Sandbox.objects.filter(pk=sandbox_of(request).pk)


def store_changes(sandbox: Sandbox, fields: Collection[str], *, changes: Mapping[str, list[Any]]) -> None:
    """Save these fields and tell the audit log ``changes``.

    Never the generation that somebody has read before: one that repeats would hide a change.
    """
    with transaction.atomic():
        lock_sandbox(sandbox.pk)  # before the row, as whoever changes what is in it
        sandbox.save(update_fields=fields)
        sandbox.configuration_changed()
        audit.record("changed", sandbox, changes=audit.shown(changes))


def choose(request: HttpRequest, name: str) -> Sandbox:
    """From now on the session works in this sandbox. Raises ``Http404`` for one that is not theirs."""
    found = _named(request, name)
    request.session[SESSION_KEY] = found.name
    return found
