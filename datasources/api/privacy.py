"""What people may ask for: everything about them exported, or erased. Both are long work, to be followed."""

from __future__ import annotations

from http import HTTPStatus

from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.profiles.people import MAX_NAMESPACE, MAX_VALUE, fits
from datasources.platform.profiles.privacy import subject_of
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import operation
from journeyorch.api.problems import Flaw, Unacceptable
from journeyorch.api.views import ApiView
from journeyorch.background.api import TaskAnswer, task_shown
from journeyorch.privacy.subjects import Subject
from journeyorch.privacy.work import Erase, Export, begin_erasure, begin_export

_TAG = "Requests of people"


class WhoBody(Body):
    """Somebody, by one identity; there need be no profile: journeys may know somebody who has none."""

    namespace: str = Field(min_length=1, max_length=MAX_NAMESPACE)
    id: str = Field(min_length=1, max_length=MAX_VALUE)


class ErasureBody(WhoBody):
    """``confirmed``: the id once more, because nothing brings back what is erased."""

    confirmed: str


class ExportPerson(ApiView):
    permissions = (Export.permission,)
    about_people = True

    @operation("export_person", tag=_TAG, body=WhoBody, answer=TaskAnswer, status=HTTPStatus.ACCEPTED)
    def post(self, request: Request) -> Response:
        """Have everything about somebody written into a file, which the task has when it is done."""
        task = begin_export(_subject(request, read(WhoBody, request)), by=request.user)
        return Response(task_shown(task), status=HTTPStatus.ACCEPTED)


class ErasePerson(ApiView):
    permissions = (Erase.permission,)
    about_people = True

    @operation("erase_person", tag=_TAG, body=ErasureBody, answer=TaskAnswer, status=HTTPStatus.ACCEPTED)
    def post(self, request: Request) -> Response:
        """Have everything about somebody deleted. It is over when the task is."""
        asked = read(ErasureBody, request)
        if asked.confirmed.strip() != asked.id.strip():
            raise Unacceptable([Flaw("/confirmed", "Write the id once more to confirm. Nothing was erased.")])
        task = begin_erasure(_subject(request, asked), by=request.user)
        return Response(task_shown(task), status=HTTPStatus.ACCEPTED)


def _subject(request: Request, asked: WhoBody) -> Subject:
    sandbox = sandbox_of(request)
    if asked.namespace not in namespaces_of(sandbox.pk):
        raise Unacceptable([Flaw("/namespace", "There is no such namespace.")])
    if not fits((asked.namespace, asked.id)):
        raise Unacceptable([Flaw("/id", "This is no identity.")])
    return subject_of(sandbox.pk, (asked.namespace, asked.id))
