"""The pages of messages."""

from __future__ import annotations

from django.db import models


class MirrorPage(models.Model):
    """A message's HTML as it was sent, for "view in your browser"; only of templates that offer it."""

    message_id = models.UUIDField(unique=True)
    html = models.TextField()
    created_at = models.DateTimeField()
