"""The table of requests that are not done twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

#: Characters of a client's key.
LONGEST_KEY = 255
#: For so long a repetition gets the first one's answer.
KEPT = timedelta(hours=24)


class AnsweredRequest(models.Model):
    """One request with a key, and what it was answered with."""

    # Who sent it: a key is the client's own, so two clients may use the same.
    sender = models.CharField(max_length=40)
    key = models.CharField(max_length=LONGEST_KEY)
    # SHA-256 of method, address, sandbox and body.
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    # Sealed: an answer may hold a key that is shown once.
    answer = models.JSONField(default=dict)
    # Retention deletes by it.
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "key"], name="answered_request_unique")]

    def __str__(self) -> str:
        return self.key


def forget_answers(now: datetime, *, most: int) -> int:
    """Delete what nobody may ask for again; returns how many."""
    old = AnsweredRequest.objects.filter(at__lte=now - KEPT).order_by("at")
    ids = list(old.values_list("pk", flat=True)[:most])
    AnsweredRequest.objects.filter(pk__in=ids).delete()
    return len(ids)
