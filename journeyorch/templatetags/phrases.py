"""What pure packages say of a problem, in the reader's language."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from journeyorch.phrases import in_words, said

register = template.Library()
register.filter("said", lambda message: said(message, gettext))
# A text that a worker has stored.
register.filter("in_words", lambda stored: in_words(stored, gettext))
