"""What somebody has chosen about a page."""

from __future__ import annotations

from django.db import models

from journeyorch.access.models.user import User


class Preference(models.Model):
    """One choice of one user, such as the columns of a list; whoever asks for it checks what is in it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False)
    name = models.CharField(max_length=60)
    value = models.JSONField(default=dict)

    class Meta:
        # Also the look-up of each page.
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="preference_once")]
