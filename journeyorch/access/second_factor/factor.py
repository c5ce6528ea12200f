"""The verbs of a second factor: set up, confirm, check, remove."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from journeyorch.access import audit
from journeyorch.access.models import RecoveryCode, SecondFactor, User
from journeyorch.access.second_factor import codes
from journeyorch.outbound.secrets import reveal, seal


class Locked(Exception):
    """Too many wrong codes: for a while no code is looked at."""


def prepare(user: User) -> SecondFactor:
    """A factor to be confirmed, with the secret that was shown before if there is one."""
    secret = seal(codes.new_secret(), bound_to=_bound_to(user.pk))
    return SecondFactor.objects.get_or_create(user=user, defaults={"secret": secret})[0]


def secret_of(factor: SecondFactor) -> str:
    """In clear, for the page on which it is set up; raises ``SecretUnusable``."""
    return reveal(factor.secret, bound_to=_bound_to(factor.user_id))


def confirm(user: User, code: str, now: datetime) -> list[str] | None:
    """From now on codes are asked for: the recovery codes, to be shown once; None for a wrong code."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
        step = codes.step_of(secret_of(factor), code, now) if factor else None
        if factor is None or step is None:
            return None
        factor.confirmed_at, factor.last_step = now, step
        factor.save()
        return _new_codes(factor)


def check(user: User, code: str, now: datetime) -> bool:
    """Whether this is a code of the user's app, or a recovery code; neither is taken twice.

    Raises ``Locked`` after too many wrong ones.
    """
    with transaction.atomic():
        confirmed = SecondFactor.objects.select_for_update().filter(confirmed_at__isnull=False)
        factor = confirmed.filter(user=user).first()
        if factor is None:  # an administrator has just reset it: log in anew
            return False
        if factor.locked_until and now < factor.locked_until:
            raise Locked
        right = _is_new(factor, code, now) or _used_up(factor, code)
        factor.failures = 0 if right else factor.failures + 1
        factor.locked_until = None
        if factor.failures >= settings.AXES_FAILURE_LIMIT:
            factor.failures, factor.locked_until = 0, now + settings.AXES_COOLOFF_TIME
        factor.save()
        return right


def _is_new(factor: SecondFactor, code: str, now: datetime) -> bool:
    step = codes.step_of(secret_of(factor), code, now)
    if step is None or step <= factor.last_step:
        return False
    factor.last_step = step
    return True


def _used_up(factor: SecondFactor, code: str) -> bool:
    deleted, _ = factor.recovery_codes.filter(digest=codes.digest_of(code)).delete()
    if deleted:
        audit.record("used a recovery code", factor)
    return bool(deleted)


def renew_codes(user: User) -> list[str]:
    """Other recovery codes in place of all before."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().get(user=user)
        audit.record("made recovery codes", factor)
        return _new_codes(factor)


def _new_codes(factor: SecondFactor) -> list[str]:
    made = codes.new_recovery_codes()
    factor.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=codes.digest_of(code)) for code in made
    )
    return made


def remove(user: User) -> bool:
    """Ask for no more codes; False if none were asked for."""
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None:
        return False
    factor.delete()
    return True


def _bound_to(user_id: int) -> str:
    return f"second factor of user {user_id}"
