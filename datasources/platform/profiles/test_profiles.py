"""People who exist for tests only."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from datasources.platform.namespaces.canonical import canonical
from datasources.platform.profiles.models import Identity, Profile
from datasources.platform.profiles.updates import set_attributes
from journeyorch.access.audit import record
from journeyorch.access.models import Sandbox


class KnownAlready(Exception):
    """Somebody has this identity; whether a person of whom something is known is for tests, others decide."""


def make_test_profile(sandbox: Sandbox, namespace: str, value: str, *, at: datetime) -> Identity:
    """A new profile with one identity, flagged as a test profile. Raises ``KnownAlready``."""
    try:
        with transaction.atomic():
            profile = Profile.objects.create(sandbox=sandbox)
            identity = Identity.objects.create(
                sandbox=sandbox,
                profile=profile,
                namespace=namespace,
                value=canonical(namespace, value),
                seen_at=at,
            )
            set_attributes(profile, {"testProfile": True}, at)
            record("created", profile)
    except IntegrityError:
        raise KnownAlready from None
    return identity
