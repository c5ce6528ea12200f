"""Journeys that leave and come in over the addresses that clients of Journey Optimizer know (docs/api.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.authoring import REFUSAL, error_answer
from journeyorch.api.describing import Answer, operation
from journeyorch.api.flaws import Flaw
from journeyorch.api.problems import TooLarge
from journeyorch.api.views import ApiView
from journeyorch.portable import files
from journeyorch.portable.exporting import NotYours
from journeyorch.portable.importing import Conflicts, Terms, import_
from journeyorch.portable.kind import Unfit
from journeys import publishing
from journeys.api.transfer import FileAnswer, FileBody
from journeys.models import Journey, JourneyVersion
from journeys.portable import latest_of
from journeys.transfer import exported_version
from journeys.views.shell import CHANGE, VIEW, version_of

_TAG = "Transfer of journeys"
_NOT_VALID, _NOT_IMPORTED = "ERR_AUTHORING_JOURNEYVERSION_1", "ERR_AUTHORING_IMPORT_1"


class ResultsAnswer(Answer):
    results: list[dict[str, Any]]


class ResultAnswer(Answer):
    result: dict[str, Any]


class ImportedAnswer(Answer):
    """``uid``: of the version that was made."""

    resStatus: str  # noqa: N815 - clients' names
    uid: str
    journeyUID: str  # noqa: N815
    name: str


class Refused(Exception):
    """What was asked for cannot be done; in the words of these APIs."""

    def __init__(self, code: str, message: str, flaws: Iterable[Flaw] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.flaws = list(flaws)


class TransferView(ApiView):
    """Errors are ``{status, error, requestId}``."""

    permissions = (VIEW,)

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return _handle


class Listing(TransferView):
    @operation("list_authored_journeys", tag=_TAG, refusal=REFUSAL, answer=ResultsAnswer)
    def post(self, request: Request) -> Response:
        """All journeys of the sandbox, by name, with their latest version."""
        found = Journey.objects.filter(sandbox=sandbox_of(request)).order_by("name")
        return Response({"results": [_journey(latest_of(journey)) for journey in found]})


class Latest(TransferView):
    @operation("latest_journey_version", tag=_TAG, refusal=REFUSAL, answer=ResultAnswer)
    def get(self, request: Request, uid: str) -> Response:
        """The latest version of a journey."""
        journey = get_object_or_404(Journey, uid=_uid(uid), sandbox=sandbox_of(request))
        version = latest_of(journey)
        return Response({"result": {**_journey(version), "definition": version.document}})


class Export(TransferView):
    @operation("export_journey_version", tag=_TAG, refusal=REFUSAL, answer=FileAnswer)
    def get(self, request: Request, uid: str) -> Response:
        """A version without errors, with everything that it needs; placeholders stand for secrets."""
        version = version_of(request, _uid(uid))
        errors = [one for one in publishing.check(version) if one.is_error]
        if errors:
            flaws = [Flaw(one.activity or "", f"{one.code}: {one.message}") for one in errors]
            raise Refused(_NOT_VALID, "The version has errors. Correct them, then export it.", flaws)
        return Response(exported_version(version, request.user.has_perm))


class Import(TransferView):
    permissions = (CHANGE,)
    max_body = files.MOST_BYTES

    @operation(
        "import_journey_version", tag=_TAG, refusal=REFUSAL, body=FileBody, answer=ImportedAnswer, status=201
    )
    def post(self, request: Request) -> Response:
        """What was exported, with secrets in place of the placeholders, as a new draft with new ids; what
        is here already stays as it is.
        """
        assert isinstance(request.user, User)  # nobody else has a permission
        terms = Terms(Conflicts.COPY, anew=True, by=request.user, may=request.user.has_perm)
        plan = import_(sandbox_of(request), request.data, terms)
        made = plan.rows_of("journeys")
        if not plan.possible or not made:
            raise Refused(_NOT_IMPORTED, "Nothing was imported; see errors.", plan.flaws)
        version = latest_of(made[-1])
        names = {"name": version.journey.name, "journeyUID": str(version.journey.uid)}
        answer = {"resStatus": "created", "uid": str(version.uid), **names}
        return Response(answer, status=HTTPStatus.CREATED)


def _uid(text: str) -> UUID:
    """Whatever is asked for is answered in the words of these APIs, also what is no id."""
    try:
        return UUID(text)
    except ValueError:
        raise exceptions.NotFound("There is nothing with this id in your sandbox.") from None


def _journey(version: JourneyVersion) -> dict[str, Any]:
    journey = version.journey
    return {
        "uid": str(journey.uid),
        "name": journey.name,
        "description": journey.description,
        "sandboxName": version.sandbox.name,
        "latestVersion": {
            "uid": str(version.uid),
            "journeyVersion": version.number,
            "state": version.status,
        },
        "metadata": {
            "createdAt": journey.created_at,
            "lastModifiedAt": version.updated_at,
            "lastDeployedAt": version.published_at,
        },
    }


def _handle(problem: Exception, context: dict[str, Any]) -> Response | None:
    """Errors in the words of these APIs; None, which ends in a 500, for what is a fault of ours."""
    if isinstance(problem, NotYours):
        return error_answer(HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN, str(problem))
    if isinstance(problem, Unfit | Refused):
        code = problem.code if isinstance(problem, Refused) else _NOT_IMPORTED
        errors = [flaw._asdict() for flaw in problem.flaws]
        return error_answer(HTTPStatus.BAD_REQUEST, code, str(problem), errors=errors)
    response = exception_handler(problem, context)
    if response is None:
        return None
    not_read = (exceptions.ParseError, exceptions.UnsupportedMediaType, TooLarge)
    code = _NOT_IMPORTED if isinstance(problem, not_read) else response.status_code
    detail = response.data.get("detail", "") if isinstance(response.data, Mapping) else ""
    return error_answer(response.status_code, code, str(detail), headers=response.headers)
