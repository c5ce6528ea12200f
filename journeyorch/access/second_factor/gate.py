"""Who has shown the password alone counts as nobody, until they have shown the second factor, too.

What is still due is written into the session when somebody logs in, so that asking costs no query; no view
has to know of it, and no way of logging in leads around it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from journeyorch.access.models import SecondFactor, User

#: In the session, until it is done.
SESSION_KEY = "second_factor"
#: A code has to be shown; or the second factor has to be set up first.
CODE, SET_UP = "code", "set up"
#: The backend that a session of single sign-on names.
SIGN_ON = "journeyorch.access.signon.backend.SignOnBackend"


def note_what_is_due(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Receiver of ``user_logged_in``."""
    due = what_is_due(user, by_password=getattr(user, "backend", "") != SIGN_ON)
    if due:
        request.session[SESSION_KEY] = due
    else:
        request.session.pop(SESSION_KEY, None)


def what_is_due(user: User, *, by_password: bool) -> str:
    """ "" for nothing. Whoever is vouched for by a provider need not set up a second factor here."""
    if SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists():
        return CODE
    return SET_UP if by_password and is_required(user) else ""


def is_required(user: User) -> bool:
    """Whether the settings ask for a second factor of somebody in one of the user's groups."""
    groups = settings.SECOND_FACTOR_GROUPS
    return bool(groups) and user.groups.filter(name__in=groups).exists()


def done(request: HttpRequest) -> None:
    """The session is a whole one from now on, under a new name: the half one may have been seen."""
    request.session.pop(SESSION_KEY, None)
    request.session.cycle_key()


def half_logged_in(request: HttpRequest, *, due: str) -> User | None:
    """Who has shown the password, and still has to do this; None if nobody has."""
    if request.session.get(SESSION_KEY) != due:
        return None
    user = get_user(request)
    return user if isinstance(user, User) else None


def second_factor_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Below Django's own, which says whose session it is; as lazy as that one."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        whose = request.user
        request.user = SimpleLazyObject(lambda: _whole(request, whose))  # type: ignore[assignment]
        return get_response(request)

    return middleware


def _whole(request: HttpRequest, whose: Any) -> Any:
    return AnonymousUser() if whose.is_authenticated and SESSION_KEY in request.session else whose
