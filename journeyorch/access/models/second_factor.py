"""What somebody shows beside the password: codes of an app, or one of the codes for emergencies."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models.audited import Audited
from journeyorch.access.models.user import User


class SecondFactor(Audited):
    """One user's authenticator app. Before ``confirmed_at`` it asks for nothing: a code was never shown."""

    not_audited = frozenset({"secret", "last_step", "failures", "locked_until"})

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    # Sealed (outbound/secrets.py).
    secret = models.JSONField()
    confirmed_at = models.DateTimeField(_("set up"), null=True)
    # The time step of the last accepted code: none is taken twice (RFC 6238, section 5.2).
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """A code for whoever has lost the app; used once, then gone."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    # SHA-256; a code has 80 random bits, so that guessing from the digest is hopeless.
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")

    def __str__(self) -> str:
        return str(self.factor)
