"""The suppression list from files and as a file, over the API: long work, to be followed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from django.conf import settings
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from actions.contact.lists import Export, Import, begin_export, begin_import
from datasources.platform.profiles.importing.layout import NotText
from datasources.platform.profiles.importing.rows import NotReadable
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import WITHOUT_NUL, Body, read
from journeyorch.api.describing import operation
from journeyorch.api.problems import Flaw, Unacceptable
from journeyorch.api.views import ApiView
from journeyorch.background.api import TaskAnswer, task_shown
from journeyorch.background.files import MOST_IN_BODY, TooLarge

_TAG = "Suppression list"


class SuppressionFileBody(Body):
    """``text``: CSV, a list of addresses or with names of columns in its first line; ``kind``: of lines
    that do not say theirs.
    """

    kind: Literal["email", "sms", "push"]
    text: str
    name: str = Field(default="addresses", max_length=200, pattern=WITHOUT_NUL)


class ImportSuppressions(ApiView):
    permissions = (Import.permission,)
    max_body = MOST_IN_BODY

    @operation(
        "import_suppressions", tag=_TAG, body=SuppressionFileBody, answer=TaskAnswer,
        status=HTTPStatus.ACCEPTED,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Have the addresses of a file put on the list; the task tells which lines hold none."""
        asked, sandbox, most = (
            read(SuppressionFileBody, request),
            sandbox_of(request),
            settings.IMPORT_MAX_BYTES,
        )
        try:
            task = begin_import(
                sandbox, asked.name, [asked.text.encode()], kind=asked.kind, by=request.user, most=most
            )
        except (TooLarge, NotText, NotReadable) as refusal:
            raise Unacceptable([Flaw("/text", str(refusal))]) from None
        return Response(task_shown(task), status=HTTPStatus.ACCEPTED)


class ExportSuppressions(ApiView):
    permissions = (Export.permission,)
    about_people = True

    @operation("export_suppressions", tag=_TAG, answer=TaskAnswer, status=HTTPStatus.ACCEPTED)
    def post(self, request: Request) -> Response:
        """Have the list written into a file, as it can be imported elsewhere; the task has it when done."""
        task = begin_export(sandbox_of(request), by=request.user)
        return Response(task_shown(task), status=HTTPStatus.ACCEPTED)
