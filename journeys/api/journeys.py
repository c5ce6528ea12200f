"""Journeys and their versions: made, named, checked, published, closed, stopped, tested, copied, deleted."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from pydantic import ConfigDict
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Conflict, Flaw, Unacceptable, problem
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeyorch.portable.api import ListQuery
from journeyorch.portable.kind import Unfit, kinds
from journeys import publishing
from journeys.api.designer import DesignView, JourneyBody, name_journey
from journeys.designer.state import describe_problems, describe_version
from journeys.models import Journey, JourneyVersion
from journeys.portable import JourneyDocument
from journeys.views.lifecycle import MOVES
from journeys.views.shell import CHANGE, VIEW, version_of

_TAG = "Journeys"
_MOST_FLAWS = 20


class JourneysQuery(ListQuery):
    """``status``: of one of its versions."""

    status: Literal["draft", "test", "live", "closed", "stopped", "finished"] | None = None


class VersionHead(Answer):
    uid: str
    number: int
    status: str


class JourneyAnswer(Answer):
    """``versions``: the latest first."""

    uid: str
    name: str
    description: str
    tags: list[str]
    versions: list[VersionHead]


class JourneysPage(Answer):
    items: list[JourneyAnswer]
    next: str | None


class VersionAnswer(VersionHead):
    """A version, and the journey that it is of."""

    journey: dict[str, Any]
    revision: int


class ProblemsQuery(Body):
    """``testing``: what keeps it from being tested, else what keeps it from being published."""

    model_config = ConfigDict(extra="forbid", strict=False)

    testing: bool = False


class ProblemsAnswer(Answer):
    problems: list[dict[str, Any]]


class JourneysView(ApiView):
    """Base of what is about journeys of the sandbox; changes need the permission to change journeys."""

    permissions = (VIEW,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD") and not request.user.has_perm(CHANGE):
            raise PermissionDenied(_("You may look at journeys, not change them."))

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)  # nobody else has a permission
        return self.request.user

    def journeys(self) -> QuerySet[Journey]:
        return Journey.objects.filter(sandbox=sandbox_of(self.request)).prefetch_related("versions")

    def journey(self, uid: UUID) -> Journey:
        return get_object_or_404(self.journeys(), uid=uid)


class Journeys(JourneysView):
    @operation("list_journeys", tag=_TAG, query=JourneysQuery, answer=JourneysPage)
    def get(self, request: Request) -> Response:
        """Journeys by name, page by page."""
        asked = read_query(JourneysQuery, request)
        found = self.journeys().order_by("name")
        if asked.status:
            found = found.filter(versions__status=asked.status).distinct()
        for word in asked.search.split():
            found = found.filter(
                Q(name__icontains=word) | Q(description__icontains=word) | Q(tags__icontains=word)
            )
        if asked.after:
            found = found.filter(name__gt=asked.after)
        rows = list(found[: asked.limit + 1])
        more = rows[asked.limit - 1].name if len(rows) > asked.limit else None
        return Response({"items": [described(row) for row in rows[: asked.limit]], "next": more})

    @operation(
        "create_journey", tag=_TAG, body=JourneyDocument, answer=JourneyAnswer, status=201, also=(409,)
    )
    def post(self, request: Request) -> Response:
        """A journey with its first draft; jumps may name their target. Its name must be free."""
        kind, sandbox = kinds()["journeys"], sandbox_of(request)
        try:
            document = kind.read(request.data)
            if kind.find(sandbox, str(getattr(document, kind.key))) is not None:
                raise Conflict(_("There is already a journey of this name; choose another name."))
            made = kind.save(sandbox, document, None, by=self.user)
        except Unfit as refusal:
            raise Unacceptable(refusal.flaws) from None
        return Response(described(self.journey(made.uid)), status=HTTPStatus.CREATED)


class OneJourney(JourneysView):
    @operation("read_journey", tag=_TAG, answer=JourneyAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        """A journey and its versions."""
        return Response(described(self.journey(uid)))

    @operation("name_journey", tag=_TAG, body=JourneyBody, answer=JourneyAnswer)
    def put(self, request: Request, uid: UUID) -> Response:
        """What the journey is called, in all its versions."""
        name_journey(self.journey(uid), read(JourneyBody, request), by=self.user)
        return Response(described(self.journey(uid)))

    @operation("delete_journey", tag=_TAG, answer=None, status=204, also=(409,))
    def delete(self, request: Request, uid: UUID) -> Response:
        """All its versions, with their figures; none of them may be in test, live or closed."""
        journey = self.journey(uid)
        try:
            with transaction.atomic():
                for version in journey.versions.order_by("-number"):
                    publishing.delete(version, by=self.user)
        except publishing.NotAllowed as refusal:
            raise Conflict(refusal.message) from None
        return Response(status=HTTPStatus.NO_CONTENT)


class OneVersion(DesignView):
    changes = True

    @operation("read_version", tag=_TAG, answer=VersionAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        """A version; its drawing is at ``draft``."""
        return Response(_version(self.version))

    @operation("delete_version", tag=_TAG, answer=None, status=204, also=(409,))
    def delete(self, request: Request, uid: UUID) -> Response:
        """A draft, a stopped or a finished version; with the last one the journey goes."""
        try:
            publishing.delete(self.version, by=self.user)
        except publishing.NotAllowed as refusal:
            raise Conflict(refusal.message) from None
        return Response(status=HTTPStatus.NO_CONTENT)


class Problems(DesignView):
    @operation("check_version", tag=_TAG, query=ProblemsQuery, answer=ProblemsAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        """What is wrong with the drawing now."""
        asked = read_query(ProblemsQuery, request)
        found = publishing.check(self.version, testing=asked.testing)
        return Response({"problems": describe_problems(found)})


class Move(DesignView):
    @operation("move_version", tag=_TAG, answer=VersionAnswer, also=(409,))
    def post(self, request: Request, uid: UUID, name: str) -> Response:
        """``publish``, ``close``, ``stop``, ``switch-test-on``, ``switch-test-off``; or begin a draft by
        ``new-version`` or ``duplicate``, which is then the answer. 409 says why not, with the problems.
        """
        move = MOVES.get(name)
        if move is None or name == "delete":
            raise NotFound("There is no such move. Use one of those that are described.")
        if not request.user.has_perm(move.permission):
            raise PermissionDenied
        try:
            made = move.act(self.version, self.user)
        except publishing.NotAllowed as refusal:
            return problem(409, refusal.message, flaws=_flaws(refusal))
        return Response(_version(version_of(request, (made or self.version).uid)))


def _flaws(refusal: publishing.NotAllowed) -> Iterable[Flaw]:
    for one in refusal.problems[:_MOST_FLAWS]:
        where = f"/activities/{one.activity}" if one.activity else ""
        yield Flaw(where, f"{one.code}: {one.message}")


def described(journey: Journey) -> dict[str, Any]:
    versions = sorted(journey.versions.all(), key=lambda version: -version.number)
    head = {"uid": str(journey.uid), "name": journey.name, "description": journey.description}
    return {**head, "tags": journey.tag_names, "versions": [_head(version) for version in versions]}


def _head(version: JourneyVersion) -> dict[str, Any]:
    return {"uid": str(version.uid), "number": version.number, "status": version.status}


def _version(version: JourneyVersion) -> dict[str, Any]:
    return {**describe_version(version), "revision": version.revision}
