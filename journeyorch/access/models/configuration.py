"""The base of what people configure."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models.audited import Audited
from journeyorch.access.models.sandbox import Sandbox


class Configuration(Audited):
    """Base of everything that technical or business users configure in a sandbox.

    Saving or deleting one also raises the sandbox's generation in the same transaction, so that routing and
    waves never work with a stale copy.
    """

    not_audited = frozenset({"created_at", "updated_at"})

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, verbose_name=_("sandbox"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)
            self.sandbox.configuration_changed()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            self.sandbox.configuration_changed()
            return super().delete(*args, **kwargs)


class ConfigurationPart(Audited):
    """Base of rows that belong to something configured, their ``owner``.

    They are as much a part of the sandbox's configuration: saving or deleting one raises its generation, too.
    """

    class Meta:
        abstract = True

    @property
    def owner(self) -> Configuration:
        """What it is a part of."""
        raise NotImplementedError

    @property
    def sandbox_id(self) -> int:
        """Of its owner."""
        return self.owner.sandbox_id

    @property
    def audit_label(self) -> str:
        """The owner's name as well: many things have a field or a language of the same name."""
        return f"{self.owner}: {self}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)
            self.owner.sandbox.configuration_changed()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            self.owner.sandbox.configuration_changed()
            return super().delete(*args, **kwargs)
