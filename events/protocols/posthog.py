"""PostHog: ``POST /batch/``, ``/capture/`` and ``/e/`` with ``api_key`` in the body.

Browsers send several events to ``/e/``, too, packed without a header that says so. Stored is
``{"event": …, "sentAt": …}``. ``distinct_id`` is the person's CRMID, or the AnonymousID of somebody whom the
client has not identified yet.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from events.clients.analytics import Call, by_our_clock, in_xdm, text_of, values_of
from events.ingest.incoming import Incoming
from events.ingest.refusals import Flaw, Refused
from events.protocols import Answer, Message, Normalized, NotNormal, Opening, Receipt, Route, protocol
from events.reading import batch_of, message_key, message_of
from journeyorch.phrases import phrase

_KINDS = {
    "$identify": "identify",
    "$set": "identify",
    "$create_alias": "identify",
    "$pageview": "page",
    "$screen": "screen",
}
# Where their properties stand that others write by these names.
_PAGE = {"url": "$current_url", "referrer": "$referrer", "title": "title"}


@protocol
class PostHog:
    """One event a request, or a batch."""

    name = "posthog"
    ready_made = (
        ("distinct_id", "identityMap.CRMID[0].id"),
        ("properties.$anon_distinct_id", "identityMap.AnonymousID[0].id"),
        ("uuid", "_id"),
        ("timestamp", "timestamp"),
        ("event", "eventType"),
        ("properties", "_{tenant}.properties"),
        ("$set", "_{tenant}.traits"),
    )
    routes = tuple(
        Route(address, batch=True, silent=True) for address in ("batch/", "capture/", "e/", "i/v0/e/")
    )

    def opening(self, request: Incoming) -> Opening:
        """By ``api_key``, or ``token``, in the body or in its first event."""
        first = _listed(request.json)[0]
        holders = [request.json, first, values_of(first).get("properties")]
        named = [values_of(holder).get(name) for holder in holders for name in ("api_key", "token")]
        key = next(filter(None, map(text_of, named)), "")
        if not key:
            raise Refused(401, "Unauthorized", "The body holds no api_key.")
        return Opening(key=key)

    def answer(self, request: Incoming) -> None:
        """Every request brings events."""

    def messages(self, request: Incoming, route: Route) -> list[Message | Flaw]:
        """The events, in order; every address takes one or several."""
        sent_at = values_of(request.json).get("sent_at")
        return [_message(event, sent_at) for event in _listed(request.json)]

    def normalize(self, body: str | dict[str, Any], *, received_at: datetime) -> Normalized:
        """The event in XDM."""
        stored = values_of(orjson.loads(body) if isinstance(body, str) else body)
        event = values_of(stored.get("event"))
        if not text_of(event.get("event")):
            raise NotNormal(phrase("The event has no name."))
        return in_xdm(_read(event, stored.get("sentAt"), received_at), source=event, received_at=received_at)

    def accepted(self, receipt: Receipt, route: Route, *, request: Incoming) -> Answer:
        """Clients drop a batch that is answered with 4xx, so it succeeds although some of it is no use."""
        flaw = receipt.outcomes[0]
        if flaw is None or len(receipt.outcomes) > 1:
            return Answer(200, {"status": 1})
        return _error(flaw.status, flaw.detail)

    def refused(self, refusal: Refused, *, inlet: str, request: Incoming) -> Answer:
        return _error(refusal.status, refusal.detail)._replace(headers=refusal.headers)


def _listed(body: Any) -> list[Any]:
    """The events of a body: it is a list of them, holds a ``batch``, or is one."""
    several = body if isinstance(body, list) else values_of(body).get("batch")
    return [body] if several is None else batch_of(several)


def _error(status: int, detail: str) -> Answer:
    return Answer(status, {"type": "validation_error", "code": "invalid_payload", "detail": detail})


def _message(event: Any, sent_at: Any) -> Message | Flaw:
    if not isinstance(event, dict) or not text_of(event.get("event")):
        return Flaw(400, "The event has no name.")
    if not _person(event):
        return Flaw(400, "The event names nobody; give it a distinct_id.")
    given = text_of(event.get("uuid"))
    kept = {name: value for name, value in event.items() if name not in ("api_key", "token")}
    stored: dict[str, Any] = {"event": {**kept, "uuid": given or str(uuid.uuid4())}}
    if isinstance(sent_at, str):
        stored["sentAt"] = sent_at
    return message_of(stored, key=message_key("uuid", given))


def _person(event: Mapping[str, Any]) -> str:
    return text_of(event.get("distinct_id")) or text_of(values_of(event.get("properties")).get("distinct_id"))


def _read(event: Mapping[str, Any], sent_at: Any, received_at: datetime) -> Call:
    properties = values_of(event.get("properties"))
    name, person = text_of(event["event"]), _person(event)
    anonymous = properties.get("$is_identified") is False
    page = {ours: properties[theirs] for ours, theirs in _PAGE.items() if theirs in properties}
    return Call(
        kind=_KINDS.get(name, "track"),
        id=text_of(event.get("uuid")),
        at=by_our_clock(event.get("timestamp"), sent_at, received_at),
        user_id="" if anonymous else person,
        anonymous_id=person if anonymous else _earlier(properties),
        event="" if name in _KINDS else name,
        properties={**properties, **page} if name == "$pageview" else properties,
        traits={**values_of(event.get("$set")), **values_of(properties.get("$set"))},
    )


def _earlier(properties: Mapping[str, Any]) -> str:
    """What the person was called before."""
    return text_of(properties.get("$anon_distinct_id")) or text_of(properties.get("alias"))
