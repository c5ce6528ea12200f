"""Whom an account at an identity provider belongs to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models.audited import Audited
from journeyorch.access.models.user import User


class SignOnAccount(Audited):
    """Made the first time that somebody signs on; from then on an e-mail address decides nothing any more."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_on_accounts")
    issuer = models.CharField(_("provider"), max_length=500)
    # The provider's own name of the account (OpenID Connect Core 1.0, section 2).
    subject = models.CharField(_("account"), max_length=255)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("account for single sign-on")
        verbose_name_plural = _("accounts for single sign-on")
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="sign_on_account_unique")]

    def __str__(self) -> str:
        return f"{self.user} ({self.issuer})"
