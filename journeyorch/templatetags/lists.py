"""Template tags of lists."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template import Engine, Variable, VariableDoesNotExist
from django.utils.safestring import SafeString

from journeyorch.lists.counting import MOST_COUNTED
from journeyorch.lists.listing import Column, Row
from journeyorch.lists.menus import menu_of

register = template.Library()
# References of the expression language.
_BEGINS = re.compile(r"[@#]\{")


@register.simple_tag(takes_context=True)
def cell(context: template.Context, column: Column, row: Row) -> SafeString:
    """What a column shows of a row."""
    names = {"row": row.thing, "known": row.known, "url": row.url, "request": context.get("request")}
    try:
        value: Any = _path(column.value).resolve(names)
    except VariableDoesNotExist:  # a relation that leads nowhere
        value = None
    # In the context of the page: to make one for each cell takes longer than most cells.
    with context.push(**names, value=value):
        return Engine.get_default().get_template(column.cell).render(context)


@lru_cache(maxsize=500)
def _path(text: str) -> Variable:
    return Variable(text)


register.simple_tag(menu_of, name="row_menu")


@register.filter
def next_sort(column: Column, sort: str) -> str:
    """What a click on the column's head sorts by, where it is sorted so now."""
    return column.next_sort(sort)


@register.filter
def bounded(count: int, most: int = MOST_COUNTED) -> str:
    """A number that was counted up to ``most`` only."""
    return f"{intcomma(count)}+" if count >= most else str(intcomma(count))


@register.filter
def help_of(field: Any) -> SafeString:
    """The help text of a form's field: written by us, as HTML, because Django's admin shows it as such.

    Lines do not break within the beginning of a reference, such as ``#{``.
    """
    return SafeString(_BEGINS.sub(r'<span class="unbroken">\g<0></span>', str(field.help_text)))
