"""What pages ask of a test again and again: the path taken, and the log (users.md, Testing)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse

from journeyorch.polled import polled
from journeys.reports.testing import log_of, path_of
from journeys.views.shell import VIEW, page, version_of
from journeys.views.versions import document_of


@page(VIEW)
def path(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The path as JSON, with an ETag: asked every second while somebody looks."""
    version = version_of(request, uid)
    document, _problems = document_of(version)
    return _json(request, path_of(version, document, person=request.GET.get("person", "")))


@page(VIEW)
def log(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The log as JSON."""
    version = version_of(request, uid)
    document, _problems = document_of(version)
    return _json(request, log_of(version, document))


def _json(request: HttpRequest, data: Any) -> HttpResponse:
    body = orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)
    return polled(request, body, "application/json")
