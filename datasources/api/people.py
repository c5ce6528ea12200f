"""People over the API: found in pages, looked at, corrected, as on their page."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from pydantic import Field
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from datasources.api.shapes import identity_map
from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.profiles.changes import Stale
from datasources.platform.profiles.models import Profile
from datasources.platform.profiles.people import MAX_NAMESPACE, MAX_VALUE, fits
from datasources.platform.profiles.reading import Whole, find_people, read_whole
from datasources.platform.profiles.test_profiles import KnownAlready, make_test_profile
from datasources.platform.profiles.updates import rewrite_attributes
from datasources.platform.segments.memberships import INSIDE
from datasources.platform.segments.models import SegmentMembership
from journeyorch.access.people import READ_PEOPLE
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.problems import Conflict, Flaw, Unacceptable
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView

_TAG = "Profiles"
CHANGE = "datasources.change_profile"


class ProfilesQuery(PageQuery):
    """``testProfile``: only those that are, or are none; ``identity``: by a whole one, in any namespace."""

    testProfile: bool | None = None  # noqa: N815 - the name of the parameter
    identity: str = Field(default="", max_length=MAX_VALUE)


class ProfileAnswer(Answer):
    """``version`` is raised by every change."""

    id: int
    version: int
    testProfile: bool  # noqa: N815 - the name in the answer
    identityMap: dict[str, list[dict[str, str]]]  # noqa: N815
    attributes: dict[str, Any]
    updatedAt: datetime  # noqa: N815


class OneProfileAnswer(ProfileAnswer):
    """``segments``: the names of those that the person is in."""

    segments: list[str]


class ProfilesAnswer(Answer):
    items: list[ProfileAnswer]
    next: int | None


class ProfileBody(Body):
    """``attributes``: all of them; ``testProfile``: null leaves it as it is; ``version``: as it was read, so
    that nothing newer is overwritten.
    """

    attributes: dict[str, Any]
    testProfile: bool | None = None  # noqa: N815 - the name in the body
    version: int = Field(ge=1, lt=2**63)


class TesterBody(Body):
    """The identity of a person who exists for tests only."""

    namespace: str = Field(min_length=1, max_length=MAX_NAMESPACE)
    id: str = Field(min_length=1, max_length=MAX_VALUE)


class Profiles(ApiView):
    permissions = (READ_PEOPLE,)
    needed = {"POST": CHANGE}

    @operation("list_profiles", tag=_TAG, query=ProfilesQuery, answer=ProfilesAnswer)
    def get(self, request: Request) -> Response:
        """People, the newest first."""
        asked = read_query(ProfilesQuery, request)
        rows = _people(request)
        if asked.testProfile is not None:
            rows = rows.filter(test_profile=asked.testProfile)
        if asked.identity:
            sandbox = sandbox_of(request).pk
            pairs = [(code, asked.identity) for code in namespaces_of(sandbox)]
            rows = rows.filter(pk__in=find_people(sandbox, pairs).values())
        page = newest_first(rows, asked)
        people = read_whole(sandbox_of(request).pk, [one.pk for one in page.rows])
        items = [_shown(people[one.pk], one) for one in page.rows if one.pk in people]
        return Response({"items": items, "next": page.next})

    @operation(
        "create_test_profile", tag=_TAG, body=TesterBody, answer=OneProfileAnswer, status=HTTPStatus.CREATED,
        also=(409,),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A person for tests only; everybody else is made by what is received or imported."""
        asked, sandbox = read(TesterBody, request), sandbox_of(request)
        info = namespaces_of(sandbox.pk).get(asked.namespace)
        if info is None or not info.identifies_people:
            raise Unacceptable([Flaw("/namespace", "There is no such namespace of people here.")])
        if not fits((asked.namespace, asked.id)):
            raise Unacceptable([Flaw("/id", "This cannot be an id.")])
        try:
            made = make_test_profile(sandbox, asked.namespace, asked.id, at=timezone.now())
        except KnownAlready:
            raise Conflict("Somebody has this identity already.") from None
        return Response(_read(request, made.profile_id), status=HTTPStatus.CREATED)


class OneProfile(ApiView):
    permissions = (READ_PEOPLE,)
    needed = {"PUT": CHANGE}

    @operation("read_profile", tag=_TAG, answer=OneProfileAnswer)
    def get(self, request: Request, id: int) -> Response:
        """One person, by the number of their profile."""
        return Response(_read(request, id))

    @operation("put_profile", tag=_TAG, body=ProfileBody, answer=OneProfileAnswer, also=(409,))
    def put(self, request: Request, id: int) -> Response:
        """All attributes as they shall be, whether it is a test profile included."""
        asked, person = read(ProfileBody, request), get_object_or_404(_people(request), pk=id)
        person.version = asked.version
        flag = {} if asked.testProfile is None else {"testProfile": asked.testProfile}
        try:
            rewrite_attributes(person, {**asked.attributes, **flag}, timezone.now())
        except Stale:
            raise Conflict("The person has changed meanwhile. Read them again.") from None
        except Profile.DoesNotExist:
            raise NotFound from None
        except ValueError as error:
            raise Unacceptable([Flaw("/attributes", f"This cannot be stored: {error}")]) from None
        return Response(_read(request, id))


def _people(request: Request) -> QuerySet[Profile]:
    return Profile.objects.filter(sandbox=sandbox_of(request), merged_into=None)


def _read(request: Request, id: int) -> dict[str, Any]:
    profile = get_object_or_404(_people(request), pk=id)
    person = read_whole(profile.sandbox_id, [id])[id]
    inside = SegmentMembership.objects.filter(profile__in=person.members, status__in=INSIDE)
    names = inside.values_list("segment__name", flat=True).order_by("segment__name").distinct()
    return {**_shown(person, profile), "segments": list(names)}


def _shown(person: Whole, profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.pk,
        "version": profile.version,
        "testProfile": person.test_profile,
        "identityMap": identity_map(person),
        "attributes": person.attributes.values,
        "updatedAt": person.updated_at,
    }


urlpatterns = [
    path("profiles", Profiles.as_view(), name="api-profiles"),
    path("profiles/<int:id>", OneProfile.as_view(), name="api-profile"),
]
