"""The kinds of messages, and how long their addresses may be."""

from django.db import models
from django.utils.translation import gettext_lazy as _

#: The subscription of a browser is the longest.
ADDRESS_LENGTH = 4096


class Kind(models.TextChoices):
    """The built-in channels."""

    EMAIL = "email", _("Email")
    SMS = "sms", _("SMS")
    PUSH = "push", _("Push")
