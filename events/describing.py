"""The endpoints of ingestion in the API's description, as the protocols themselves answer.

Nothing is listed here: which statuses and media types an address has is found out by handing its adapter a
receipt with and without a flaw, and every refusal there is.
"""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from events.ingest.incoming import Incoming
from events.ingest.refusals import Flaw, Refused
from events.protocols import Adapter, Answer, Receipt, Route, adapters

_TAG = "Ingestion"
_REFUSALS = (400, 401, 403, 404, 405, 413, 415, 429, 503)
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
# Enough for every adapter to answer: they look for nothing else when they do.
_BODY = b'{"events": [], "consent": []}'


def paths() -> dict[str, dict[str, Any]]:
    """The path items of OpenAPI of all addresses that take messages."""
    return {
        "/" + _PLACE.sub(r"{\1}", route.pattern): _path_item(adapter, route)
        for adapter in adapters()
        for route in adapter.routes
        if route.offered
    }


def _path_item(adapter: Adapter, route: Route) -> dict[str, Any]:
    # OPTIONS is a question of browsers and webhooks, no operation of the API.
    methods = [method.lower() for method in route.methods if method != "OPTIONS"]
    return {method: _operation(adapter, route, method) for method in methods}


def _operation(adapter: Adapter, route: Route, method: str) -> dict[str, Any]:
    names = _PLACE.findall(route.pattern)
    return {
        "operationId": "_".join([adapter.name, *re.findall(r"\w+", _PLACE.sub("", route.pattern)), method]),
        "tags": [_TAG],
        "description": inspect.getdoc(type(adapter)) or "",
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {}}}},
        "responses": _responses(adapter, route, method),
    }


def _responses(adapter: Adapter, route: Route, method: str) -> dict[str, Any]:
    kinds: dict[int, dict[str, Any]] = defaultdict(dict)
    for answer in _answers(adapter, route, method):
        if answer.body is None:
            kinds[answer.status] |= {}
        else:
            schema = {"type": "string"} if isinstance(answer.body, str) else {"type": "object"}
            kinds[answer.status][answer.content_type.partition(";")[0]] = {"schema": schema}
    return {
        str(status): {"description": HTTPStatus(status).phrase} | ({"content": content} if content else {})
        for status, content in sorted(kinds.items())
    }


def _answers(adapter: Adapter, route: Route, method: str) -> Iterator[Answer]:
    places = dict.fromkeys(_PLACE.findall(route.pattern), "inlet")
    request = Incoming(method=method.upper(), path=places, query={}, headers=dict, read=lambda: _BODY)
    for outcomes in ([None], [Flaw(400, "")], [None, Flaw(400, "")]):
        receipt = Receipt(inlet="", at_ms=0, number="", outcomes=outcomes, validated=False)
        yield adapter.accepted(receipt, route, request=request)
    for status in _REFUSALS:
        yield adapter.refused(Refused(status, "", ""), inlet="", request=request)
