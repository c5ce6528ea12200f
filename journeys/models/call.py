"""Call: an outward call, from the decision to make it until its result is committed (engine.md, Calls)."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Sandbox


class CallQuerySet(models.QuerySet["Call"]):
    """Questions about many calls."""

    def due(self, now: datetime) -> CallQuerySet:
        """Calls that a worker should make now; those under way come due when their lease ends."""
        return self.filter(status=Call.Status.OPEN, not_before__lte=now)


class Call(models.Model):
    """Whatever leaves the house. Its id is the idempotency key (journeys/engine/decide/ids.py)."""

    class Status(models.IntegerChoices):
        OPEN = 0, _("Open")
        DONE = 1, _("Done")
        DROPPED = 2, _("Dropped")
        # Its worker died while it was made; an operator says what is to become of it.
        PARKED = 3, _("Parked")

    id = models.UUIDField(primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    lane_id = models.BigIntegerField()
    instance_id = models.UUIDField()
    activity = models.CharField(_("activity"), max_length=64)
    # Who makes it (journeyorch.outbound.calls) and what is to be done, as the wave decided it.
    kind = models.CharField(_("kind"), max_length=20)
    spec = models.TextField()
    namespace = models.CharField(max_length=60)
    person_id = models.CharField(max_length=512)
    in_test = models.BooleanField(default=False)
    # What is protected together: "source:3", "action:7", "channel:1"; for a call that waits in the line of a
    # throttle, that line.
    endpoint = models.CharField(_("endpoint"), max_length=80)
    # The endpoint that it had before it stood in line; null: it never did.
    own_endpoint = models.CharField(max_length=80, null=True)
    status = models.SmallIntegerField(_("status"), choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField(_("created"))
    # When it is due; for a call under way, when its lease ends: so the index of claims never meets it.
    not_before = models.DateTimeField()
    # How long all attempts together may take, from the first one.
    timeout_seconds = models.FloatField()
    first_attempt_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    owner = models.CharField(max_length=80, null=True)
    token = models.IntegerField(default=0)
    # The exact request, rendered once; retries send it again.
    request = models.TextField(null=True)
    # Status, code, message, data and time of the committed result, as JSON text.
    result = models.TextField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [
            # Claims: the due calls of an endpoint in order; throttled ones at the head slow nobody else.
            models.Index(fields=["endpoint", "not_before", "id"], name="call_open", condition=Q(status=0)),
            # The calls of an instance: its story, retention.
            models.Index(fields=["instance_id"], name="call_of_instance"),
        ]
