"""Customer.io's Track API: people by ``PUT``, what they did by ``POST``.

The API key, the password of Basic authentication, is a bearer key of an inlet; the site id is not looked at.
Stored is ``{"id": …, "attributes": …}`` or ``{"id": …, "event": …}``.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import orjson

from events.clients.analytics import Call, in_xdm, text_of, values_of
from events.ingest.incoming import Incoming
from events.ingest.refusals import Flaw, Refused, malformed
from events.protocols import Answer, Message, Normalized, NotNormal, Opening, Receipt, Route, protocol
from events.reading import basic_of, message_key, message_of
from journeyorch.phrases import phrase

_CUSTOMER = "api/v1/customers/<str:id>"
# What Customer.io calls things that have happened on a page or in an app.
_KINDS = {"page": "page", "screen": "screen"}


@protocol
class CustomerIo:
    """``PUT /api/v1/customers/{id}`` and ``POST /api/v1/customers/{id}/events``."""

    name = "customerio"
    ready_made = (
        ("id", "identityMap.CRMID[0].id"),
        ("event.id", "_id"),
        ("event.timestamp", "timestamp"),
        ("event.name", "eventType"),
        ("event.data", "_{tenant}.properties"),
        ("attributes", "_{tenant}.traits"),
        ("attributes.email", "personalEmail.address"),
    )
    routes = (Route(_CUSTOMER, methods=("PUT",)), Route(f"{_CUSTOMER}/events"))

    def opening(self, request: Incoming) -> Opening:
        """By the API key."""
        _, key = basic_of(request)
        if not key:
            raise Refused(401, "Unauthorized", "The request shows no API key by Basic authentication.")
        return Opening(key=key)

    def answer(self, request: Incoming) -> None:
        """Every request brings something."""

    def messages(self, request: Incoming, route: Route) -> list[Message | Flaw]:
        """The one person or event that it brings."""
        value = request.json
        if not isinstance(value, dict):
            raise malformed("The body is no object.")
        id = request.path["id"]
        if request.method == "PUT":
            return [message_of({"id": id, "attributes": value}, key=None)]
        if not text_of(value.get("name")):
            return [Flaw(400, "The event has no name.")]
        given = text_of(value.get("id"))
        event = value if given else {**value, "id": str(uuid.uuid4())}
        return [message_of({"id": id, "event": event}, key=message_key("id", given))]

    def normalize(self, body: str | dict[str, Any], *, received_at: datetime) -> Normalized:
        """The person's record, or the event."""
        stored = orjson.loads(body) if isinstance(body, str) else body
        if not isinstance(stored, dict) or not text_of(stored.get("id")):
            raise NotNormal(phrase("The message names no customer."))
        return in_xdm(_read(stored), source=stored, received_at=received_at)

    def accepted(self, receipt: Receipt, route: Route, *, request: Incoming) -> Answer:
        flaw = receipt.outcomes[0]
        return Answer(200, {}) if flaw is None else _error(flaw.status, flaw.detail)

    def refused(self, refusal: Refused, *, inlet: str, request: Incoming) -> Answer:
        return _error(refusal.status, refusal.detail)._replace(headers=refusal.headers)


def _error(status: int, detail: str) -> Answer:
    return Answer(status, {"meta": {"errors": [detail]}})


def _read(stored: dict[str, Any]) -> Call:
    if "event" not in stored:
        attributes = dict(values_of(stored.get("attributes")))
        return Call("identify", "", None, user_id=text_of(stored["id"]), traits=_as_traits(attributes))
    event = values_of(stored["event"])
    return Call(
        kind=_KINDS.get(text_of(event.get("type")), "track"),
        id=text_of(event.get("id")),
        at=_moment(event.get("timestamp")),
        user_id=text_of(stored["id"]),
        event=text_of(event.get("name")),
        properties=values_of(event.get("data")),
    )


def _as_traits(attributes: dict[str, Any]) -> dict[str, Any]:
    """Their names with underscores, as others write them."""
    for theirs, ours in (("first_name", "firstName"), ("last_name", "lastName")):
        if theirs in attributes and ours not in attributes:
            attributes[ours] = attributes[theirs]
    return attributes


def _moment(seconds: Any) -> datetime | None:
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
