"""The people of a version over the API: listed, and led on many at a time."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.models import User
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Conflict
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeys.api.instances import InstanceAnswer, described
from journeys.engine.decide import Verb
from journeys.models import Instance
from journeys.operating import MOST, operate_on_many, possible
from journeys.publishing import NotAllowed
from journeys.reports.people import PARKED, PeopleQuestion, people_of
from journeys.views.operations import OPERATE
from journeys.views.shell import VIEW, version_of

_TAG = "People in journeys"
_STATUSES = {status.name.lower(): str(int(status)) for status in Instance.Status}
_Status = Literal["", "parked", "running", "finished", "error", "timed_out", "stopped"]


class _Who(Body):
    """``id``: of the person; ``activity``: where they are, or were last; ``status``: also ``parked``."""

    model_config = ConfigDict(extra="forbid", strict=False)

    id: str = Field(default="", max_length=512)
    activity: str = Field(default="", max_length=64)
    status: _Status = ""

    def question(self, *, after: str = "") -> PeopleQuestion:
        status = PARKED if self.status == PARKED else _STATUSES.get(self.status, "")
        return PeopleQuestion.asked(
            {"q": self.id, "activity": self.activity, "status": status, "after": after}
        )


class PeopleQuery(_Who):
    """``after``: the ``next`` of the page before."""

    after: str = Field(default="", max_length=100)


class PeopleAnswer(Answer):
    items: list[InstanceAnswer]
    next: str | None


class ManyBody(_Who):
    """``operation``: for all whom ``id``, ``activity`` and ``status`` find, or of them only ``instances``.

    ``path``: along which a skipped step is left; ``preview``: only tell how many it would be.
    """

    operation: Literal["retry", "skip", "end", "done", "again", "fail"]
    path: str = Field(default="", max_length=64)
    instances: list[UUID] = Field(default=[], max_length=1000)
    preview: bool = False


class ManyAnswer(Answer):
    """``people``: for so many it was asked for, or would be; their stories say what came of it."""

    people: int


class VersionPeople(ApiView):
    permissions = (VIEW,)
    about_people = True

    @operation("list_people", tag=_TAG, query=PeopleQuery, answer=PeopleAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        """The ways through a version, newest first."""
        asked = read_query(PeopleQuery, request)
        version = version_of(request, uid)
        page = people_of(version, asked.question(after=asked.after))
        for one in page.instances:
            one.version = version
        following = str(page.following) if page.following else None
        return Response({"items": [described(one) for one in page.instances], "next": following})


class OperateMany(ApiView):
    permissions = (OPERATE,)
    about_people = True

    @operation(
        "operate_people", tag=_TAG, body=ManyBody, answer=ManyAnswer, status=HTTPStatus.ACCEPTED,
        also=(409,),
    )  # fmt: skip
    def post(self, request: Request, uid: UUID) -> Response:
        """For up to 50,000 people what ``/instances/<id>/<operation>`` does for one."""
        assert isinstance(request.user, User)  # nobody else has a permission
        version, body = version_of(request, uid), read(ManyBody, request)
        verb, question = Verb(body.operation), body.question()
        if body.preview:
            found = possible(version, question, verb, only=body.instances)[:MOST]
            return Response({"people": found.count()}, status=HTTPStatus.ACCEPTED)
        try:
            n = operate_on_many(version, question, verb, by=request.user, path=body.path, only=body.instances)
        except NotAllowed as refusal:
            raise Conflict(refusal.message) from None
        return Response({"people": n}, status=HTTPStatus.ACCEPTED)
