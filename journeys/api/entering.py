"""Why nobody enters a version, over the API."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.api.describing import Answer, operation
from journeyorch.api.views import ApiView
from journeys.reports.entering import findings, verdict_in_words
from journeys.reports.entering_facts import facts_of
from journeys.views.shell import VIEW, version_of
from journeys.views.versions import document_of


class FindingAnswer(Answer):
    """One thing that must be so; ``fault``: while it is not, nobody enters."""

    name: str
    title: str
    verdict: Literal["good", "warning", "fault", "unknown"]
    evidence: str


class EnteringAnswer(Answer):
    """``verdict``: in one sentence; ``findings``: in the order in which an event meets them."""

    verdict: str
    findings: list[FindingAnswer]


class Entering(ApiView):
    permissions = (VIEW,)

    @operation("explain_entering", tag="Journeys", answer=EnteringAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        """What must be so for somebody to enter, each with what was seen."""
        version = version_of(request, uid)
        document, _problems = document_of(version)
        facts = facts_of(version, document, now=timezone.now())
        found = findings(facts)
        shown = [
            {"name": one.name, "title": one.title, "verdict": one.verdict, "evidence": one.evidence}
            for one in found
        ]
        return Response({"verdict": verdict_in_words(facts, found), "findings": shown})
