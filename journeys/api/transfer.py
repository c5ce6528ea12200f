"""Export and import over the API: files as they are written to disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from pydantic import ConfigDict
from rest_framework.exceptions import ParseError, PermissionDenied
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access import audit
from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read_body
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Unacceptable
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeyorch.portable import files
from journeyorch.portable.exporting import NotYours, export
from journeyorch.portable.importing import Conflicts, Plan, Terms, import_, preview
from journeyorch.portable.kind import Unfit, kinds
from journeys.models import Journey
from journeys.transfer import exported, file_name
from journeys.views.shell import CHANGE, VIEW

_TAG = "Export and import"


class ExportQuery(Body):
    model_config = ConfigDict(extra="forbid", strict=False)

    format: Literal["yaml", "json"] = "yaml"


class ImportQuery(Body):
    """``conflicts``: what becomes of what is called the same here, and differs. ``preview``: only tell."""

    model_config = ConfigDict(extra="forbid", strict=False)

    conflicts: Literal["refuse", "keep", "replace", "copy"] = "refuse"
    preview: bool = False


class FileAnswer(Answer):
    """Documents by kind."""

    journeyorch: int


class FileBody(Answer):
    """As it was exported."""

    journeyorch: int


class ItemAnswer(Answer):
    """``outcome``: created, copied, replaced, kept, conflict, secrets or refused."""

    kind: str
    name: str
    outcome: str


class PlanAnswer(Answer):
    """``possible``: whether nothing stands against it."""

    possible: bool
    items: list[ItemAnswer]


class _FileParser(BaseParser):
    """The bytes of a file; the view reads them."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> bytes:
        return read_body(stream, parser_context["view"].max_body)


class JsonFileParser(_FileParser):
    media_type = "application/json"


class YamlFileParser(_FileParser):
    media_type = "application/yaml"


class ExportJourney(ApiView):
    permissions = (VIEW,)

    @operation("export_journey", tag=_TAG, query=ExportQuery, answer=FileAnswer)
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        """A journey, as its latest version is drawn, with everything that it needs, in one file."""
        journey = get_object_or_404(Journey, uid=uid, sandbox=sandbox_of(request))
        with _only_theirs():
            content = exported([journey], request.user.has_perm)
        return _file(request, content, file_name(journey.name))


class ExportAll(ApiView):
    permissions = (VIEW,)

    @operation("export", tag=_TAG, query=ExportQuery, answer=FileAnswer)
    def get(self, request: Request) -> HttpResponse:
        """All that is configured in the sandbox, of the kinds that you may see, in one file."""
        sandbox, may = sandbox_of(request), request.user.has_perm
        seen = [kind for kind in kinds().values() if may(kind.permission("view"))]
        with _only_theirs():
            content = export([row for kind in seen for row in kind.rows(sandbox).order_by("pk")], may)
        audit.record("exported", sandbox)
        return _file(request, content, sandbox.name)


@contextmanager
def _only_theirs() -> Iterator[None]:
    try:
        yield
    except NotYours as refusal:
        raise PermissionDenied(str(refusal)) from None


def _file(request: Request, content: Any, name: str) -> HttpResponse:
    format = read_query(ExportQuery, request).format
    return HttpResponse(
        files.write(content, format=format),
        content_type=f"application/{format}",
        headers={"Content-Disposition": f'attachment; filename="{name}.{format}"'},
    )


class Import(ApiView):
    permissions = (CHANGE,)
    parser_classes = [JsonFileParser, YamlFileParser]
    max_body = files.MOST_BYTES

    @operation("import", tag=_TAG, query=ImportQuery, body=FileBody, answer=PlanAnswer)
    def post(self, request: Request) -> Response:
        """A file as it was exported, JSON or YAML: all of it, or, with the reasons (422), nothing."""
        asked = read_query(ImportQuery, request)
        if not isinstance(request.user, User):
            raise PermissionDenied
        terms = Terms(Conflicts(asked.conflicts), by=request.user, may=request.user.has_perm)
        try:
            # Of an empty body the framework makes an object, whatever the parser.
            content = files.read(request.data if isinstance(request.data, bytes) else b"")
            carry_out = preview if asked.preview else import_
            plan = carry_out(sandbox_of(request), content, terms)
        except files.Unreadable as error:
            raise ParseError(str(error)) from None
        except Unfit as refusal:
            raise Unacceptable(refusal.flaws) from None
        if not asked.preview and not plan.possible:
            raise Unacceptable(plan.flaws)
        return Response(_told(plan))


def _told(plan: Plan) -> dict[str, Any]:
    items = [
        {
            "kind": item.kind.name,
            "name": item.key,
            "outcome": item.outcome.value,
            "differs": item.differs,
            "errors": [flaw._asdict() for flaw in item.flaws],
        }
        for item in plan.items
    ]
    return {"possible": plan.possible, "items": items}
