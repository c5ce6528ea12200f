"""Segment and RudderStack: their client libraries, in servers and browsers, unmodified.

    POST /v1/{track,identify,page,screen,group,alias,batch}, also by their first letters: /v1/t or /t

The write key is a bearer key of an inlet, or the id of one that is open to everybody: as the user of Basic
authentication, or ``writeKey`` in the body. Stored is ``{"call": …, "sentAt": …}``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from events.clients.analytics import KINDS, READY_MADE, Call, by_our_clock, in_xdm, text_of, values_of
from events.ingest.incoming import Incoming
from events.ingest.refusals import Flaw, Refused, malformed
from events.protocols import Answer, Message, Normalized, NotNormal, Opening, Receipt, Route, protocol
from events.reading import basic_of, batch_of, message_key, message_of
from journeyorch.phrases import phrase

_LETTERS = {kind[0]: kind for kind in KINDS}
_BATCH = ("batch", "import", "b")
_SINGLE = (*KINDS, *_LETTERS)
_SHORT = ("b", *_LETTERS)
_NO_KEY = "The request shows no write key; send it as the user of Basic authentication."


@protocol
class Segment:
    """One call a request, or a batch of them."""

    name = "segment"
    ready_made = (
        ("userId", "identityMap.CRMID[0].id"),
        ("anonymousId", "identityMap.AnonymousID[0].id"),
        ("messageId", "_id"),
        ("timestamp", "timestamp"),
        ("event", "eventType"),
        *READY_MADE,
    )
    prefix = "v1/"
    routes: Sequence[Route] = (
        # RudderStack's library for Node calls a batch that it has packed a form.
        *(Route(f"v1/{name}", batch=True, any_type=True, offered=name not in _SHORT) for name in _BATCH),
        *(Route(f"v1/{name}", offered=name not in _SHORT) for name in _SINGLE),
        *(Route(name, offered=False) for name in _LETTERS),
        # What browsers ask for before they send.
        Route("v1/projects/<str:key>/settings", methods=("GET",), offered=False),
        Route("sourceConfig/", methods=("GET",), offered=False),
    )

    def opening(self, request: Incoming) -> Opening:
        """By the write key."""
        key = request.path.get("key") or basic_of(request)[0] or request.query.get("writeKey", "")
        if not key and request.method == "POST" and isinstance(value := request.json, dict):
            key = text_of(value.get("writeKey"))
        if not key:
            raise Refused(401, "Unauthorized", _NO_KEY)
        return Opening(key=key)

    def answer(self, request: Incoming) -> Answer | None:
        """The settings of a browser's library: where to send, and no destinations in the browser."""
        if request.method != "GET":
            return None
        key = self.opening(request).key
        if "key" in request.path:
            return Answer(200, _segment_settings(key, request))
        return Answer(200, _rudderstack_settings(key))

    def messages(self, request: Incoming, route: Route) -> list[Message | Flaw]:
        """The calls, in order; a single one is of the kind that its address names."""
        value = request.json
        if not isinstance(value, dict):
            raise malformed("The body is no object.")
        if not route.batch:
            name = route.pattern.removeprefix(self.prefix)
            return [_message({**value, "type": _LETTERS.get(name, name)}, value.get("sentAt"))]
        return [_message(call, value.get("sentAt")) for call in batch_of(value.get("batch"))]

    def normalize(self, body: str | dict[str, Any], *, received_at: datetime) -> Normalized:
        """The call in XDM."""
        stored = orjson.loads(body) if isinstance(body, str) else body
        call = stored.get("call") if isinstance(stored, dict) else None
        if not isinstance(call, dict) or call.get("type") not in KINDS:
            raise NotNormal(phrase("The message is no call of a known type."))
        return in_xdm(_read(call, stored.get("sentAt"), received_at), source=call, received_at=received_at)

    def accepted(self, receipt: Receipt, route: Route, *, request: Incoming) -> Answer:
        """Clients drop a batch that is answered with 4xx, so it succeeds although some of it is no use."""
        flaw = receipt.outcomes[0]
        if flaw is None or route.batch:
            return Answer(200, {"success": True})
        return _failed(flaw.status, "Bad Request", flaw.detail)

    def refused(self, refusal: Refused, *, inlet: str, request: Incoming) -> Answer:
        return _failed(refusal.status, refusal.title, refusal.detail)._replace(headers=refusal.headers)


def _failed(status: int, title: str, detail: str) -> Answer:
    """With a code: without one RudderStack's library for Python sends again what is refused for good."""
    code = title.lower().replace(" ", "_")
    return Answer(status, {"success": False, "code": code, "message": detail})


def _message(call: Any, sent_at: Any) -> Message | Flaw:
    if not isinstance(call, dict) or call.get("type") not in KINDS:
        return Flaw(400, "The call is of no known type.")
    if not (text_of(call.get("userId")) or text_of(call.get("anonymousId"))):
        return Flaw(400, "The call names nobody; give it a userId or an anonymousId.")
    kept = {name: value for name, value in call.items() if name != "writeKey"}
    # Without an id of its own it is never the same again; XDM wants one all the same.
    stored: dict[str, Any] = {"call": kept if text_of(call.get("messageId")) else kept | _new_id()}
    if isinstance(sent := call.get("sentAt") or sent_at, str):
        stored["sentAt"] = sent
    return message_of(stored, key=message_key("messageId", call.get("messageId")))


def _new_id() -> dict[str, str]:
    return {"messageId": str(uuid.uuid4())}


def _read(call: Mapping[str, Any], sent_at: Any, received_at: datetime) -> Call:
    context = values_of(call.get("context"))
    traits = {**values_of(context.get("traits")), **values_of(call.get("traits"))}
    properties = values_of(call.get("properties"))
    kind, previous = call["type"], text_of(call.get("previousId"))
    if kind == "group":
        # A group's traits are not the person's.
        properties, traits = {"groupId": call.get("groupId"), "traits": traits}, {}
    return Call(
        kind="identify" if kind == "alias" else kind,
        id=text_of(call.get("messageId")),
        at=by_our_clock(call.get("originalTimestamp") or call.get("timestamp"), sent_at, received_at),
        user_id=text_of(call.get("userId")),
        anonymous_id=text_of(call.get("anonymousId")) or previous,
        event=text_of(call.get("event")) or text_of(call.get("name")),
        properties=properties,
        traits=traits,
        context=context,
    )


# --- What browsers ask for ------------------------------------------------------------------------


def _segment_settings(key: str, request: Incoming) -> dict[str, Any]:
    host, protocol = request.headers.get("host", ""), "https" if request.secure else "http"
    sender = {"apiKey": key, "apiHost": f"{host}/v1", "protocol": protocol, "addBundledMetadata": True}
    return {"integrations": {"Segment.io": sender}, "plan": {}, "analyticsNextEnabled": True}


def _rudderstack_settings(key: str) -> dict[str, Any]:
    off = {"enabled": False}
    source = {
        "id": "journeyorch",
        "name": "Journeyorch",
        "writeKey": key,
        "enabled": True,
        "workspaceId": "journeyorch",
        "config": {"statsCollection": {"errors": off, "metrics": off}},
        "connections": [],
        "destinations": [],
    }
    return {"source": source}
