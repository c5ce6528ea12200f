"""How pages write moments: short, as it is usual in the reader's language."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localtime

_CLOCK, _SECONDS = "H:i", "H:i:s"


def in_text(moment: datetime) -> str:
    """Within a sentence, with the time zone; one of a wall clock has none."""
    if is_aware(moment):
        local = localtime(moment)
        return f"{_short(local, _CLOCK)} {local:%Z}"
    return _short(moment, _CLOCK)


def in_cell(moment: datetime) -> SafeString:
    """To the second, for tables and figures, and as programs read it."""
    local = localtime(moment)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), _short(local, _SECONDS))


def _short(moment: datetime, clock: str) -> str:
    return f"{date_format(moment, 'SHORT_DATE_FORMAT')} {date_format(moment, clock)}"
