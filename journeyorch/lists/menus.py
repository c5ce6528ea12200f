"""What can be done with a row of a list, as HTML: a template would take longer for it than for the rest."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from journeyorch.icons import icon
from journeyorch.lists.listing import Row, RowAction

_MENU = """<div class="row-actions">
  <span class="row-actions__quick" aria-hidden="true">{quick}</span>
  <details class="menu">
    <summary class="button button--quiet button--square button--small" aria-label="{label}">{more}</summary>
    <div class="menu__list">{items}</div>
  </details>
</div>"""
_QUICK = (
    '<a class="button button--quiet button--square button--small" href="{}" title="{} ({})" tabindex="-1"'
    ' data-key="{}">{}</a>'
)
_ITEM = '<a class="menu__item{}" href="{}">{} {}{}</a>'
_KEY = ' <kbd class="push" aria-hidden="true">{}</kbd>'


def menu_of(row: Row) -> SafeString:
    """Buttons for pointers and keys, and a menu with the same for everybody; nothing without actions."""
    if not row.actions:
        return SafeString("")
    return format_html(
        _MENU,
        quick=_joined([_quick(action) for action in row.actions if action.key]),
        label=_("Actions for %(name)s") % {"name": row.name},
        more=icon("more"),
        items=_joined([_item(action) for action in row.actions]),
    )


def _quick(action: RowAction) -> SafeString:
    return format_html(
        _QUICK, action.url, action.label, _on_keyboard(action.key), action.key, icon(action.icon)
    )


def _item(action: RowAction) -> SafeString:
    danger = " menu__item--danger" if action.is_dangerous else ""
    key = format_html(_KEY, _on_keyboard(action.key)) if action.key else ""
    return format_html(_ITEM, danger, action.url, icon(action.icon), action.label, key)


def _on_keyboard(key: str) -> str:
    """What is written on the key."""
    return pgettext("key", "Del") if key == "Delete" else key.upper()


def _joined(parts: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
