"""Counting that ends somewhere: counting a million rows takes longer than a page may."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import IntegerField, Subquery

#: Rows are counted up to here; nobody looks at the last page of more.
MOST_COUNTED = 10_000


class CountOf(Subquery):
    """How many rows a subquery has; slice it, and the database stops counting there."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


class BoundedPaginator(Paginator):
    """Pages of the first ``MOST_COUNTED`` rows."""

    @cached_property
    def count(self) -> int:
        return counted(self.object_list)


def counted(rows: Any) -> int:
    """How many rows a queryset has, at most ``MOST_COUNTED``."""
    count: int = rows.order_by()[:MOST_COUNTED].count()
    return count
