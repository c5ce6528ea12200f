"""Template tags of the tables of reports."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from journeys.views.shown_tables import Cell

register = template.Library()

_NUMBER = SafeString(' class="number"')


@register.simple_tag
def cells(row: Sequence[Cell]) -> SafeString:
    """A row's cells, the first as its heading. A loop in a template took three times as long for hundreds."""
    heading, *others = row
    shown = ((_NUMBER if cell.is_number else "", _inside(cell)) for cell in others)
    return format_html(
        '<th scope="row">{}</th>{}', _inside(heading), format_html_join("", "<td{}>{}</td>", shown)
    )


def _inside(cell: Cell) -> SafeString:
    text = conditional_escape(cell.text)
    if cell.url:
        text = format_html('<a class="table__name" href="{}">{}</a>', cell.url, text)
    return format_html('{} <span class="muted small">{}</span>', text, cell.note) if cell.note else text
