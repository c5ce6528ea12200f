"""The list of erasures over the API: who had somebody erased, and when; of whom only hashes remain."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, model_validator
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeyorch.privacy.models import Erasure
from journeyorch.privacy.work import Erase

_TAG = "Requests of people"


class ErasuresQuery(PageQuery):
    """``namespace`` and ``id``: was this person erased?"""

    namespace: str = Field(default="", max_length=60)
    id: str = Field(default="", max_length=512)

    @model_validator(mode="after")
    def _whole(self) -> ErasuresQuery:
        if bool(self.namespace) != bool(self.id):
            raise ValueError("an identity has a namespace and an id")
        return self


class ErasureAnswer(Answer):
    """``rows``: how many went, by what kept them."""

    id: int
    begunAt: datetime  # noqa: N815 - the name in the answer
    finishedAt: datetime | None  # noqa: N815
    by: str
    rows: dict[str, int]


class ErasuresAnswer(Answer):
    items: list[ErasureAnswer]
    next: int | None


class Erasures(ApiView):
    permissions = (Erase.permission,)

    @operation("list_erasures", tag=_TAG, query=ErasuresQuery, answer=ErasuresAnswer)
    def get(self, request: Request) -> Response:
        """That people were erased, the latest first. Whom is not known any more, but can be asked for."""
        asked, sandbox = read_query(ErasuresQuery, request), sandbox_of(request)
        rows = Erasure.objects.filter(sandbox=sandbox)
        if asked.id:
            rows = rows.of_identity(sandbox.pk, (asked.namespace, asked.id))
        page = newest_first(rows, asked)
        items = [
            {
                "id": one.pk,
                "begunAt": one.begun_at,
                "finishedAt": one.finished_at,
                "by": one.by_name,
                "rows": one.rows,
            }
            for one in page.rows
        ]
        return Response({"items": items, "next": page.next})
