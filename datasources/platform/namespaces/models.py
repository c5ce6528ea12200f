"""Namespaces: what kind of identifier an identity is (technical.md, Namespaces)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Configuration


class Namespace(Configuration):
    """A kind of identifier, such as ``Email`` or ``CRMID``; its code is the key in ``identityMap``."""

    class Kind(models.TextChoices):
        COOKIE = "cookie", _("Cookie")
        EMAIL = "email", _("Email")
        PHONE = "phone", _("Phone")
        MOBILE = "mobile", _("Mobile device")
        CROSS_DEVICE = "cross-device", _("Cross-device")
        DEVICE = "device", _("Device")
        NON_PEOPLE = "non-people", _("Not people")

    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    standard = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("namespace")
        verbose_name_plural = _("namespaces")
        constraints = [models.UniqueConstraint(fields=["sandbox", "code"], name="namespace_code_unique")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})" if self.name != self.code else self.code
