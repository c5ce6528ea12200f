"""How things are called that expressions name (technical.md)."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

NAME_VALIDATOR = RegexValidator(r"^[A-Za-z0-9_]{1,30}$", _("Use at most 30 letters, digits and underscores."))
