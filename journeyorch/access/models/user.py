"""Somebody who logs in."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models.sandbox import Sandbox


class Limits(NamedTuple):
    """What is left of a user's rights when something acts for them: permissions, and ids of sandboxes."""

    permissions: frozenset[str]
    sandboxes: frozenset[int]


class User(AbstractUser):
    """Somebody who logs in. Own model from the start, because it cannot be exchanged later."""

    sandboxes = models.ManyToManyField(Sandbox, verbose_name=_("sandboxes"), blank=True)
    #: Of pages, as LANGUAGES names it; empty: that of the browser.
    language = models.CharField(_("language"), max_length=10, blank=True, default="", editable=False)

    #: Of the one instance that acts for a request with an API credential (credentials.py).
    limits: Limits | None = None

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's, within the limits."""
        return (self.limits is None or perm in self.limits.permissions) and super().has_perm(perm, obj)

    def open_sandboxes(self) -> QuerySet[Sandbox]:
        """Those given to the user or to a group of theirs, within the limits; a superuser enters all."""
        found = Sandbox.objects.all()
        if not self.is_superuser:
            found = found.filter(Q(user=self) | Q(groups__user=self)).distinct()
        return found if self.limits is None else found.filter(pk__in=self.limits.sandboxes)

    @property
    def has_second_factor(self) -> bool:
        """Whether codes are asked for: a query, unless ``second_factor`` was selected, too."""
        factor = getattr(self, "second_factor", None)
        return factor is not None and factor.confirmed_at is not None
