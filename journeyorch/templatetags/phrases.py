"""What pure packages say of a problem, in the reader's language."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from journeyorch.phrases import said

register = template.Library()
register.filter("said", lambda message: said(message, gettext))
# A sentence that a worker has stored, if it is one of those in the catalogue; any other stays as it is.
register.filter("in_words", lambda stored: gettext(stored) if stored else "")
