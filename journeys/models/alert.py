"""Alerts: what somebody wants to be told of, and what they have been told."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Configuration
from journeys.models.journey import Journey


class AlertQuerySet(models.QuerySet["Alert"]):
    def watched(self) -> AlertQuerySet:
        return self.filter(active=True).select_related("sandbox", "journey")


class Alert(Configuration):
    """Something that must not go unnoticed; it is told once when it begins, and once when it is over."""

    class Kind(models.TextChoices):
        FAILED_RATE = "failed_rate", _("Share of people whose journey fails, percent")
        NO_ENTRANCE = "no_entrance", _("Nobody enters, hours")
        BREAKER_OPEN = "breaker_open", _("A system is left alone because it fails, minutes")
        LAG = "lag", _("Events, people or timers are late, seconds")

    not_audited = Configuration.not_audited | {"firing_since", "told", "signing"}

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("what happens"), max_length=20, choices=Kind)
    threshold = models.FloatField(
        _("more than"),
        validators=[MinValueValidator(0)],
        help_text=_("In the unit that stands with what happens."),
    )
    journey = models.ForeignKey(
        Journey,
        verbose_name=_("journey"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        help_text=_("Only for failures and entrances; empty: all journeys together."),
    )
    emails = models.TextField(_("email addresses"), blank=True, help_text=_("One a line."))
    url = models.CharField(
        _("webhook"),
        max_length=2000,
        blank=True,
        help_text=_("Gets a POST with JSON, signed if there is a secret."),
    )
    # {"secret": sealed}: how the webhook's requests are signed; empty: they are not.
    signing: Any = models.JSONField(default=dict, blank=True, editable=False)
    active = models.BooleanField(_("active"), default=True)
    firing_since = models.DateTimeField(_("firing since"), null=True, editable=False)
    # The sentence that was sent last.
    told = models.TextField(_("last told"), blank=True, editable=False)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="alert_name_unique")]

    def __str__(self) -> str:
        return self.name


class AlertNoticeQuerySet(models.QuerySet["AlertNotice"]):
    def due(self, now: datetime) -> AlertNoticeQuerySet:
        return self.filter(due_at__lte=now)


class AlertNotice(models.Model):
    """One message of an alert to one address. Its id is the webhook's idempotency key."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("Email")
        WEBHOOK = "webhook", _("Webhook")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(
        Alert, verbose_name=_("alert"), on_delete=models.CASCADE, related_name="notices"
    )
    at = models.DateTimeField(_("time"))
    fires = models.BooleanField(_("begins"), help_text=_("Or else it is over."))
    text = models.TextField(_("text"))
    channel = models.CharField(_("by"), max_length=8, choices=Channel)
    address = models.CharField(_("to"), max_length=2000)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    # When it is to be sent, or sent again; for one that is being sent, when its lease ends; null: it is over.
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)

    objects = AlertNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("sent alert")
        verbose_name_plural = _("sent alerts")
        indexes = [
            # What is to be sent.
            models.Index(
                fields=["due_at"], name="alert_notice_due", condition=models.Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.text
