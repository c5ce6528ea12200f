"""Icons of the sprite, for templates and for what makes its HTML itself."""

from __future__ import annotations

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

# They point along the line of reading, and are turned round where it runs from right to left.
_POINTING = frozenset({"back", "forward", "undo", "redo", "logout", "door", "list"})


def icon(name: str, css: str = "icon") -> SafeString:
    """An icon; says nothing to screen readers, so there must be a text beside it."""
    return _icon(static("icons.svg"), name, css)


@lru_cache(maxsize=500)
def _icon(sprite: str, name: str, css: str) -> SafeString:
    """A list has hundreds of them."""
    return format_html(
        '<svg class="{}{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css, " icon--pointing" if name in _POINTING else "", sprite, name,
    )  # fmt: skip


def icon_url(name: str) -> str:
    """The address of an icon, for pictures that place it themselves."""
    return f"{static('icons.svg')}#{name}"
