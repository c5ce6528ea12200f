"""People by any identity, and their experience events, newest first (technical.md, Namespaces)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NamedTuple

from django.db.models import Q, QuerySet
from pydantic import ConfigDict, Field, StringConstraints, ValidationError
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from datasources.api.shapes import MERGE_POLICY, entity_id, event_shape, person_shape, picked
from datasources.platform.profiles.models import ExperienceEvent, Profile
from datasources.platform.profiles.reading import Whole, find_people, read_whole
from journeyorch.access.models import Sandbox
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.views import ApiView

PEOPLE, EVENTS = "_xdm.context.profile", "_xdm.context.experienceevent"
#: Identities of one request.
MOST_IDENTITIES = 1000
_MOST_EVENTS = 1000
_OWN_ID = re.compile(r"P([0-9]{1,18})", re.ASCII)
_START = re.compile(r"(-?[0-9]{1,18})\.([0-9]{1,18})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_999  # the end of the year 9999

_Text = Annotated[str, StringConstraints(max_length=600)]


class Parameters(Body):
    """The address's parameters, in the names that clients send."""

    # Parameters are texts; what they mean is read from them.
    model_config = ConfigDict(extra="forbid", strict=False)

    schema_name: str = Field(alias="schema.name", pattern=f"^({PEOPLE}|{EVENTS})$")
    related_schema: str = Field(default="", alias="relatedSchema.name", pattern=f"^({PEOPLE})?$")
    entity_id: _Text = Field(default="", alias="entityId")
    namespace: _Text = Field(default="", alias="entityIdNS")
    related_id: _Text = Field(default="", alias="relatedEntityId")
    related_namespace: _Text = Field(default="", alias="relatedEntityIdNS")
    merge_policy: str = Field(default=MERGE_POLICY, alias="mergePolicyId", pattern=f"^{MERGE_POLICY}$")
    fields: str = Field(default="", max_length=10_000)
    start_time: int = Field(default=0, ge=0, le=_LAST_MS, alias="startTime")
    end_time: int = Field(default=_LAST_MS, ge=0, le=_LAST_MS, alias="endTime")
    order: str = Field(default="-timestamp", alias="orderby", pattern="^-?timestamp$")
    limit: int = Field(default=100, ge=1, le=_MOST_EVENTS)
    start: str = Field(default="", max_length=40)

    @property
    def paths(self) -> list[str]:
        return [path.strip() for path in self.fields.split(",") if path.strip()]

    @property
    def person(self) -> tuple[str, str]:
        """The namespace and id of whom it is about."""
        if self.schema_name == EVENTS:
            return self.related_namespace, self.related_id
        return self.namespace, self.entity_id


class NamespaceOf(Body):
    code: str = Field(max_length=60)


class IdentityOf(Body):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)

    id: _Text = Field(alias="entityId")
    namespace: NamespaceOf | None = Field(default=None, alias="entityIdNS")


class SchemaOf(Body):
    name: str = Field(pattern=f"^{PEOPLE}$")


class Several(Body):
    """The body that asks for several people."""

    schema_of: SchemaOf = Field(alias="schema")
    fields: list[_Text] = Field(default=[], max_length=500)
    identities: list[IdentityOf] = Field(max_length=MOST_IDENTITIES)


class EntitiesAnswer(Answer):
    """People by their own ids; or of one person's events a page: ``_page``, ``children`` and ``_links``."""


class Entities(ApiView):
    """One person, several, or one person's events."""

    permissions = ("datasources.view_profile",)

    @operation("entities", tag="People", query=Parameters, answer=EntitiesAnswer)
    def get(self, request: Request) -> Response:
        asked = _read(request.query_params.dict())
        sandbox = sandbox_of(request)
        person = _person(sandbox, *asked.person)
        if asked.schema_name == EVENTS:
            return Response(_events_of(person, asked, request))
        shape = person_shape(person, asked.paths)
        return Response({shape["entityId"]: shape})

    @operation("several_entities", tag="People", body=Several, answer=EntitiesAnswer)
    def post(self, request: Request) -> Response:
        """Those of the people who are known; the others are left out."""
        asked = read(Several, request)
        sandbox = sandbox_of(request)
        pairs = [(one.namespace.code if one.namespace else "", one.id) for one in asked.identities]
        people = read_whole(sandbox.pk, _profiles(sandbox, pairs).values())
        shapes = (person_shape(person, asked.fields) for person in people.values())
        return Response({shape["entityId"]: shape for shape in shapes})


