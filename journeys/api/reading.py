"""Versions to be read, over the API: told in sentences, and compared."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils.translation import gettext
from pydantic import ConfigDict, Field
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.api.bodies import Body
from journeyorch.api.describing import Answer, operation
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeys.definition.comparing import compare, in_words
from journeys.views.comparison import beside
from journeys.views.shell import VIEW, version_of
from journeys.views.story import told
from journeys.views.versions import document_of

_TAG = "Journeys"


class StepTold(Answer):
    """``paths``: who takes each way out, by its id."""

    id: str
    name: str
    sentences: list[str]
    paths: dict[str, str]


class StoryAnswer(Answer):
    """``journey``: who enters and when; ``steps``: in the order in which people meet them."""

    journey: list[str]
    steps: list[StepTold]


class Story(ApiView):
    permissions = (VIEW,)

    @operation("tell_version", tag=_TAG, answer=StoryAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        """A version in plain sentences, in the language of the request."""
        story = told(version_of(request, uid))
        steps = [_step(story, line.step) for line in story["lines"] if line.kind == "step"]
        return Response({"journey": story["told"], "steps": steps})


def _step(story: dict[str, Any], step: Any) -> dict[str, Any]:
    paths = {way: text for (id, way), text in story["paths"].items() if id == step.id}
    return {"id": step.id, "name": step.name, "sentences": story["sentences"][step.id], "paths": paths}


class ComparisonQuery(Body):
    """``with``: the number of another version; without it, the one before."""

    model_config = ConfigDict(extra="forbid", strict=False)

    with_: int | None = Field(default=None, alias="with", ge=1, lt=2**31)


class DifferenceAnswer(Answer):
    """``older`` and ``newer``: numbers of versions; ``differences``: each in a sentence."""

    older: int
    newer: int
    differences: list[str]


class Compare(ApiView):
    permissions = (VIEW,)

    @operation("compare_version", tag=_TAG, query=ComparisonQuery, answer=DifferenceAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        """What is different between two versions of a journey."""
        asked, version = read_query(ComparisonQuery, request), version_of(request, uid)
        other = beside(version, asked.with_)
        if other is None:
            raise NotFound("The journey has no such other version.")
        older, newer = sorted((version, other), key=lambda one: one.number)
        found = compare(document_of(older)[0], document_of(newer)[0], gettext)
        sentences = in_words(found, gettext)
        return Response({"older": older.number, "newer": newer.number, "differences": sentences})


urlpatterns = [
    path("versions/<uuid:uid>/story", Story.as_view(), name="api-version-story"),
    path("versions/<uuid:uid>/comparison", Compare.as_view(), name="api-version-comparison"),
]
