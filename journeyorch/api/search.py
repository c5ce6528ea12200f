"""The search over everything, over the API."""

from __future__ import annotations

from pydantic import ConfigDict, Field
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body
from journeyorch.api.describing import Answer, operation
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeyorch.finding import find


class SearchQuery(Body):
    """``q``: a part of a name, or a whole identity of a person."""

    model_config = ConfigDict(extra="forbid", strict=False)

    q: str = Field(min_length=1, max_length=512)


class HitAnswer(Answer):
    """``url``: of its page; ``note`` tells it from others of the same name."""

    label: str
    url: str
    note: str


class HitsAnswer(Answer):
    title: str
    hits: list[HitAnswer]


class SearchAnswer(Answer):
    """``groups``: what was found, by kind; the first few of each."""

    groups: list[HitsAnswer]


class Search(ApiView):
    @operation("search", tag="Search", query=SearchQuery, answer=SearchAnswer)
    def get(self, request: Request) -> Response:
        """What you may see and a text finds."""
        asked = read_query(SearchQuery, request)
        groups = find(sandbox_of(request), asked.q.strip(), user=request.user)
        shown = [{"title": each.title, "hits": [hit._asdict() for hit in each.hits]} for each in groups]
        return Response({"groups": shown})
