"""A key of the REST API."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db import models
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models.sandbox import Sandbox
from journeyorch.access.models.user import Limits, User


class Credential(models.Model):
    """With it a program acts for a user: in these sandboxes, with these of the user's permissions, no others.

    The key itself is shown once; what is stored is its SHA-256. A key that is replaced works on until
    ``old_until``, so that programs can change over.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        verbose_name=_("acts for"),
        help_text=_(
            "It can never do more than this user. For a program that many rely on, make a user of its own."
        ),
    )
    sandboxes = models.ManyToManyField(Sandbox, verbose_name=_("sandboxes"))
    scopes = models.ManyToManyField(
        Permission,
        verbose_name=_("scopes"),
        help_text=_("What it may do, if the user may do it, too."),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    old_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    old_until = models.DateTimeField(_("the key before works until"), null=True, editable=False)
    enabled = models.BooleanField(_("enabled"), default=True)
    expires_at = models.DateTimeField(
        _("expires"), null=True, blank=True, help_text=_("Empty: it is valid until it is disabled.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        verbose_name = _("API credential")
        verbose_name_plural = _("API credentials")

    def __str__(self) -> str:
        return self.name

    def limits(self) -> Limits:
        """What the user is narrowed down to while the credential acts."""
        scopes = self.scopes.values_list("content_type__app_label", "codename")
        return Limits(
            frozenset(f"{app}.{codename}" for app, codename in scopes),
            frozenset(self.sandboxes.values_list("pk", flat=True)),
        )
