"""Tables of the protection: what technical users configure, and what the workers count."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Configuration, Sandbox

#: What waits in the line of a throttle that is undeployed goes on for so long.
DRAINING = timedelta(hours=24)


class State(models.TextChoices):
    """How clients see the life of a configuration."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    DEPLOYED = "deployed", _("Deployed")


def _user(label: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=label,
    )


class ProtectionConfig(Configuration):
    """What caps and throttles have in common. Also what cannot be deployed yet may be saved."""

    # What clients and export files know it by, in its sandbox.
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    # ["GET", "POST"]
    methods = models.JSONField(_("methods"), default=list)
    created_by = _user(_("created by"))
    modified_by = _user(_("changed by"))
    modified_at = models.DateTimeField(_("changed"), null=True, editable=False)
    deployed_by = _user(_("deployed by"))
    # In force since then; null: not in force.
    deployed_at = models.DateTimeField(_("deployed"), null=True, editable=False)
    last_deployed_at = models.DateTimeField(_("last deployed"), null=True, editable=False)

    class Meta:
        abstract = True

    def audited_as(self, changes: Mapping[str, Any]) -> str:
        """That it came into force, or out of it, is what the log tells of first."""
        before, after = changes.get("deployed_at", (None, None))
        if (before is None) == (after is None):
            return super().audited_as(changes)
        return "undeployed" if after is None else "deployed"

    @property
    def is_deployed(self) -> bool:
        return self.deployed_at is not None

    @property
    def has_been_deployed(self) -> bool:
        return self.last_deployed_at is not None


class CappingConfig(ProtectionConfig):
    """At most so many calls in so much time to the endpoints of a pattern; further ones are not made."""

    url = models.CharField(_("URL"), max_length=2000, blank=True)
    # {"action" | "dataSource": {"maxHttpConnections"?: int, "rating"?: {"maxCallsCount", "periodInMs"}}}
    services = models.JSONField(_("services"), default=dict)
    # {"url", "methods", "services"} as they were when it was deployed: in force until it is undeployed.
    deployed = models.JSONField(null=True, editable=False)

    class Meta:
        verbose_name = _("capping configuration")
        verbose_name_plural = _("capping configurations")
        constraints = [models.UniqueConstraint(fields=["sandbox", "uid"], name="capping_uid_unique")]

    def __str__(self) -> str:
        return self.url or str(self.uid)

    @property
    def terms(self) -> dict[str, Any]:
        """What it says now, deployed or not."""
        return {"url": self.url, "methods": self.methods, "services": self.services}

    @property
    def state(self) -> State:
        if self.is_deployed and self.deployed == self.terms:
            return State.DEPLOYED
        return State.UPDATED if self.modified_at or self.has_been_deployed else State.CREATED


class ThrottlingConfigQuerySet(models.QuerySet["ThrottlingConfig"]):
    """Questions about many throttles."""

    def existing(self) -> ThrottlingConfigQuerySet:
        """Without those that were deleted while calls waited."""
        return self.filter(deleted=False)

    def at_work(self, now: datetime) -> ThrottlingConfigQuerySet:
        """Deployed, or still letting out what waits."""
        draining = models.Q(undeployed_at__gt=now - DRAINING)
        return self.filter(models.Q(deployed_at__isnull=False) | draining)


class ThrottlingConfig(ProtectionConfig):
    """At most so many calls a second to the endpoints of a pattern; further ones wait in line."""

    name = models.CharField(_("name"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True)
    url_pattern = models.CharField(_("URL pattern"), max_length=2000, blank=True)
    max_throughput = models.IntegerField(_("calls per second"), null=True, blank=True)
    undeployed_at = models.DateTimeField(null=True, editable=False)
    # Gone for users; its line is kept until nobody can be waiting in it.
    deleted = models.BooleanField(default=False, editable=False)

    objects = ThrottlingConfigQuerySet.as_manager()

    class Meta:
        verbose_name = _("throttling configuration")
        verbose_name_plural = _("throttling configurations")
        constraints = [
            models.UniqueConstraint(
                fields=["sandbox", "uid"], name="throttling_uid_unique", condition=models.Q(deleted=False)
            )
        ]

    def audited_as(self, changes: Mapping[str, Any]) -> str:
        return "deleted" if "deleted" in changes else super().audited_as(changes)

    def __str__(self) -> str:
        return self.name or self.url_pattern or str(self.uid)

    @property
    def state(self) -> State:
        if self.is_deployed:
            return State.DEPLOYED
        return State.UPDATED if self.modified_at or self.has_been_deployed else State.CREATED


class ThrottleWindow(models.Model):
    """The slots that are taken of a throttle's present window (``windows``). Its row is the line's lock."""

    throttle = models.OneToOneField(ThrottlingConfig, on_delete=models.CASCADE, primary_key=True)
    at_ms = models.BigIntegerField(default=0)
    taken = models.IntegerField(default=0)


class ConnectionPermit(models.Model):
    """One of the connections that a cap allows, leased by a process (``permits``)."""

    # "cap:3:action"
    endpoint = models.CharField(max_length=80)
    number = models.IntegerField()
    owner = models.CharField(max_length=80)
    # By the database's clock, in ms since 1970; then anybody may take it.
    until_ms = models.BigIntegerField()

    class Meta:
        constraints = [
            # The number of rows of an endpoint is the number of its connections.
            models.UniqueConstraint(fields=["endpoint", "number"], name="connection_permit_unique")
        ]


class Breaker(models.Model):
    """An endpoint that has failed lately (``breaker``): how often in a row, and whether it is left alone.

    A row exists from the first failure on, so that a healthy endpoint costs nothing.
    """

    # "action:7", as calls name what is protected together.
    endpoint = models.CharField(_("endpoint"), max_length=80, primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, verbose_name=_("sandbox"))
    failures = models.IntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    last_failed_at = models.DateTimeField(_("last failure"), null=True)
    # Calls fail fast since then; null: they are made.
    opened_at = models.DateTimeField(_("open since"), null=True)
    # When the next probe may be made.
    probe_at = models.DateTimeField(_("next probe"), null=True)

    class Meta:
        verbose_name = _("circuit breaker")
        verbose_name_plural = _("circuit breakers")

    def __str__(self) -> str:
        return self.endpoint
