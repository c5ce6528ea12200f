"""A separate world: what is configured, received or run belongs to one (architecture.md, Access)."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from journeyorch.access.locks import lock_sandbox


class Sandbox(models.Model):
    """A separate world: everything configured, received or run belongs to exactly one.

    ``generation`` goes up in the transaction of every change to events, mappings, journeys, segments,
    sources or actions; the engine's caches are keyed by it (engine.md, Waves).
    """

    class Kind(models.TextChoices):
        PRODUCTION = "production", _("Production")
        DEVELOPMENT = "development", _("Development")

    name = models.SlugField(_("name"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.DEVELOPMENT)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    # Separated by blanks or lines; "@example.com" stands for a whole domain (users.md, Testing).
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
    # While it is being emptied (journeyorch/resetting): nothing comes in, and nobody changes anything.
    reset_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("sandbox")
        verbose_name_plural = _("sandboxes")
        permissions = [("reset_sandbox", gettext_noop("Can reset sandboxes"))]

    def __str__(self) -> str:
        return self.title or self.name

    def configuration_changed(self) -> None:
        """Raise the generation; call inside the transaction of the change.

        The exclusive lock waits for waves under way and holds up new ones until this transaction ends, so
        that none decides by the old configuration after the change is visible.
        """
        lock_sandbox(self.pk)
        Sandbox.objects.filter(pk=self.pk).update(generation=F("generation") + 1)
