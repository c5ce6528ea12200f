"""A line of the audit log."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from journeyorch.access.audit_words import verb_in_words
from journeyorch.access.models.sandbox import Sandbox


class AuditEntry(models.Model):
    """Who did what to which thing, with its values before and after (architecture.md, Access).

    Names are written down as texts: the log outlives who acted and what they changed.
    """

    at = models.DateTimeField(_("when"))
    actor = models.CharField(_("who"), max_length=150)
    credential = models.CharField(_("API credential"), max_length=60, blank=True)
    sandbox = models.ForeignKey(
        Sandbox, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("sandbox")
    )
    verb = models.CharField(_("did"), max_length=30)
    # The model's label, such as "events.event"; with ``object_id`` it names the thing.
    kind = models.CharField(_("kind of thing"), max_length=60)
    object_id = models.CharField(max_length=60)
    label = models.CharField(_("thing"), max_length=200)
    # {"field": [before, after]}; secrets and documents are named, not shown.
    changes = models.JSONField(_("changes"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = [
            # The log, newest first.
            models.Index(fields=["-at"], name="audit_newest"),
            # The history of one thing; the last entry that another change of the same hour joins.
            models.Index(fields=["kind", "object_id", "-at"], name="audit_of_thing"),
        ]

    def __str__(self) -> str:
        words = {"actor": self.actor, "verb": verb_in_words(self.verb), "label": self.label}
        return str(_("%(actor)s %(verb)s %(label)s") % words)
