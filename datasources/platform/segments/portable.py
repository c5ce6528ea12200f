"""The portable form of a segment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from datasources.platform.schemas.models import Schema
from datasources.platform.segments.forms import SegmentForm
from datasources.platform.segments.models import Segment
from journeyorch.portable.forms import FormKind
from journeyorch.portable.kind import Document, portable


class SegmentDocument(Document):
    """``every``, ``at`` and ``weekday`` (0: Monday) are for those that are evaluated in batches."""

    name: str
    description: str = ""
    expression: str
    evaluation: Literal["streaming", "batch"] = "streaming"
    every: Literal["", "hour", "day", "week"] = "day"
    at: str = "03:00"
    weekday: int = 0


@portable
class Segments(FormKind):
    name = "segments"
    title = _("Segments")
    model = Segment
    form = SegmentDocument
    form_class = SegmentForm
    used_as = "segment"
    filters = ("evaluation",)

    def unlike(self, row: Any) -> dict[str, Any]:
        return {"at": f"{row.at:%H:%M}"}

    def refers(self, row: Any) -> Iterator[Model]:
        """What there is to know of a person stands in all schemas that feed profiles."""
        yield from Schema.objects.filter(sandbox=row.sandbox_id, kind=Schema.Kind.PROFILE).order_by("pk")

    def about(self, row: Any) -> dict[str, Any]:
        return {**super().about(row), "evaluatedAt": row.evaluated_at}
