"""What becomes of the demo's messages: buttons on the catcher's page stand for a provider's webhook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone

from actions.messages.feedback import record_feedback
from actions.models import Delivery
from journeys.demo.box import Caught
from journeys.demo.web import Answer, Request

#: What can be told of a message by its kind, with the words on the button.
TOLD: Mapping[str, Mapping[str, str]] = {
    "email": {"opened": "Opened", "clicked": "Clicked a link", "bounced": "Bounced"},
    "sms": {"failed": "Failed"},
    "push": {"clicked": "Tapped", "failed": "Failed"},
}
#: Takes a message's key and what became of it; False if that changes nothing.
Tell = Callable[[str, str], bool]


def tell_product(key: str, kind: str) -> bool:
    """Record it in the product, as a provider's webhook would; for messages that journeys sent."""
    try:
        message_id = UUID(key)
        if not Delivery.objects.filter(message_id=message_id).exists():
            return False
        return record_feedback(message_id, kind, at=timezone.now())
    except ValueError:  # the key of something else
        return False
    finally:
        connection.close()  # each request has a thread of its own


def answer_feedback(request: Request, message: Caught | None, tell: Tell) -> Answer:
    """The button's request. JSON only: pages of other sites cannot send that without being asked."""
    if message is None:
        return Answer(404)
    if request.header("Content-Type") != "application/json":
        return Answer(415)
    kind = _kind(request.body)
    if kind not in TOLD.get(message["kind"], {}):
        return Answer(422)
    return Answer(200, orjson.dumps({"recorded": tell(message["key"], kind)}))


def _kind(body: bytes) -> str:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    kind = given.get("kind") if isinstance(given, dict) else ""
    return kind if isinstance(kind, str) else ""