def _read(parameters: Mapping[str, Any]) -> Parameters:
    try:
        asked = Parameters.model_validate(parameters)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ParseError(f"The parameter “{place[:64]}” cannot be used: {first['msg']}.") from None
    if asked.schema_name == EVENTS and not (asked.related_schema and asked.related_id):
        raise ParseError("Events need relatedSchema.name, relatedEntityId and relatedEntityIdNS.")
    if asked.schema_name == PEOPLE and not asked.entity_id:
        raise ParseError("A person needs entityId and entityIdNS.")
    return asked


def _person(sandbox: Sandbox, namespace: str, value: str) -> Whole:
    found = _profiles(sandbox, [(namespace, value)])
    people = read_whole(sandbox.pk, found.values())
    if not people:
        raise NotFound("Nobody is known by this identity. Look at the id and its namespace.")
    return next(iter(people.values()))


def _profiles(sandbox: Sandbox, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Profile ids by identity; without a namespace it is the id of an answer of ours."""
    own = {pair: int(match[1]) for pair in pairs if not pair[0] and (match := _OWN_ID.fullmatch(pair[1]))}
    there = set(Profile.objects.filter(pk__in=own.values(), sandbox=sandbox).values_list("pk", flat=True))
    named = find_people(sandbox.pk, [pair for pair in pairs if pair[0]])
    return {**named, **{pair: id for pair, id in own.items() if id in there}}


# --- Events ---------------------------------------------------------------------------------------


class _Start(NamedTuple):
    """Where a page begins: the time and number of its first event."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}.{self.id}"


def _events_of(person: Whole, asked: Parameters, request: Request) -> dict[str, Any]:
    rows = list(_ordered(person, asked)[: asked.limit + 1])
    page, following = rows[: asked.limit], rows[asked.limit :]
    next_start = str(_Start(following[0].timestamp, following[0].pk)) if following else ""
    name = entity_id(person.profile_id)
    children = [event_shape(name, f"E{row.pk}", row.timestamp, _content(row, asked)) for row in page]
    shown = {"orderby": asked.order, "start": asked.start, "count": len(page), "next": next_start}
    return {"_page": shown, "children": children, "_links": _links(request, next_start)}


def _content(row: ExperienceEvent, asked: Parameters) -> Mapping[str, Any]:
    data: Mapping[str, Any] = row.data
    return picked(data, asked.paths) if asked.paths else data


def _ordered(person: Whole, asked: Parameters) -> QuerySet[ExperienceEvent]:
    since, until = (_EPOCH + timedelta(milliseconds=ms) for ms in (asked.start_time, asked.end_time))
    rows = ExperienceEvent.objects.filter(
        profile__in=person.members, timestamp__gte=since, timestamp__lte=until
    )
    descending = asked.order.startswith("-")
    if asked.start:
        first, beyond = _start_of(asked.start), "lt" if descending else "gt"
        rows = rows.filter(
            Q(**{f"timestamp__{beyond}": first.at}) | Q(timestamp=first.at, **{f"pk__{beyond}e": first.id})
        )
    return rows.order_by("-timestamp", "-pk") if descending else rows.order_by("timestamp", "pk")


def _start_of(text: str) -> _Start:
    match = _START.fullmatch(text)
    try:
        if match:
            return _Start(_EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
    except OverflowError:
        pass
    raise ParseError("The parameter “start” is none that an answer gave. Leave it out for the first page.")


def _links(request: Request, next_start: str) -> dict[str, Any]:
    if not next_start:
        return {}
    parameters = request.query_params.copy()
    parameters["start"] = next_start
    return {"next": {"href": f"{request.path}?{parameters.urlencode()}"}}
