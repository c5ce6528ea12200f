"""What pure packages say of a problem, in the reader's language."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from journeyorch.phrases import said
from journeyorch.telling import told

register = template.Library()
register.filter("said", lambda message: said(message, gettext))
# A text that a worker has stored.
register.filter("in_words", told)
