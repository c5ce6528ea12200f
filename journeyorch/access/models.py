"""Users and sandboxes: who may use Journeyorch, and in which separate world (events.md, Sandboxes)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser, Group
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from journeyorch.access.locks import lock_sandbox


class Sandbox(models.Model):
    """A separate world: everything configured, received or run belongs to exactly one.

    ``generation`` goes up in the transaction of every change to events, mappings, journeys, segments,
    sources or actions; the engine's caches are keyed by it (engine.md § 3).
    """

    class Kind(models.TextChoices):
        PRODUCTION = "production", _("Production")
        DEVELOPMENT = "development", _("Development")

    name = models.SlugField(_("name"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.DEVELOPMENT)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    # Separated by blanks or lines; "@example.com" stands for a whole domain (journeys.md, Test mode).
    test_addresses = models.TextField(
        _("allowed test addresses"),
        blank=True,
        help_text=_(
            "Email addresses, domains such as @example.com, phone numbers and tokens that messages of tests "
            "may go to, one a line; empty: they go out as in production."
        ),
    )
    groups = models.ManyToManyField(
        Group,
        verbose_name=_("groups"),
        blank=True,
        related_name="sandboxes",
        help_text=_("Everybody in these groups may enter."),
    )
    generation = models.BigIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("sandbox")
        verbose_name_plural = _("sandboxes")

    def __str__(self) -> str:
        return self.title or self.name

    def configuration_changed(self) -> None:
        """Raise the generation; call inside the transaction of the change.

        The exclusive lock waits for waves under way and holds up new ones until this transaction ends, so
        that none decides by the old configuration after the change is visible.
        """
        lock_sandbox(self.pk, shared=False)
        Sandbox.objects.filter(pk=self.pk).update(generation=F("generation") + 1)


class User(AbstractUser):
    """Somebody who logs in. Own model from the start, because it cannot be exchanged later."""

    sandboxes = models.ManyToManyField(Sandbox, verbose_name=_("sandboxes"), blank=True)

    def open_sandboxes(self) -> QuerySet[Sandbox]:
        """Those given to the user or to a group of theirs; a superuser enters all."""
        if self.is_superuser:
            return Sandbox.objects.all()
        return Sandbox.objects.filter(Q(user=self) | Q(groups__user=self)).distinct()


class Configuration(models.Model):
    """Base of everything that technical or business users configure in a sandbox.

    Saving or deleting one raises the sandbox's generation in the same transaction, so that routing and
    waves never work with a stale copy.
    """

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
