"""CloudEvents 1.0 over HTTP: binary, structured and batched; the webhook handshake.

``subject`` is the person's CRMID; ``data`` and the other attributes stand among the schema's own fields,
where the key and condition of a configured event can look. Stored is the event in its structured form.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import orjson

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
from events.times import read_time
from journeyorch.phrases import phrase, sentence

_REQUIRED = ("specversion", "id", "source", "type")
_HEADER = "ce-"
_MISSING = sentence("The event has no {name}.")
# Attributes that have a place in XDM.
_PLACED = frozenset({"specversion", "id", "type", "time", "data"})


@protocol
class CloudEvents:
    """``POST /events/cloudevents/{inlet}``; the media type says in which mode."""

    name = "cloudevents"
    ready_made = (
        ("id", "_id"),
        ("time", "timestamp"),
        ("type", "eventType"),
        ("subject", "identityMap.CRMID[0].id"),
        ("data", "_{tenant}.data"),
        ("source", "_{tenant}.source"),
    )
    # The limit for batches: only the headers tell whether it is one.
    routes = (Route("events/cloudevents/<str:inlet>", batch=True, methods=("POST", "OPTIONS")),)

    def opening(self, request: Incoming) -> Opening:
        """By its address."""
        return Opening(inlet=request.path["inlet"])

    def answer(self, request: Incoming) -> Answer | None:
        """A sender asks whether it may send (HTTP Webhooks for CloudEvents, section 4): it may."""
        if request.method != "OPTIONS":
            return None
        origin = request.headers.get("webhook-request-origin", "*")
        rate = request.headers.get("webhook-request-rate", "*")
        return Answer(200, headers={"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": rate})

    def messages(self, request: Incoming, route: Route) -> list[Message | Flaw]:
        """One event, or those of a batch in order."""
        kind = request.media_type
        if kind == "application/cloudevents-batch+json":
            return [_message(each) for each in batch_of(request.json)]
        return [_message(request.json if kind == "application/cloudevents+json" else _binary(request))]

    def normalize(self, body: str | dict[str, Any], *, received_at: datetime) -> Normalized:
        """The event in XDM."""
        event = orjson.loads(body) if isinstance(body, str) else body
        if not isinstance(event, dict) or (missing := _missing(event)):
            raise NotNormal(_MISSING(name=missing) if isinstance(event, dict) else phrase("It is no event."))
        at = read_time(event.get("time")) or received_at
        entity: dict[str, Any] = {
            "_id": event["id"],
            "timestamp": at.isoformat(),
            "eventType": event["type"],
        }
        if isinstance(subject := event.get("subject"), str) and subject:
            entity["identityMap"] = {"CRMID": [{"id": subject, "primary": True}]}
        own = {name: value for name, value in event.items() if name not in _PLACED}
        if "data" in event:
            own["data"] = event["data"]
        return Normalized(entity, "", "event", event["id"], at, own=own, source=event)

    def accepted(self, receipt: Receipt, route: Route, *, request: Incoming) -> Answer:
        """202; what is wrong with a single event, or with all of a batch, is said."""
        flaws = [flaw for flaw in receipt.outcomes if flaw is not None]
        if len(flaws) < len(receipt.outcomes):
            return Answer(202)
        return problem(Refused(flaws[0].status, "Bad Request", flaws[0].detail))

    def refused(self, refusal: Refused, *, inlet: str, request: Incoming) -> Answer:
        return problem(refusal)


def _binary(request: Incoming) -> dict[str, Any]:
    """Attributes from headers, percent-encoded where they are not ASCII; the body is the data."""
    attributes = {
        name.removeprefix(_HEADER): unquote(value)
        for name, value in request.headers.items()
        if name.startswith(_HEADER)
    }
    return {**attributes, "data": request.json} if request.body else attributes


def _message(event: Any) -> Message | Flaw:
    if not isinstance(event, dict):
        return Flaw(400, "The event is no object.")
    if missing := _missing(event):
        return Flaw(400, f"The event has no {missing}, or it is no text.")
    if event["specversion"] != "1.0":
        return Flaw(400, "The event is of another version of CloudEvents than 1.0.")
    # Source and id together tell events apart (CloudEvents, section 3.1).
    return message_of(event, key=message_key("ce", f"{event['source']} {event['id']}"))


def _missing(event: Mapping[str, Any]) -> str:
    """The first attribute that is needed and is no text; "" if all are there."""
    return next((name for name in _REQUIRED if not (isinstance(event.get(name), str) and event[name])), "")
