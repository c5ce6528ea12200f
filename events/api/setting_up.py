"""Setting up events over the API: what to send, a mapping tried on a sample, everything made from one."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson
from django.db import IntegrityError
from django.urls import path
from pydantic import Field
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from datasources.platform.schemas.composing import CannotCompose
from events.admin.starting import NEEDED, StartForm, key_of
from events.catalog import catalog_of
from events.ingest.refusals import Refused
from events.mapping.proposing import Person
from events.mapping.rules import MOST_ROWS, ROWS, Row
from events.mapping.trying import Sample, addresses, sample_of, shown_address, try_out
from events.models import Event, Inlet
from events.portable import require_usable
from events.samples import sample_event, sample_message
from journeyorch.access.models import Sandbox
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.flaws import Flaw
from journeyorch.api.problems import Conflict, Unacceptable
from journeyorch.api.views import ApiView
from journeyorch.portable.acting import Act, acting
from journeyorch.portable.forms import flaws_of
from journeyorch.portable.kind import Unfit, kinds, pointer

_EVENTS, _INLETS = kinds()["events"], kinds()["inlets"]


class PayloadAnswer(Answer):
    """``payload``: a sample of the event; ``message``: the body with it that `/collection/` takes."""

    payload: dict[str, Any]
    message: dict[str, Any]


class EventPayload(ApiView):
    permissions = (_EVENTS.permission("view"),)

    @operation("read_event_payload", tag=str(_EVENTS.title), answer=PayloadAnswer)
    def get(self, request: Request, name: str) -> Response:
        """What a sender sends for a configured event."""
        event: Event | None = _EVENTS.find(sandbox_of(request), name)
        if event is None:
            raise NotFound("There is nothing of this name in your sandbox.")
        sampled = sample_event(event)
        message = sample_message(sampled, schema_ref=event.schema.ref)
        return Response({"payload": sampled, "message": message})


class TryMappingBody(Body):
    """``message``: what a sender writes; ``address``: where it sends that, such as ``/v1/track``;
    ``mapping``: rows instead of those that the inlet has.
    """

    message: Any
    address: str = Field(default="/events/json/{inlet}", max_length=200)
    mapping: list[Row] | None = Field(default=None, max_length=MOST_ROWS)


class ViolationAnswer(Answer):
    pointer: str
    detail: str


class MappedAnswer(Answer):
    """``entity``: the message in XDM, null if nothing becomes of it; ``problem`` says why; ``schema``: by
    which one it was checked; ``silent``: the rows, counted from 0, that found no value.
    """

    entity: dict[str, Any] | None
    schema_: str = Field(alias="schema")
    violations: list[ViolationAnswer]
    silent: list[int]
    problem: str


def _try_mapping(act: Act) -> dict[str, Any]:
    inlet: Inlet = act.row
    asked: TryMappingBody = act.body
    rows = ROWS.validate_python(inlet.mapping) if asked.mapping is None else asked.mapping
    try:
        require_usable(rows)
    except Unfit as refusal:
        raise Unacceptable(refusal.flaws) from None
    catalog = catalog_of(inlet.sandbox_id)
    found = try_out(_sample(asked), rows, inlet_id=inlet.pk, catalog=catalog, now=datetime.now(UTC))
    return {
        "entity": found.entity,
        "schema": found.schema,
        "violations": [{"pointer": one.pointer, "detail": one.message} for one in found.violations],
        "silent": sorted(found.silent),
        "problem": found.problem,
    }


def _sample(asked: TryMappingBody) -> Sample:
    """Raises ``Unacceptable``."""
    patterns = {f"/{shown_address(each)}": each for some in addresses().values() for each in some}
    if asked.address not in patterns:
        raise Unacceptable([Flaw("/address", "No message is sent there.")])
    try:
        return sample_of(patterns[asked.address], orjson.dumps(asked.message))
    except Refused as refusal:
        raise Unacceptable([Flaw("/message", refusal.detail)]) from None


class PersonBody(Body):
    """``source``: where in the sample; ``namespace``: of what stands there."""

    source: str = Field(max_length=1000)
    namespace: str = Field(max_length=60)


class StartBody(Body):
    """``name``: of schema, inlet and event; ``sample``: what the system sends; ``person``: whom it is about,
    if not the likeliest of ``people``; ``preview``: only tell what would be made.
    """

    name: str = Field(min_length=1, max_length=30)
    tenant: str = Field(default="tenant", max_length=30)
    sample: Any
    person: PersonBody | None = None
    preview: bool = False


class ProposedAnswer(Answer):
    path: str
    type: str
    example: str


class StartedAnswer(Answer):
    """``fields``: those of the schema; ``mapping``: rows of the inlet; ``people``: whom it may be about."""

    made: bool
    name: str
    fields: list[ProposedAnswer]
    mapping: list[Row]
    people: list[PersonBody]


class Starting(ApiView):
    @operation(
        "start_from_sample", tag=str(_INLETS.title), body=StartBody, answer=StartedAnswer, also=(201, 409)
    )
    def post(self, request: Request) -> Response:
        """Schema, inlet and event for messages such as this one, all or none of them."""
        if not request.user.has_perms(NEEDED):
            raise PermissionDenied
        asked, sandbox = read(StartBody, request), sandbox_of(request)
        form = StartForm(_filled_in(asked, sandbox.pk), sandboxes=Sandbox.objects.filter(pk=sandbox.pk))
        if not form.is_valid():
            raise Unacceptable(flaws_of(form, _place))
        if asked.person and form.person_of() != (asked.person.source, asked.person.namespace):
            raise Unacceptable([Flaw("/person", "The sample names nobody there; see people of a preview.")])
        if not asked.preview:
            _make(form)
        status = HTTPStatus.OK if asked.preview else HTTPStatus.CREATED
        return Response(_proposal(form, made=not asked.preview), status=status)


def _filled_in(asked: StartBody, sandbox: int) -> dict[str, Any]:
    """What somebody would have filled in on the page."""
    person = key_of(Person(**asked.person.model_dump())) if asked.person else "likeliest"
    body = orjson.dumps(asked.sample).decode()
    return {"sandbox": sandbox, "name": asked.name, "tenant": asked.tenant, "body": body, "person": person}


def _place(field: str) -> str:
    return pointer({"body": "sample"}.get(field, field))


def _make(form: StartForm) -> None:
    try:
        form.make()
    except CannotCompose as error:
        raise Unacceptable([Flaw("/sample", str(error))]) from None
    except IntegrityError:
        raise Conflict("The name has been taken meanwhile.") from None


def _proposal(form: StartForm, *, made: bool) -> dict[str, Any]:
    return {
        "made": made,
        "name": form.cleaned_data["name"],
        "fields": [{"path": one.path, "type": one.type, "example": one.example} for one in form.proposed],
        "mapping": [row.model_dump() for row in form.rows()],
        "people": [one._asdict() for one in form.people],
    }


urlpatterns = [
    path("events/<path:name>/payload", EventPayload.as_view(), name="api-event-payload"),
    path("start-from-sample", Starting.as_view(), name="api-start-from-sample"),
    acting(
        "inlets", "try_mapping", _try_mapping, body=TryMappingBody, answer=MappedAnswer,
        says="What would become of a message; nothing is stored.",
    ),
]  # fmt: skip
