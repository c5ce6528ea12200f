"""Records of things over the API: found, read, added, corrected, deleted, as on their pages."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from datasources.platform.object_field import pretty
from datasources.platform.records.admin import RecordForm, referable_schemas
from datasources.platform.records.models import MAX_KEY, Record
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import WITHOUT_NUL, Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.problems import Conflict, Flaw, Unacceptable
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeyorch.portable.forms import flaws_of

_TAG = "Records"
VIEW, ADD, CHANGE, DELETE = (f"datasources.{verb}_record" for verb in ("view", "add", "change", "delete"))


class RecordsQuery(PageQuery):
    """``schema``: its name; ``key``: the whole primary identity."""

    # A model of pydantic has something of the name ``schema`` itself.
    schema_: str = Field(default="", max_length=200, alias="schema")
    key: str = Field(default="", max_length=MAX_KEY)


class DataBody(Body):
    data: dict[str, Any]


class RecordBody(DataBody):
    """``schema``: the name of one of records with a primary identity, which stands in ``data``."""

    schema_: str = Field(alias="schema", min_length=1, max_length=200, pattern=WITHOUT_NUL)


class RecordAnswer(Answer):
    id: int
    schema_: str = Field(alias="schema")
    key: str
    data: dict[str, Any]
    receivedAt: datetime  # noqa: N815 - the name in the answer


class RecordsAnswer(Answer):
    items: list[RecordAnswer]
    next: int | None


class Records(ApiView):
    permissions = (VIEW, ADD)
    needed = {"GET": VIEW, "POST": ADD}

    @operation("list_records", tag=_TAG, query=RecordsQuery, answer=RecordsAnswer)
    def get(self, request: Request) -> Response:
        """Records, the newest first."""
        asked, rows = read_query(RecordsQuery, request), _records(request)
        wanted = {"schema__name": asked.schema_, "key": asked.key}
        page = newest_first(rows.filter(**{name: text for name, text in wanted.items() if text}), asked)
        return Response({"items": [_shown(one) for one in page.rows], "next": page.next})

    @operation(
        "create_record",
        tag=_TAG,
        body=RecordBody,
        answer=RecordAnswer,
        status=HTTPStatus.CREATED,
        also=(409,),
    )
    def post(self, request: Request) -> Response:
        """One more record."""
        asked = read(RecordBody, request)
        schema = referable_schemas().filter(sandbox=sandbox_of(request), name=asked.schema_).first()
        if schema is None:
            raise Unacceptable([Flaw("/schema", "There is no such schema of records with an identity here.")])
        saved = _saved(Record(schema=schema), asked.data)
        return Response(_shown(saved), status=HTTPStatus.CREATED)


class OneRecord(ApiView):
    permissions = (VIEW, CHANGE, DELETE)
    needed = {"GET": VIEW, "PUT": CHANGE, "DELETE": DELETE}

    @operation("read_record", tag=_TAG, answer=RecordAnswer)
    def get(self, request: Request, id: int) -> Response:
        """One record."""
        return Response(_shown(get_object_or_404(_records(request), pk=id)))

    @operation("put_record", tag=_TAG, body=DataBody, answer=RecordAnswer, also=(409,))
    def put(self, request: Request, id: int) -> Response:
        """Its data as they shall be; the primary identity stays."""
        row = get_object_or_404(_records(request), pk=id)
        return Response(_shown(_saved(row, read(DataBody, request).data)))

    @operation("delete_record", tag=_TAG, answer=None, status=HTTPStatus.NO_CONTENT)
    def delete(self, request: Request, id: int) -> Response:
        """Delete it; what refers to it finds nothing any more."""
        get_object_or_404(_records(request), pk=id).delete()
        return Response(status=HTTPStatus.NO_CONTENT)


def _records(request: Request) -> QuerySet[Record]:
    return Record.objects.filter(schema__sandbox=sandbox_of(request)).select_related("schema")


def _saved(row: Record, data: dict[str, Any]) -> Record:
    """Raises ``Unacceptable``, or ``Conflict`` if another one was faster."""
    try:
        form = RecordForm({"schema": row.schema_id, "data": pretty(data)}, instance=row)
        if not form.is_valid():
            raise Unacceptable(flaws_of(form))
        with transaction.atomic():
            saved: Record = form.save()
    except IntegrityError:
        raise Conflict("There is a record with this primary identity already.") from None
    return saved


def _shown(row: Record) -> dict[str, Any]:
    return {
        "id": row.pk,
        "schema": row.schema.name,
        "key": row.key,
        "data": row.data,
        "receivedAt": row.received_at,
    }


urlpatterns = [
    path("records", Records.as_view(), name="api-records"),
    path("records/<int:id>", OneRecord.as_view(), name="api-record"),
]
