"""Keys of the REST API: made, replaced, and recognized."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from journeyorch.access import audit
from journeyorch.access.acting import Actor, acting_from_now
from journeyorch.access.groups import ADMINISTRATORS
from journeyorch.access.models import Credential, User

#: How every key begins, so that one that lies about somewhere can be recognized as ours.
PREFIX = "jo_"
_HINT = 8
#: A replaced key works on for so long.
GRACE = timedelta(hours=24)
# Written at most so often: a busy program must not write a row with every request.
_USED_EVERY = timedelta(minutes=1)


def new_key(credential: Credential, *, now: datetime) -> str:
    """Give a credential a new key and save it; returns the key, which nobody can read again."""
    key = PREFIX + secrets.token_urlsafe(32)
    if credential.digest:
        credential.old_digest, credential.old_until = credential.digest, now + GRACE
    credential.digest, credential.hint = digest_of(key), key[:_HINT]
    credential.save()
    return key


def replace_key(credential: Credential, *, now: datetime) -> str:
    """As ``new_key``, for a credential that is in use; with a line in the audit log."""
    with transaction.atomic():
        key = new_key(credential, now=now)
        audit.record("replaced the key", credential)
    return key


def offered_scopes() -> QuerySet[Permission]:
    """Permissions of our own things, of groups and of failed log-ins; others mean nothing to the API."""
    ours = ADMINISTRATORS.apps - {"auth"}
    django = Q(content_type__app_label="auth", content_type__model="group")
    django |= Q(content_type__app_label="axes", content_type__model="accessattempt")
    rows = Permission.objects.filter(Q(content_type__app_label__in=ours) | django)
    ordered = rows.order_by("content_type__app_label", "content_type__model", "codename")
    return ordered.select_related("content_type")


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class CredentialAuthentication(BaseAuthentication):
    """``Authorization: Bearer jo_…``. Other bearers belong to others, such as the senders of events."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        word, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if word.lower() != "bearer" or not key.startswith(PREFIX):
            return None
        now = timezone.now()
        credential = _valid(key, now)
        if credential is None:
            raise AuthenticationFailed("The key is unknown, has expired or is disabled.")
        user = credential.user
        user.limits = credential.limits()
        acting_from_now(Actor(user.get_username(), credential.name))
        return user, credential

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def _valid(key: str, now: datetime) -> Credential | None:
    digest = digest_of(key)
    found = (
        Credential.objects.select_related("user")
        .filter(
            Q(digest=digest) | Q(old_digest=digest, old_until__gt=now),
            Q(expires_at=None) | Q(expires_at__gt=now),
            enabled=True,
            user__is_active=True,
        )
        .first()
    )
    if found and (found.last_used_at is None or found.last_used_at < now - _USED_EVERY):
        Credential.objects.filter(pk=found.pk).update(last_used_at=now)
    return found
