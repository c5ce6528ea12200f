"""Long work over the API: listed, followed, cancelled, and the files that it made."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.problems import Conflict
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeyorch.background.downloading import file_of
from journeyorch.background.kinds import kinds_open_to
from journeyorch.background.models import BackgroundTask, TaskQuerySet
from journeyorch.background.tasks import cancel

_TAG = "Background tasks"
_MOST_LINES = 200


class TasksQuery(PageQuery):
    state: Literal["", "open", "done", "failed", "cancelled"] = ""


class TaskAnswer(Answer):
    """``done`` of ``total``, which is null while nobody knows it, counted in ``unit``; ``percent`` of it.

    ``badLines``: so many could not be used; ``message`` says why the task failed.
    """

    id: int
    kind: str
    title: str
    state: str
    done: int
    total: int | None
    unit: str
    percent: int | None
    badLines: int  # noqa: N815 - the name in the answer
    message: str
    by: str | None
    createdAt: datetime  # noqa: N815
    finishedAt: datetime | None  # noqa: N815
    hasFile: bool  # noqa: N815


class TasksAnswer(Answer):
    items: list[TaskAnswer]
    next: int | None


class LineAnswer(Answer):
    number: int
    reason: str


class OneTaskAnswer(TaskAnswer):
    """``lines``: the first of those that could not be used; ``result``: figures, when it is over."""

    lines: list[LineAnswer]
    result: dict[str, Any]


class Tasks(ApiView):
    @operation("list_tasks", tag=_TAG, query=TasksQuery, answer=TasksAnswer)
    def get(self, request: Request) -> Response:
        """Those of the kinds that you may begin, newest first."""
        asked = read_query(TasksQuery, request)
        rows = _tasks(request)
        page = newest_first(rows.filter(state=asked.state) if asked.state else rows, asked)
        return Response({"items": [task_shown(task) for task in page.rows], "next": page.next})


class OneTask(ApiView):
    @operation("read_task", tag=_TAG, answer=OneTaskAnswer)
    def get(self, request: Request, id: int) -> Response:
        """How far it is; with the first 200 lines that could not be used."""
        task = _task(request, id)
        bad = task.lines.order_by("number")[:_MOST_LINES] if task.bad_lines else ()
        lines = [{"number": line.number, "reason": line.reason} for line in bad]
        return Response({**task_shown(task), "lines": lines, "result": task.result})


class CancelTask(ApiView):
    @operation("cancel_task", tag=_TAG, answer=TaskAnswer, status=HTTPStatus.ACCEPTED, also=(409,))
    def post(self, request: Request, id: int) -> Response:
        """Have it end after what it has in hand."""
        task = _task(request, id)
        if not cancel(task):
            raise Conflict("The task is over already, or it is one that runs to its end.")
        return Response(task_shown(task), status=HTTPStatus.ACCEPTED)


class TaskFile(ApiView):
    about_people = True
    schema = None  # a file of any form

    def get(self, request: Request, id: int) -> StreamingHttpResponse:
        answer = file_of(_task(request, id))
        if answer is None:
            raise NotFound("The task is not done, or its file is no longer kept.")
        return answer


def _tasks(request: Request) -> TaskQuerySet:
    kinds = kinds_open_to(request.user)
    if not kinds:
        raise PermissionDenied
    rows = BackgroundTask.objects.filter(sandbox=sandbox_of(request)).of_kinds(kinds)
    return rows.select_related("by", "file")


def _task(request: Request, id: int) -> BackgroundTask:
    return get_object_or_404(_tasks(request), pk=id)


def task_shown(task: BackgroundTask) -> dict[str, Any]:
    """A task as answers have it; also as the answer to what has just begun it."""
    return {
        "id": task.pk,
        "kind": task.kind,
        "title": task.title,
        "state": task.state,
        "done": task.done,
        "total": task.total,
        "unit": task.unit,
        "percent": task.percent,
        "badLines": task.bad_lines,
        "message": task.message,
        "by": task.by.get_username() if task.by else None,
        "createdAt": task.created_at,
        "finishedAt": task.finished_at,
        "hasFile": task.state == BackgroundTask.State.DONE and task.file_id is not None,
    }
