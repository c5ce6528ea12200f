"""People in journeys: found by an identity, their story, and what operators do with them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from django.shortcuts import get_object_or_404
from pydantic import ConfigDict, Field
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Conflict
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeys.engine.decide import Verb
from journeys.models import Call, Instance, StepEvent
from journeys.operating import operate
from journeys.publishing import NotAllowed
from journeys.reports.explaining import reasons_of
from journeys.reports.people import instances_of_person, names_of_person
from journeys.reports.story import Passed, story_of, waits_until
from journeys.reports.why import Why
from journeys.views.operations import CHOICES, OPERATE
from journeys.views.shell import VIEW
from journeys.views.versions import document_of

_TAG = "People in journeys"


class InstancesQuery(Body):
    """``id``: any identity of the person; ``namespace``: of which kind it is, if that is known."""

    model_config = ConfigDict(extra="forbid", strict=False)

    id: str = Field(min_length=1, max_length=512)
    namespace: str = Field(default="", max_length=60)
    limit: int = Field(default=100, ge=1, le=200)


class InstanceAnswer(Answer):
    """``activity``: the step where the person is, or was last."""

    instance: str
    journey: str
    version: str
    status: str
    activity: str
    enteredAt: Any  # noqa: N815 - the name in the answer
    endedAt: Any  # noqa: N815


class InstancesAnswer(Answer):
    items: list[InstanceAnswer]


class StoryAnswer(InstanceAnswer):
    """``steps``: all that was processed, oldest first; ``waitsUntil``: the next timer.

    A step's ``calls`` have what was sent and came back. Its ``why`` has the conditions that were looked at,
    in order, with what they saw; of a percentage split the number that chance gave; else it is null.
    """

    steps: list[dict[str, Any]]
    waitsUntil: Any  # noqa: N815


class OperationBody(Body):
    """``path``: along which a skipped step is left. ``activity``: of several that wait, which one."""

    path: str = Field(default="", max_length=64)
    activity: str = Field(default="", max_length=64)


class AskedAnswer(Answer):
    """``asked``: what was asked for; the story says what came of it."""

    asked: str


class Instances(ApiView):
    permissions = (VIEW,)
    about_people = True

    @operation("find_instances", tag=_TAG, query=InstancesQuery, answer=InstancesAnswer)
    def get(self, request: Request) -> Response:
        """A person's ways through journeys, newest first; all identities of the person count."""
        asked, sandbox = read_query(InstancesQuery, request), sandbox_of(request)
        names = names_of_person(sandbox, asked.id.strip(), asked.namespace)
        found = instances_of_person(sandbox, names)[: asked.limit]
        return Response({"items": [described(one) for one in found]})


class OneInstance(ApiView):
    permissions = (VIEW,)
    about_people = True

    @operation("read_instance", tag=_TAG, answer=StoryAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        """One person's way, step by step."""
        found = _instance(request, uid)
        story, (document, _problems) = story_of(found), document_of(found.version)
        reasons = reasons_of(story, document)
        steps = [{**_step(one), "why": _why(reasons.get(one.event.pk))} for one in story.passed]
        return Response({**described(found), "steps": steps, "waitsUntil": waits_until(story.state)})


class Operate(ApiView):
    permissions = (OPERATE,)
    about_people = True

    @operation(
        "operate_instance", tag=_TAG, body=OperationBody, answer=AskedAnswer,
        status=HTTPStatus.ACCEPTED, also=(409,),
    )  # fmt: skip
    def post(self, request: Request, uid: UUID, name: str) -> Response:
        """``retry`` the step, ``skip`` it along a path, ``end`` the way; of a parked call, whose outcome is
        unknown, say that it was ``done``, make it ``again``, or say that it did ``fail``.
        """
        if not isinstance(request.user, User):
            raise PermissionDenied
        if name not in {verb.value for verb in CHOICES}:
            raise NotFound("There is no such operation. Use one of those that are described.")
        body = read(OperationBody, request)
        try:
            operate(
                _instance(request, uid), Verb(name), by=request.user, path=body.path, activity=body.activity
            )
        except NotAllowed as refusal:
            raise Conflict(refusal.message) from None
        return Response({"asked": name}, status=HTTPStatus.ACCEPTED)


def _instance(request: Request, uid: UUID) -> Instance:
    """404 for one of another sandbox, and for one of a test that is over."""
    instances = Instance.objects.select_related("version__journey", "version__sandbox")
    found = get_object_or_404(instances, pk=uid, version__sandbox=sandbox_of(request))
    if found.run not in (0, found.version.run):
        raise NotFound
    return found


def described(instance: Instance) -> dict[str, Any]:
    """An instance as answers have it."""
    version = instance.version
    return {
        "instance": str(instance.pk),
        "journey": str(version.journey.uid),
        "journeyName": version.journey.name,
        "version": str(version.uid),
        "versionNumber": version.number,
        "namespace": instance.namespace,
        "id": instance.person_id,
        "status": Instance.Status(instance.status).name.lower(),
        "position": Instance.Position(instance.position).name.lower(),
        "activity": instance.activity,
        "enteredAt": instance.started_at,
        "endedAt": instance.ended_at,
    }


def _step(passed: Passed) -> dict[str, Any]:
    event = passed.event
    return {
        "activity": event.activity,
        "path": event.path,
        "status": StepEvent.Status(event.status).name.lower(),
        "at": event.at,
        "durationMs": round(passed.duration.total_seconds() * 1000),
        "receivedEvent": passed.received.pk if passed.received else None,
        "calls": [_call(call) for call in passed.calls],
        "detail": dict(passed.detail),
    }


def _call(call: Call) -> dict[str, Any]:
    """``request`` as it was sent, without credentials; ``result``: how it ended, null if it has not."""
    return {
        "id": str(call.pk),
        "kind": call.kind,
        "status": Call.Status(call.status).name.lower(),
        "attempts": call.attempts,
        "request": _read(call.request),
        "result": _read(call.result),
    }


def _read(text: str | None) -> Any:
    """What was stored as JSON; anything else as it is."""
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return text


def _why(reason: Why | None) -> dict[str, Any] | None:
    if reason is None:
        return None
    tried = [{**one._asdict(), "seen": [seen._asdict() for seen in one.seen]} for one in reason.tried]
    return {"drawn": reason.drawn, "tried": tried}
