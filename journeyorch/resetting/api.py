"""Resetting a sandbox over the API."""

from __future__ import annotations

from http import HTTPStatus

from django.shortcuts import get_object_or_404
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.models import Sandbox
from journeyorch.access.sandboxes import sandboxes_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Conflict, Flaw, Unacceptable
from journeyorch.api.views import ApiView
from journeyorch.background.api import TaskAnswer, task_shown
from journeyorch.resetting.beginning import NotResettable, begin_reset, latest_reset
from journeyorch.resetting.holding import holding
from journeyorch.resetting.work import PERMISSION

_TAG = "Sandboxes"


class ResetBody(Body):
    """``name``: the sandbox's, once more, so that nobody empties one by a slip in the address."""

    name: str = Field(max_length=60)


class HeldAnswer(Answer):
    """``count``: how many; where ``atLeast`` is true, counting stopped there."""

    kind: str
    count: int
    atLeast: bool  # noqa: N815 - the name in the answer


class ResetAnswer(Answer):
    """``task``: the latest reset, as long as it is remembered; ``items``: what another one would delete."""

    task: TaskAnswer | None
    items: list[HeldAnswer]


class ResetSandbox(ApiView):
    permissions = (PERMISSION,)

    @operation("read_sandbox_reset", tag=_TAG, answer=ResetAnswer)
    def get(self, request: Request, name: str) -> Response:
        """What the sandbox holds, and how far its latest reset is."""
        sandbox = _sandbox(request, name)
        task = latest_reset(sandbox)
        held = holding(sandbox.pk)
        return Response(
            {
                "task": None if task is None else task_shown(task),
                "items": [{"kind": one.model, "count": one.n, "atLeast": one.is_at_least} for one in held],
            }
        )

    @operation(
        "reset_sandbox", tag=_TAG, body=ResetBody, answer=TaskAnswer, status=HTTPStatus.ACCEPTED, also=(409,)
    )
    def post(self, request: Request, name: str) -> Response:
        """Delete everything that was configured in the sandbox and that happened in it. It cannot be undone.

        Asked again while it is under way, it answers with the same task; after one that failed it goes on.
        """
        sandbox, asked = _sandbox(request, name), read(ResetBody, request)
        if asked.name != sandbox.name:
            raise Unacceptable([Flaw("/name", "This is not the name of the sandbox in the address.")])
        try:
            task = begin_reset(sandbox, by=request.user)
        except NotResettable as reason:
            raise Conflict(str(reason)) from None
        return Response(task_shown(task), status=HTTPStatus.ACCEPTED)


def _sandbox(request: Request, name: str) -> Sandbox:
    return get_object_or_404(sandboxes_of(request), name=name)
