"""Plain JSON (ingestion.md, Plain JSON): ``POST /events/json/{inlet}`` takes whatever a system writes.

An object is a message, an array several, JSON lines one a line. The inlet's mapping says what of it is what
in XDM; without one, the objects are taken for XDM. Stored is the object as it came.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any

import orjson
from django.conf import settings

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
from journeyorch.phrases import phrase
from journeyorch.strict_json import NotStrictJson, parse

_NO_OBJECT = phrase("The message is no object.")


@protocol
class PlainJson:
    """One object, an array of objects, or one object a line."""

    name = "json"
    ready_made = (("_id", "_id"), ("timestamp", "timestamp"))
    routes = (Route("events/json/<str:inlet>", batch=True, lines=True),)

    def opening(self, request: Incoming) -> Opening:
        """By its address."""
        return Opening(inlet=request.path["inlet"])

    def answer(self, request: Incoming) -> None:
        """Every request brings something."""

    def messages(self, request: Incoming, route: Route) -> list[Message | Flaw]:
        """The objects, in order."""
        return [_message(value) for value in batch_of(_values(request))]

    def normalize(self, body: str | dict[str, Any], *, received_at: datetime) -> Normalized:
        """Only what names and dates an event; the rest is for the mapping to say."""
        document = orjson.loads(body) if isinstance(body, str) else body
        if not isinstance(document, dict):
            raise NotNormal(_NO_OBJECT)
        event_id, at = document.get("_id"), read_time(document.get("timestamp"))
        entity = {"_id": event_id} if isinstance(event_id, str) and event_id else {}
        if at:
            entity["timestamp"] = document["timestamp"]
        return Normalized(
            entity=entity,
            schema_ref="",
            kind="",
            event_id=entity.get("_id", ""),
            timestamp=at,
            source=document,
            unmapped=document,
            completed=True,
        )

    def accepted(self, receipt: Receipt, route: Route, *, request: Incoming) -> Answer:
        """200; 207 and what became of each message if they differ; a problem if none was of use."""
        accepted = receipt.outcomes.count(None)
        if not accepted:
            return _all_refused([_told(flaw) for flaw in receipt.outcomes if flaw is not None])
        body: dict[str, Any] = {
            "inletId": receipt.inlet,
            "xactionId": receipt.number,
            "receivedTimeMs": receipt.at_ms,
            "accepted": accepted,
        }
        if accepted == len(receipt.outcomes):
            return Answer(200, body)
        responses = [
            _told(flaw) if flaw else {"status": 200, "xactionId": f"{receipt.number}:{index}"}
            for index, flaw in enumerate(receipt.outcomes)
        ]
        return Answer(207, body | {"responses": responses})

    def refused(self, refusal: Refused, *, inlet: str, request: Incoming) -> Answer:
        return problem(refusal)


def _values(request: Incoming) -> Any:
    """The messages as a list; whether it is one may only come out later."""
    if request.media_type.endswith(("ndjson", "jsonl", "jsonlines")):
        return _lines(request.body)
    try:
        value = request.json
    except Refused:
        # Systems send lines under any name. One value on several lines does not end with the first of them.
        first, more, _ = request.body.lstrip().partition(b"\n")
        if not more or isinstance(_line(1, first), Flaw):
            raise
        return _lines(request.body)
    return value if isinstance(value, list) else [value]


def _lines(body: bytes) -> list[Any]:
    """At most one more than may come: that is enough to refuse them."""
    numbered = ((number, text) for number, text in enumerate(body.split(b"\n"), 1) if text.strip())
    return [_line(number, text) for number, text in islice(numbered, settings.INGEST_MAX_BATCH_MESSAGES + 1)]


def _line(number: int, text: bytes) -> Any:
    try:
        return parse(text)
    except NotStrictJson as error:
        return Flaw(400, f"Line {number}: {error}")


def _message(value: Any) -> Message | Flaw:
    if isinstance(value, Flaw):
        return value
    if not isinstance(value, dict):
        return Flaw(400, _NO_OBJECT)
    return message_of(value, key=message_key("_id", value.get("_id")))


def _told(flaw: Flaw) -> dict[str, Any]:
    broken = [{"pointer": each.pointer, "message": each.message} for each in flaw.violations]
    return {"status": flaw.status, "detail": flaw.detail} | ({"violations": broken} if broken else {})


def _all_refused(told: list[dict[str, Any]]) -> Answer:
    first = told[0]
    answer = problem(Refused(first["status"], "Bad Request", first["detail"]))
    extra = {name: value for name, value in first.items() if name == "violations"}
    if len(told) > 1:
        extra = {"responses": told}
    return answer._replace(body=answer.body | extra)
