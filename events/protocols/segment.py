"""Segment and RudderStack (wire-formats.md § 3): their client libraries, in servers and browsers, unmodified.

    POST /v1/{track,identify,page,screen,group,alias,batch}, also by their first letters: /v1/t or /t

The write key is a bearer key of an inlet, or the id of one that is open to everybody: as the user of Basic
authentication, or ``writeKey`` in the body. Stored is ``{"call": …, "sentAt": …}``.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from events.analytics import KINDS, Call, in_xdm
from events.ingest.incoming import Incoming
from events.ingest.refusals import Flaw, Refused, malformed, too_large
from events.protocols import Answer, Message, Normalized, NotNormal, Opening, Receipt, Route, protocol
from events.protocols.collection import message_key, read_time

_LETTERS = {kind[0]: kind for kind in KINDS}
_BATCH = ("batch", "import", "b")
_SINGLE = (*KINDS, *_LETTERS)
_NO_KEY = "The request shows no write key; send it as the user of Basic authentication."


@protocol
class Segment:
    """One call a request, or a batch of them."""

    name = "segment"
    routes = (
        *(Route(f"v1/{name}", batch=True) for name in _BATCH),
        *(Route(f"v1/{name}") for name in _SINGLE),
        *(Route(name) for name in _LETTERS),
        # What browsers ask for before they send.
        Route("v1/projects/<str:key>/settings", methods=("GET",)),
        Route("sourceConfig/", methods=("GET",)),
    )

    def opening(self, request: Incoming) -> Opening:
        """By the write key."""
        key = request.path.get("key") or _basic_user(request) or request.query.get("writeKey", "")
        if not key and request.method == "POST" and isinstance(value := request.json, dict):
            key = _text(value.get("writeKey"))
        if not key:
            raise Refused(401, "Unauthorized", _NO_KEY)
        return Opening(key=key)

    def answer(self, request: Incoming) -> Answer | None:
        """The settings of a browser's library: where to send, and no destinations in the browser."""
        if request.method != "GET":
            return None
        key = self.opening(request).key
        if "key" in request.path:
            return Answer(200, _segment_settings(key, request.headers.get("host", "")))
        return Answer(200, _rudderstack_settings(key))

    def messages(self, request: Incoming, route: Route) -> list[Message | Flaw]:
        """The calls, in order; a single one is of the kind that its address names."""
        value = request.json
        if not isinstance(value, dict):
            raise malformed("The body is no object.")
        if not route.batch:
            name = route.pattern.removeprefix("v1/")
            return [_message({**value, "type": _LETTERS.get(name, name)}, value.get("sentAt"))]
        calls = value.get("batch")
        if not isinstance(calls, list) or not calls:
            raise malformed("The body has no list of calls, “batch”.")
        if len(calls) > settings.INGEST_MAX_BATCH_MESSAGES:
            raise too_large(f"The batch holds more than {settings.INGEST_MAX_BATCH_MESSAGES} calls.")
        return [_message(call, value.get("sentAt")) for call in calls]

    def normalize(self, body: str | dict[str, Any], *, received_at: datetime) -> Normalized:
        """The call in XDM."""
        stored = orjson.loads(body) if isinstance(body, str) else body
        call = stored.get("call") if isinstance(stored, dict) else None
        if not isinstance(call, dict) or call.get("type") not in KINDS:
            raise NotNormal("The message is no call of a known type.")
        return in_xdm(_read(call, stored.get("sentAt"), received_at), received_at=received_at)

    def accepted(self, receipt: Receipt, route: Route) -> Answer:
        """Clients drop a batch that is answered with 4xx, so it succeeds although some of it is no use."""
        flaw = receipt.outcomes[0]
        if flaw is None or route.batch:
            return Answer(200, {"success": True})
        return Answer(flaw.status, {"success": False, "message": flaw.detail})

    def refused(self, refusal: Refused, *, inlet: str) -> Answer:
        return Answer(refusal.status, {"success": False, "message": refusal.detail}, headers=refusal.headers)


def _basic_user(request: Incoming) -> str:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        # Some clients leave out the colon, and with it the padding.
        text = base64.b64decode(encoded.strip() + "=" * (-len(encoded.strip()) % 4)).decode()
    except (binascii.Error, ValueError):
        return encoded.strip()
    return text.partition(":")[0]


def _message(call: Any, sent_at: Any) -> Message | Flaw:
    if not isinstance(call, dict) or call.get("type") not in KINDS:
        return Flaw(400, "The call is of no known type.")
    if not (_text(call.get("userId")) or _text(call.get("anonymousId"))):
        return Flaw(400, "The call names nobody; give it a userId or an anonymousId.")
    kept = {name: value for name, value in call.items() if name != "writeKey"}
    # Without an id of its own it is never the same again; XDM wants one all the same.
    stored: dict[str, Any] = {"call": kept if _text(call.get("messageId")) else kept | _new_id()}
    if isinstance(sent := call.get("sentAt") or sent_at, str):
        stored["sentAt"] = sent
    body = orjson.dumps(stored)
    if len(body) > settings.INGEST_MAX_MESSAGE_BYTES:
        return Flaw(413, f"The call is larger than {settings.INGEST_MAX_MESSAGE_BYTES} bytes.")
    return Message(body.decode(), message_key("messageId", call.get("messageId")), stored)


def _new_id() -> dict[str, str]:
    return {"messageId": str(uuid.uuid4())}


def _read(call: Mapping[str, Any], sent_at: Any, received_at: datetime) -> Call:
    context = _values(call.get("context"))
    traits = {**_values(context.get("traits")), **_values(call.get("traits"))}
    properties = _values(call.get("properties"))
    kind, previous = call["type"], _text(call.get("previousId"))
    if kind == "group":
        # A group's traits are not the person's.
        properties, traits = {"groupId": call.get("groupId"), "traits": traits}, {}
    return Call(
        kind="identify" if kind == "alias" else kind,
        id=_text(call.get("messageId")),
        at=by_our_clock(call.get("originalTimestamp") or call.get("timestamp"), sent_at, received_at),
        user_id=_text(call.get("userId")),
        anonymous_id=_text(call.get("anonymousId")) or previous,
        event=_text(call.get("event")) or _text(call.get("name")),
        properties=properties,
        traits=traits,
        context=context,
    )


def by_our_clock(happened: Any, sent_at: Any, received_at: datetime) -> datetime | None:
    """When it happened, without the error of the client's clock: what is sent now is received now."""
    moment, sent = read_time(happened), read_time(sent_at)
    if moment is None or sent is None or sent < moment:
        # Nothing is sent before it happened: those are two clocks.
        return moment
    return received_at - (sent - moment)


def _values(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """Ids are written as numbers, too."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


# --- What browsers ask for ------------------------------------------------------------------------


def _segment_settings(key: str, host: str) -> dict[str, Any]:
    sender = {"apiKey": key, "apiHost": f"{host}/v1", "addBundledMetadata": True}
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
