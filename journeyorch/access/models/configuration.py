"""The base of what people configure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from journeyorch.access import audit
from journeyorch.access.models.sandbox import Sandbox


class Configuration(models.Model):
    """Base of everything that technical or business users configure in a sandbox.

    Saving or deleting one raises the sandbox's generation in the same transaction, so that routing and
    waves never work with a stale copy, and writes a line of the audit log.
    """

    # What the audit log does not tell of: it follows from the rest, or is of no interest.
    not_audited: ClassVar[frozenset[str]] = frozenset({"created_at", "updated_at"})

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, verbose_name=_("sandbox"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            before = audit.values_of(type(self), self.pk)
            super().save(*args, **kwargs)
            self.sandbox.configuration_changed()
            audit.saved(self, before=before)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            self.sandbox.configuration_changed()
            audit.record("deleted", self)
            return super().delete(*args, **kwargs)

    def audited_as(self, changes: Mapping[str, Any]) -> str:
        """The verb of the audit log for a change of these fields."""
        return "changed"
