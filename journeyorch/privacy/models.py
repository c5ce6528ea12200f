"""The record that an erasure took place, which outlives what was erased."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Sandbox
from journeyorch.privacy.subjects import Pair, digest


class ErasureQuerySet(models.QuerySet["Erasure"]):
    """Questions about erasures."""

    def digests_since(self, sandbox_id: int, moment: datetime) -> set[str]:
        """The hashes of everybody whose erasure was begun at this moment or later."""
        begun = self.filter(sandbox=sandbox_id, begun_at__gte=moment)
        return {one for digests in begun.values_list("digests", flat=True) for one in digests}

    def of_identity(self, sandbox_id: int, identity: Pair) -> ErasureQuerySet:
        """Those of whoever has this identity, also if it was written in other letters."""
        namespace, value = identity
        wanted = {digest(sandbox_id, (namespace, form)) for form in (value, value.strip().lower())}
        # Lists in JSON are searched for nowhere else; erasures are few.
        known = self.filter(sandbox=sandbox_id).values_list("pk", "digests")
        return self.filter(pk__in=[pk for pk, digests in known if wanted & set(digests)])


class Erasure(models.Model):
    """Who had whom erased, and when; of whom only keyed hashes remain (subjects.digest)."""

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, verbose_name=_("sandbox"))
    digests = models.JSONField(_("hashes of the identities"), default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL
    )
    # Kept when the user is deleted.
    by_name = models.CharField(_("by"), max_length=150)
    begun_at = models.DateTimeField(_("begun"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    # How many rows went, by store.
    rows = models.JSONField(_("erased rows"), default=dict)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        indexes = [
            # The list, newest first.
            models.Index(fields=["sandbox", "-id"], name="erasure_recent"),
        ]

    def __str__(self) -> str:
        return str(_("Erasure %(number)s") % {"number": self.pk})
