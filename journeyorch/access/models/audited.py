"""The base of rows whose changes are written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models, transaction

from journeyorch.access import audit


class Audited(models.Model):
    """Saving or deleting one writes a line of the audit log in the same transaction.

    The log is that of the sandbox that its ``sandbox_id`` names.
    """

    # What the audit log does not tell of: it follows from the rest, or is nobody's business.
    not_audited: ClassVar[frozenset[str]] = frozenset()
    # Of which it tells that they were changed, and no value.
    kept_secret: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            before = audit.values_of(type(self), self.pk)
            super().save(*args, **kwargs)
            audit.saved(self, before=before)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            audit.record("deleted", self)
            return super().delete(*args, **kwargs)

    def audited_as(self, changes: Mapping[str, Any]) -> str:
        """The verb of the audit log for a change of these fields."""
        return "changed"
