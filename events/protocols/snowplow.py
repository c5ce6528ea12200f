"""Snowplow's tracker protocol 2: ``POST /com.snowplowanalytics.snowplow/tp2``.

The requests name no receiver but the tracker's application id (``aid``): set it to a bearer key of the inlet,
or to the id of an inlet that is open to everybody. Stored is the event as the tracker sent it.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from events.clients.analytics import Call, by_our_clock, in_xdm, text_of, values_of
from events.ingest.incoming import Incoming
from events.ingest.refusals import Flaw, Refused
from events.protocols import (
    Answer,
    Message,
    Normalized,
    NotNormal,
    Opening,
    Receipt,
    Route,
    problem,
    protocol,
)
from events.reading import batch_of, message_key, message_of
from journeyorch.phrases import phrase
from journeyorch.strict_json import parse

# iglu:com.acme/order_placed/jsonschema/1-0-0
_SCHEMA_NAME = re.compile(r"iglu:[^/]+/([^/]+)/")
_STRUCTURED = {
    "category": "se_ca",
    "action": "se_ac",
    "label": "se_la",
    "property": "se_pr",
    "value": "se_va",
}
_PAGE = {"url": "url", "referrer": "refr", "title": "page"}


@protocol
class Snowplow:
    """Self-describing and structured events, page views, screen views."""

    name = "snowplow"
    ready_made = (
        ("uid", "identityMap.CRMID[0].id"),
        ("duid", "identityMap.AnonymousID[0].id"),
        ("eid", "_id"),
        ("dtm", "timestamp"),
        ("properties", "_{tenant}.properties"),
        ("url", "web.webPageDetails.URL"),
        ("page", "web.webPageDetails.name"),
        ("refr", "web.webReferrer.URL"),
    )
    routes = (Route("com.snowplowanalytics.snowplow/tp2", batch=True),)

    def opening(self, request: Incoming) -> Opening:
        """By the application id of its first event."""
        events = values_of(request.json).get("data")
        first = values_of(events[0]) if isinstance(events, list) and events else {}
        if not (key := text_of(first.get("aid"))):
            raise Refused(401, "Unauthorized", "The events have no application id, aid; set it to a key.")
        return Opening(key=key)

    def answer(self, request: Incoming) -> None:
        """Every request brings events."""

    def messages(self, request: Incoming, route: Route) -> list[Message | Flaw]:
        """The events, in order."""
        return [_message(event) for event in batch_of(values_of(request.json).get("data"))]

    def normalize(self, body: str | dict[str, Any], *, received_at: datetime) -> Normalized:
        """The event in XDM."""
        event = values_of(orjson.loads(body) if isinstance(body, str) else body)
        if not text_of(event.get("e")):
            raise NotNormal(phrase("The event has no type, e."))
        call = _read(event, received_at)
        # With what is packed inside, which no path leads into.
        source = {**event, "properties": call.properties}
        return in_xdm(call, source=source, received_at=received_at)

    def accepted(self, receipt: Receipt, route: Route, *, request: Incoming) -> Answer:
        """Trackers drop what is answered with 4xx, so a request succeeds although some of it is no use."""
        return Answer(200, "ok", "text/plain; charset=utf-8")

    def refused(self, refusal: Refused, *, inlet: str, request: Incoming) -> Answer:
        return problem(refusal)


def _message(event: Any) -> Message | Flaw:
    if not isinstance(event, dict) or not text_of(event.get("e")):
        return Flaw(400, "The event has no type, e.")
    given = text_of(event.get("eid"))
    kept = {name: value for name, value in event.items() if name != "aid"}
    return message_of({**kept, "eid": given or str(uuid.uuid4())}, key=message_key("eid", given))


def _read(event: Mapping[str, Any], received_at: datetime) -> Call:
    name, properties = _what(event)
    moment, sent = _moment(event.get("ttm") or event.get("dtm")), _moment(event.get("stm"))
    return Call(
        kind="page" if event["e"] == "pv" else "screen" if name == "screen_view" else "track",
        id=text_of(event.get("eid")),
        at=by_our_clock(moment, sent, received_at),
        user_id=text_of(event.get("uid")),
        anonymous_id=text_of(event.get("duid")),
        event=name,
        properties=properties,
        context={"page": _chosen(event, _PAGE)},
    )


def _chosen(event: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The fields that are there, by our names."""
    return {ours: event[theirs] for ours, theirs in names.items() if event.get(theirs) is not None}


def _what(event: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The name of what happened, and its properties."""
    kind = event["e"]
    if kind == "ue":
        return _self_described(event)
    if kind == "se":
        return text_of(event.get("se_ac")), _chosen(event, _STRUCTURED)
    return ("", _chosen(event, _PAGE)) if kind == "pv" else (text_of(kind), {})


def _self_described(event: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """A self-describing event, as JSON text or as that in base64."""
    try:
        if isinstance(packed := event.get("ue_px"), str):
            text = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        else:
            text = text_of(event.get("ue_pr")).encode()
        # As strictly as a body: it is JSON that nobody has looked at yet.
        described = values_of(values_of(parse(text)).get("data"))
    except (binascii.Error, ValueError):
        raise NotNormal(phrase("Its self-describing data, ue_pr or ue_px, cannot be read.")) from None
    named = _SCHEMA_NAME.match(text_of(described.get("schema")))
    return (named[1] if named else "ue"), values_of(described.get("data"))


def _moment(milliseconds: Any) -> str | None:
    """Epoch milliseconds, which trackers write as a text."""
    text = text_of(milliseconds)
    if not re.fullmatch(r"[0-9]{1,14}", text, re.ASCII):
        return None
    return datetime.fromtimestamp(int(text) / 1000, UTC).isoformat()
