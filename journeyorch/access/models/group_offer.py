"""What the ready-made groups have been given."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import models


class GroupOffer(models.Model):
    """A permission that a ready-made group was given: what an administrator takes away is not given again."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, db_index=False)
    permission = models.ForeignKey(Permission, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "permission"], name="group_offer_once")]
