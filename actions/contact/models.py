"""What is kept to leave people alone."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from actions.contact.hashing import address_hash
from actions.kinds import ADDRESS_LENGTH, Kind
from journeyorch.access import audit
from journeyorch.access.models import Configuration, Sandbox


class ContactRules(models.Model):
    """When, and how often, one person may be written to; of a channel, and of a whole sandbox."""

    class Quiet(models.TextChoices):
        WAIT = "wait", _("The message waits until they are over")
        HOLD = "hold", _("The message is held back")

    quiet_from = models.TimeField(
        _("quiet from"),
        null=True,
        blank=True,
        help_text=_("In the person's time zone, or without one in the sandbox's. Example: 21:00"),
    )
    quiet_until = models.TimeField(
        _("quiet until"), null=True, blank=True, help_text=_("May be on the next day. Example: 08:00")
    )
    in_quiet = models.CharField(_("in quiet hours"), max_length=4, choices=Quiet, default=Quiet.WAIT)
    most_messages = models.PositiveIntegerField(
        _("most messages to one person"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("More are held back. Empty: any number."),
    )
    in_hours = models.PositiveIntegerField(
        _("in so many hours"), default=24, validators=[MinValueValidator(1), MaxValueValidator(24 * 90)]
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValidationError({"quiet_until": _("Quiet hours need a beginning and an end.")})
        if self.quiet_from is not None and self.quiet_from == self.quiet_until:
            raise ValidationError({"quiet_until": _("Quiet hours end at another time than they begin.")})


class SandboxContactRules(Configuration, ContactRules):
    """Rules over all channels of a sandbox, in addition to those of each channel."""

    class Meta:
        verbose_name = _("contact rules")
        verbose_name_plural = _("contact rules")
        constraints = [models.UniqueConstraint(fields=["sandbox"], name="contact_rules_once")]

    def __str__(self) -> str:
        return str(self.sandbox)


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Questions about addresses."""

    def of_address(self, address: str) -> SuppressionQuerySet:
        """By the hash, which has an index and finds erased addresses, too."""
        return self.filter(address_hash__in={address_hash(kind, address) for kind in Kind.values})


class Suppression(models.Model):
    """An address that must not be written to, for one reason; there may be several of an address.

    Found by the hash of its address: an erased person's address goes, and they are still left alone.
    """

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        COMPLAINED = "complained", _("Complained about a message")
        BOUNCED = "bounced", _("Refused for good")
        MANUAL = "manual", _("Entered by hand")

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, verbose_name=_("sandbox"))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    address = models.CharField(_("address"), max_length=ADDRESS_LENGTH, blank=True)
    address_hash = models.CharField(max_length=64, editable=False)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, default=Reason.MANUAL)
    detail = models.TextField(_("detail"), blank=True)
    message_id = models.UUIDField(_("message"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppression list")
        constraints = [
            # Also the look-up before each sending.
            models.UniqueConstraint(
                fields=["sandbox", "kind", "address_hash", "reason"], name="suppression_once"
            ),
        ]

    def __str__(self) -> str:
        return self.address or str(_("an erased address"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.address:
            self.address_hash = address_hash(self.kind, self.address)
        with transaction.atomic():
            verb = "changed" if self.pk else "created"
            super().save(*args, **kwargs)
            audit.record(verb, self, label=self.audit_label)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            audit.record("deleted", self, label=self.audit_label)
            return super().delete(*args, **kwargs)

    @property
    def audit_label(self) -> str:
        """Tells entries apart without telling whose they are."""
        return f"{self.get_kind_display()} {self.address_hash[:12]}"


class ContactCount(models.Model):
    """The messages that one person got lately, as far as some frequency cap still looks back."""

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, db_constraint=False)
    # A channel's id, or 0 for the whole sandbox.
    scope = models.BigIntegerField()
    # "profile:<id>", or "address:<hash>" of somebody without a profile.
    recipient = models.CharField(max_length=80)
    # [[time, message id]], the oldest first.
    recent = models.JSONField(default=list)
    # When nobody looks at it any more.
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sandbox", "scope", "recipient"], name="contact_count_once"),
        ]
