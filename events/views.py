"""The HTTP side of ingestion: one view for every protocol.

A plain Django view: parsers, serializers and content negotiation of a framework would cost more than all the
rest of a request (quality.md, Speed), and would answer in a form that clients of these protocols do not know.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import orjson
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict

from events.ingest.accept import accept
from events.ingest.bodies import read_body
from events.ingest.credentials import shown_by
from events.ingest.doors import admit, origins_of
from events.ingest.origins import answer_headers, preflight_headers
from events.ingest.refusals import Refused, malformed, unavailable
from events.protocols import Adapter, Answer, Receipt
from journeyorch.direct import direct
from journeyorch.strict_json import NotStrictJson, parse

logger = logging.getLogger(__name__)

_VALIDATE = ("syncValidation", "synchronousValidation")


def endpoint(adapter: Adapter, *, batch: bool) -> Callable[..., HttpResponse]:
    """The view of one address of a protocol."""
    limit = settings.INGEST_MAX_BATCH_BYTES if batch else settings.INGEST_MAX_MESSAGE_BYTES

    # Bearer keys are no cookies: no other site can make a browser send them.
    @direct
    def view(request: HttpRequest, inlet: str) -> HttpResponse:
        try:
            if _is_preflight(request):
                return _preflight(request, inlet)
            receipt = _receive(adapter, request, inlet, limit=limit, batch=batch)
            answer = adapter.accepted(receipt, batch=batch)
        except Refused as refusal:
            answer = adapter.refused(refusal, inlet=inlet)
        except (InterfaceError, OperationalError):
            # The database is away: the sender keeps the event and comes again.
            logger.warning("Events for inlet %s were put off: the database cannot be used", inlet)
            return _response(adapter.refused(unavailable(), inlet=inlet))
        return _readable_by_pages(_response(answer), request, inlet)

    return view


def _is_preflight(request: HttpRequest) -> bool:
    return request.method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META


def _preflight(request: HttpRequest, inlet: str) -> HttpResponse:
    origin, wanted = _origin(request), request.META.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    return HttpResponse(
        status=204, headers=preflight_headers(origin, origins_of(inlet, origin), wanted=wanted)
    )


def _readable_by_pages(response: HttpResponse, request: HttpRequest, inlet: str) -> HttpResponse:
    if origin := _origin(request):
        for name, value in answer_headers(origin, origins_of(inlet, origin)).items():
            response[name] = value
    return response


def _origin(request: HttpRequest) -> str:
    return request.META.get("HTTP_ORIGIN", "")


def _receive(adapter: Adapter, request: HttpRequest, inlet: str, *, limit: int, batch: bool) -> Receipt:
    if request.method != "POST":
        raise Refused(405, "Method Not Allowed", "Send events with POST.", headers={"Allow": "POST"})
    shown = shown_by(request.META)
    # Before the body is looked at: strangers learn nothing about limits and forms, and cost little.
    admit(inlet, shown=shown, now=datetime.now(UTC))
    body = read_body(request, limit=limit)
    shown = shown._replace(body=request.body)
    if shown.signature:
        # It speaks for the body: before it is checked, nobody looks into that.
        admit(inlet, shown=shown, now=datetime.now(UTC))
    return accept(
        adapter,
        adapter.messages(_parse(body), batch=batch),
        inlet=inlet,
        shown=shown,
        validate=_wants_validation(request.GET),
    )


def _parse(body: bytes) -> object:
    try:
        return parse(body)
    except NotStrictJson as error:
        raise malformed(str(error)) from None


def _wants_validation(query: QueryDict) -> bool:
    return any(query.get(name, "").lower() == "true" for name in _VALIDATE)


def _response(answer: Answer) -> HttpResponse:
    body = orjson.dumps(answer.body)
    return HttpResponse(body, status=answer.status, content_type=answer.content_type, headers=answer.headers)
