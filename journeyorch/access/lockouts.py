"""django-axes, which locks out whoever tries passwords, under a name that says so in the administration."""

from __future__ import annotations

from axes.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LockoutsConfig(AppConfig):
    verbose_name = _("Logins and lockouts")
