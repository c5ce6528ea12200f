"""Template tags of lists."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template import Variable, VariableDoesNotExist
from django.template.loader import get_template
from django.utils.safestring import SafeString

from journeyorch.lists.counting import MOST_COUNTED
from journeyorch.lists.listing import Column, Row

register = template.Library()


@register.simple_tag(takes_context=True)
def cell(context: template.Context, column: Column, row: Row) -> SafeString:
    """What a column shows of a row."""
    names = {"row": row.thing, "known": row.known, "url": row.url, "request": context.get("request")}
    try:
        value: Any = Variable(column.value).resolve(names)
    except VariableDoesNotExist:  # a relation that leads nowhere
        value = None
    return SafeString(get_template(column.cell).render({**names, "value": value}))


@register.filter
def bounded(count: int, most: int = MOST_COUNTED) -> str:
    """A number that was counted up to ``most`` only."""
    return f"{intcomma(count)}+" if count >= most else str(intcomma(count))


@register.filter
def help_of(field: Any) -> SafeString:
    """The help text of a form's field: written by us, as HTML, because Django's admin shows it as such."""
    return SafeString(field.help_text)
