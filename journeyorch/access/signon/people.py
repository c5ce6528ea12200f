"""Who it is that has logged in elsewhere: one of our users, or, if the settings say so, a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from journeyorch.access import audit
from journeyorch.access.models import SignOnAccount, User
from journeyorch.access.signon.provider import SignOnFailed

_MAX_SUBJECT = 255  # by the standard


@transaction.atomic
def user_of(claims: Mapping[str, Any]) -> User:
    """The user whose account at the provider these claims are of; their groups follow the provider's.

    Known by issuer and subject. The first time, by a verified e-mail address, which must be that of exactly
    one active user. Raises ``SignOnFailed``.
    """
    issuer, subject = claims["iss"], str(claims["sub"])[:_MAX_SUBJECT]
    if "\x00" in subject:
        raise SignOnFailed("the provider's name of the account is no proper text")
    known = SignOnAccount.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    user = known.user if known else _linked(claims, issuer, subject)
    if not user.is_active:
        raise SignOnFailed("the user is not active")
    _follow_groups(user, claims)
    return user


def _linked(claims: Mapping[str, Any], issuer: str, subject: str) -> User:
    email: Any = claims.get("email")
    usable = isinstance(email, str) and email and "\x00" not in email
    if not usable or claims.get("email_verified") is not True:
        raise SignOnFailed("the provider tells no verified e-mail address")
    # One more than needed: with two nobody knows who is meant.
    found = list(User.objects.filter(email__iexact=email)[:2])
    if len(found) > 1:
        raise SignOnFailed("several users have this e-mail address")
    if not found and not settings.OIDC_CREATE_USERS:
        raise SignOnFailed("no user has this e-mail address")
    user = found[0] if found else _new(email, claims)
    # Two windows may come back at the same time.
    account, _made = SignOnAccount.objects.get_or_create(
        issuer=issuer, subject=subject, defaults={"user": user}
    )
    return account.user


def _new(email: str, claims: Mapping[str, Any]) -> User:
    """Somebody who can do nothing before groups, of the provider or by hand, say what."""
    if len(email) > 150 or User.objects.filter(username=email).exists():
        raise SignOnFailed("the e-mail address cannot be a user's name here")
    user = User(username=email, email=email)
    for field, claim in (("first_name", "given_name"), ("last_name", "family_name")):
        setattr(user, field, str(claims.get(claim) or "")[:150])
    user.set_unusable_password()
    user.save()
    audit.record("created", user)
    return user


def _follow_groups(user: User, claims: Mapping[str, Any]) -> None:
    """Give and take the groups that ``OIDC_GROUPS`` names, and staff status with them; leave all others."""
    if not settings.OIDC_GROUPS_CLAIM:
        return
    theirs = set(groups_in(claims, settings.OIDC_GROUPS_CLAIM))
    mapped = set(settings.OIDC_GROUPS.values())
    wanted = {ours for given, ours in settings.OIDC_GROUPS.items() if given in theirs}
    before = set(user.groups.values_list("name", flat=True))
    after = before - mapped | wanted
    is_staff = user.is_staff if user.is_superuser else bool(after & set(settings.OIDC_STAFF_GROUPS))
    if (after, is_staff) == (before, user.is_staff):
        return
    changes: dict[str, list[Any]] = {
        "groups": [sorted(before), sorted(after)],
        "is_staff": [user.is_staff, is_staff],
    }
    user.groups.set(Group.objects.filter(name__in=after))
    User.objects.filter(pk=user.pk).update(is_staff=is_staff)
    user.is_staff = is_staff
    audit.record("changed", user, changes=changes)


def groups_in(claims: Mapping[str, Any], name: str) -> list[str]:
    """The texts of a claim; its name may be a path such as ``realm_access.roles``. Pure."""
    value: Any = claims.get(name)
    if value is None and "." in name:
        value = claims
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
