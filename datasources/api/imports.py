"""Profiles and records from files, over the API: what a file means, and its import, which is a task."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

from django.conf import settings
from django.db import transaction
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.profiles.importing.layout import HEAD, Layout, NotText, detect
from datasources.platform.profiles.importing.lines import Reader
from datasources.platform.profiles.importing.mapping import Column, Plan, problems_of
from datasources.platform.profiles.importing.preparing import (
    Beginning,
    beginning_of,
    importable_schemas,
    prepare,
    preview,
    proposal,
    reader_of,
    spec_of,
)
from datasources.platform.profiles.importing.rows import NotReadable
from datasources.platform.profiles.importing.work import Import
from datasources.platform.schemas.models import Schema
from journeyorch.access.models import Sandbox
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import WITHOUT_NUL, Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Flaw, Unacceptable
from journeyorch.api.views import ApiView
from journeyorch.background.api import TaskAnswer, task_shown
from journeyorch.background.files import MOST_IN_BODY, TooLarge
from journeyorch.background.tasks import release
from journeyorch.portable.kind import pointer

_TAG = "Imports of records"


class ImportColumnBody(Body):
    """``path``: where its values go in the schema; ``namespace``: in which they name people."""

    name: str = Field(max_length=200)
    path: str = Field(default="", max_length=400)
    namespace: str = Field(default="", max_length=60)
    primary: bool = False


class ImportBody(Body):
    """``schema``: its name; ``text``: the file; ``format`` and ``delimiter``: found out if they are not said;
    ``columns``: as they seem to be meant, if none are given; of JSON an empty list takes records as they are.
    """

    schema_: str = Field(alias="schema", min_length=1, max_length=200, pattern=WITHOUT_NUL)
    text: str
    name: str = Field(default="", max_length=200, pattern=WITHOUT_NUL)
    format: Literal["", "csv", "jsonl", "json"] = ""
    delimiter: Literal["", ",", ";", "\t", "|"] = ""
    columns: list[ImportColumnBody] | None = Field(default=None, max_length=500)


class RecordLineAnswer(Answer):
    """A record as it would be stored, or the ``reason`` why it cannot be."""

    number: int
    reason: str
    entity: dict[str, Any]


class ImportPreviewAnswer(Answer):
    """``lines``: the first 20 records."""

    format: str
    delimiter: str
    columns: list[ImportColumnBody]
    lines: list[RecordLineAnswer]


class Imports(ApiView):
    permissions = (Import.permission,)
    max_body = MOST_IN_BODY

    @operation("import_records", tag=_TAG, body=ImportBody, answer=TaskAnswer, status=HTTPStatus.ACCEPTED)
    def post(self, request: Request) -> Response:
        """Have the records of a file imported; the task tells how far it is, and which lines it left out."""
        asked = _understood(sandbox_of(request), read(ImportBody, request))
        with transaction.atomic():
            try:
                task = prepare(
                    asked.schema, asked.name, [asked.data], by=request.user, most=settings.IMPORT_MAX_BYTES
                )
            except TooLarge as refusal:
                raise Unacceptable([Flaw("/text", str(refusal))]) from None
            release(task, spec_of(asked.schema, asked.plan))
        task.refresh_from_db()
        return Response(task_shown(task), status=HTTPStatus.ACCEPTED)


class PreviewImport(ApiView):
    permissions = (Import.permission,)
    max_body = MOST_IN_BODY

    @operation("preview_import", tag=_TAG, body=ImportBody, answer=ImportPreviewAnswer)
    def post(self, request: Request) -> Response:
        """What an import would make of the first records; nothing is stored."""
        asked = _understood(sandbox_of(request), read(ImportBody, request))
        lines = preview(asked.beginning, asked.reader)
        return Response(
            {
                "format": asked.plan.layout.format,
                "delimiter": asked.plan.layout.delimiter,
                "columns": [column.model_dump() for column in asked.plan.columns],
                "lines": [
                    {"number": line.number, "reason": line.reason, "entity": dict(line.entity)}
                    for line in lines
                ],
            }
        )


class _Asked(NamedTuple):
    """An import that can begin."""

    schema: Schema
    name: str
    data: bytes
    plan: Plan
    beginning: Beginning
    reader: Reader


def _understood(sandbox: Sandbox, asked: ImportBody) -> _Asked:
    """Raises ``Unacceptable``."""
    schema = importable_schemas([sandbox]).filter(name=asked.schema_).first()
    if schema is None:
        message = "There is no such schema here, of profiles that it feeds or of records with an identity."
        raise Unacceptable([Flaw("/schema", message)])
    data = asked.text.encode()
    try:
        layout = _layout(asked, data)
        beginning = beginning_of(lambda offset: iter([data[offset:]]), layout)
        plan = _plan(schema, layout, beginning, asked.columns)
        reader = reader_of(schema, plan)
    except (NotText, NotReadable) as refusal:
        raise Unacceptable([Flaw("/text", str(refusal))]) from None
    return _Asked(schema, asked.name or f"records.{layout.format}", data, plan, beginning, reader)


def _layout(asked: ImportBody, data: bytes) -> Layout:
    found = detect("records.csv" if asked.format == "csv" else asked.name, data[:HEAD])
    given = asked.model_dump(include={"format", "delimiter"}, exclude_defaults=True)
    # A text in a body has been decoded already.
    return Layout.model_validate({**found.model_dump(), **given, "encoding": "utf-8"})


def _plan(
    schema: Schema, layout: Layout, beginning: Beginning, columns: list[ImportColumnBody] | None
) -> Plan:
    if columns is None:
        return proposal(schema, layout, beginning.names)
    plan = Plan(layout=layout, columns=tuple(Column(**column.model_dump()) for column in columns))
    if flaws := list(_flaws(schema, plan, beginning)):
        raise Unacceptable(flaws)
    return plan


def _flaws(schema: Schema, plan: Plan, beginning: Beginning) -> Iterator[Flaw]:
    if plan.layout.format == "csv" and not plan.columns:
        yield Flaw("/columns", "Say of at least one column where its values go.")
    for number, column in enumerate(plan.columns):
        if column.name not in beginning.names:
            yield Flaw(pointer("columns", number, "name"), "The file has no such column.")
    types = reader_of(schema, plan).types
    people = [code for code, info in namespaces_of(schema.sandbox_id).items() if info.identifies_people]
    yield from (Flaw("/columns", problem) for problem in problems_of(plan.columns, types, people))
