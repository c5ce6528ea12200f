"""Template filters for moments."""

from __future__ import annotations

from django import template

from journeyorch.moments import in_cell

register = template.Library()
register.filter("moment", in_cell)
