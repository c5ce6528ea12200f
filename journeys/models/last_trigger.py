"""LastTrigger: what a user last sent with the form of a test, so that it stands there again."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from events.models import Event


class LastTrigger(models.Model):
    """The last values of one user and one event (users.md, Testing)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    event = models.ForeignKey(Event, on_delete=models.CASCADE)
    person = models.CharField(max_length=512)
    # The event's own fields, as the form or the JSON gave them.
    payload = models.JSONField(default=dict)
    sent_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="last_trigger_unique")]
