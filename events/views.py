"""The HTTP side of ingestion: one view for every protocol.

A plain Django view: parsers, serializers and content negotiation of a framework would cost more than all the
rest of a request, and would answer in a form that clients of these protocols do not know.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import orjson
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict

from events.ingest.accept import accept
from events.ingest.bodies import read_body
from events.ingest.credentials import shown_by
from events.ingest.doors import admit, all_origins, inlet_of_key, origins_of, require
from events.ingest.incoming import Incoming
from events.ingest.origins import answer_headers, preflight_headers
from events.ingest.refusals import Refused, unavailable
from events.protocols import Adapter, Answer, Opening, Route
from journeyorch.direct import direct
from journeyorch.observing.tracing import span

logger = logging.getLogger(__name__)

_VALIDATE = ("syncValidation", "synchronousValidation")
_NO_QUERY = QueryDict("")


def endpoint(adapter: Adapter, route: Route) -> Callable[..., HttpResponse]:
    """The view of one address of a protocol."""
    limit = settings.INGEST_MAX_BATCH_BYTES if route.batch else settings.INGEST_MAX_MESSAGE_BYTES

    # Keys in headers are no cookies: no other site can make a browser send them.
    @direct
    def view(request: HttpRequest, **path: str) -> HttpResponse:
        incoming = _incoming(request, path, route, limit=limit)
        inlet = path.get("inlet", "")
        try:
            if _is_preflight(request):
                return _preflight(request, _inlet_asked_for(adapter, incoming))
            if request.method not in route.methods:
                raise _wrong_method(route)
            opening = adapter.opening(incoming)
            inlet = opening.inlet or inlet_of_key(opening.key)
            opening = opening._replace(inlet=inlet)
            answer = _asked(adapter, incoming, opening)
            answer = answer or _receive(adapter, route, request, incoming, opening)
        except Refused as refusal:
            answer = adapter.refused(refusal, inlet=inlet, request=incoming)
        except (InterfaceError, OperationalError):
            # The database is away: the sender keeps the event and comes again.
            logger.warning("Events for inlet %s were put off: the database cannot be used", inlet)
            answer = adapter.refused(unavailable(), inlet=inlet, request=incoming)
        return _readable_by_pages(_response(answer), request, inlet)

    return view


def _incoming(request: HttpRequest, path: Mapping[str, str], route: Route, *, limit: int) -> Incoming:
    return Incoming(
        method=request.method or "",
        path=path,
        query=_query(request),
        headers=lambda: request.headers,
        read=lambda: read_body(
            request, limit=limit, lines=route.lines, silent=route.silent, any_type=route.any_type
        ),
        secure=request.is_secure(),
    )


def _asked(adapter: Adapter, incoming: Incoming, opening: Opening) -> Answer | None:
    """The answer to a request that brings no events."""
    answer = adapter.answer(incoming)
    if answer is not None:
        require(opening.inlet)
    return answer


def _wrong_method(route: Route) -> Refused:
    allowed = ", ".join(route.methods)
    return Refused(405, "Method Not Allowed", f"Use {allowed} here.", headers={"Allow": allowed})


def _receive(
    adapter: Adapter, route: Route, request: HttpRequest, incoming: Incoming, opening: Opening
) -> Answer:
    shown = shown_by(request.META)
    if opening.key:
        shown = shown._replace(authorization=f"Bearer {opening.key}")
    # Before the body is looked at: strangers learn nothing about limits and forms, and cost little.
    door = admit(opening.inlet, shown=shown, now=datetime.now(UTC))
    if shown.signature:
        # It speaks for the body: before it is checked, nobody looks into that.
        _require_within_limits(incoming)
        shown = shown._replace(body=request.body)
        door = admit(opening.inlet, shown=shown, now=datetime.now(UTC))
    about = {"inlet_id": door.inlet_id, "sandbox_id": door.sandbox_id, "protocol": adapter.name}
    with span("receive events", **about):
        receipt = accept(
            adapter,
            adapter.messages(incoming, route),
            door=door,
            shown=shown,
            validate=_wants_validation(incoming.query),
        )
    return adapter.accepted(receipt, route, request=incoming)


def _require_within_limits(incoming: Incoming) -> None:
    """Reading it as the protocol will refuses what is too large before it is looked at as it was sent."""
    assert incoming.body is not None


def _inlet_asked_for(adapter: Adapter, incoming: Incoming) -> str:
    """For a browser that asks before it sends; it shows no key yet, so most protocols cannot tell."""
    try:
        return adapter.opening(incoming).inlet
    except Refused:
        return ""


def _is_preflight(request: HttpRequest) -> bool:
    return request.method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META


def _preflight(request: HttpRequest, inlet: str) -> HttpResponse:
    origin, wanted = _origin(request), request.META.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    allowed = origins_of(inlet, origin) if inlet else all_origins()
    return HttpResponse(status=204, headers=preflight_headers(origin, allowed, wanted=wanted))


def _readable_by_pages(response: HttpResponse, request: HttpRequest, inlet: str) -> HttpResponse:
    """Refusals too: a page's script that cannot read "503, later" takes it for "never"."""
    if origin := _origin(request):
        for name, value in answer_headers(origin, _origins_at_hand(inlet, origin)).items():
            response[name] = value
    return response


def _origins_at_hand(inlet: str, origin: str) -> frozenset[str]:
    try:
        return origins_of(inlet, origin)
    except (InterfaceError, OperationalError):
        return frozenset()


def _origin(request: HttpRequest) -> str:
    return request.META.get("HTTP_ORIGIN", "")


def _query(request: HttpRequest) -> Mapping[str, str]:
    """Most addresses have none, and reading that takes as long as reading a small body."""
    return request.GET if request.META.get("QUERY_STRING") else _NO_QUERY


def _wants_validation(query: Mapping[str, str]) -> bool:
    return bool(query) and any(query.get(name, "").lower() == "true" for name in _VALIDATE)


def _response(answer: Answer) -> HttpResponse:
    body = answer.body
    content = b"" if body is None else body.encode() if isinstance(body, str) else orjson.dumps(body)
    return HttpResponse(
        content, status=answer.status, content_type=answer.content_type, headers=answer.headers
    )
