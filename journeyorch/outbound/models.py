"""Tables of the outgoing side."""

from __future__ import annotations

from django.db import models

from journeyorch.outbound.protection.models import (
    Breaker,
    CappingConfig,
    ConnectionPermit,
    ThrottleWindow,
    ThrottlingConfig,
)

__all__ = [
    "Breaker",
    "CallTally",
    "CapWindow",
    "CappingConfig",
    "ConnectionPermit",
    "ThrottleWindow",
    "ThrottlingConfig",
]


class CapWindow(models.Model):
    """How many calls of an endpoint's cap are taken in its present window (journeyorch.outbound.capping).

    One row an endpoint, moved on from window to window. No foreign key: the endpoint is a text such as
    "source:3", and a row of one that is gone does no harm.
    """

    endpoint = models.CharField(max_length=120, primary_key=True)
    # When slots were last taken, in ms since 1970 by the database's clock: tells which window ``taken``
    # counts.
    at_ms = models.BigIntegerField()
    taken = models.IntegerField()

    def __str__(self) -> str:
        return self.endpoint


class AuthToken(models.Model):
    """A token that a method of authentication has fetched, for all workers (journeyorch.outbound.tokens)."""

    # sha256 over the configuration and the origin that it is for: another secret has another row.
    key = models.CharField(max_length=64, primary_key=True)
    token = models.JSONField()  # sealed (outbound.secrets), bound to the key
    fetched_at = models.DateTimeField()
    # Whoever stores a token removes those that are over.
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class CallTally(models.Model):
    """How many attempts to call an endpoint ended in a way so far (journeyorch.outbound.tallies)."""

    endpoint = models.CharField(max_length=120)
    result = models.CharField(max_length=20)
    n = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "result"], name="call_tally_unique")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.result}"
