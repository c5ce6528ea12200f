"""Lists in pages, newest first, by the numbers of their rows."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import Model, QuerySet
from pydantic import ConfigDict, Field

from journeyorch.api.bodies import Body

_Row = TypeVar("_Row", bound=Model)


class PageQuery(Body):
    """``after``: the ``next`` of the page before."""

    # Parameters are texts; what they mean is read from them.
    model_config = ConfigDict(extra="forbid", strict=False)

    limit: int = Field(default=100, ge=1, le=1000)
    after: int | None = Field(default=None, ge=1, lt=2**63)


class Page(NamedTuple, Generic[_Row]):
    """Some rows; ``next``: what the following page is asked for with, None if there is none."""

    rows: list[_Row]
    next: int | None


def newest_first(rows: QuerySet[_Row], asked: PageQuery, *, number: str = "id") -> Page[_Row]:
    """The page that is asked for; ``number``: the field that the rows are in the order of."""
    if asked.after is not None:
        bound: dict[str, Any] = {f"{number}__lt": asked.after}
        rows = rows.filter(**bound)
    found = list(rows.order_by(f"-{number}")[: asked.limit + 1])
    page = found[: asked.limit]
    return Page(page, getattr(page[-1], number) if len(found) > asked.limit else None)
