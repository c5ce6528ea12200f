"""What becomes of messages that Campaign Standard took: it is asked for it, less and less often.

A message has a moment at which it is due to be asked about. Whoever asks moves it to the end of a lease, on
the condition that nobody else has; a worker that dies in between leaves the question to the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from actions.campaign.standard import PAUSES, root_of, status_url
from actions.custom import action_of, deliver
from actions.messages.feedback import record_feedback
from actions.models import CampaignMessage, Delivery
from journeyorch import bulk
from journeyorch.outbound.client import Failure, Request, read_json
from journeyorch.outbound.enquiries import claim
from journeyorch.outbound.protection import sending
from journeyorch.outbound.protection.rules import ACTION
from journeyorch.outbound.protection.sending import Caller, single_request

#: What has not come to an end by then never will.
GIVEN_UP = timedelta(days=7)
# Longer than the question takes, with a token that must be fetched first.
LEASE = timedelta(minutes=1)
_SECONDS = 10.0
_CAPPED = frozenset({sending.OVER_THE_CAP, sending.NO_CONNECTION})
#: What Campaign's last word means for a delivery; before that nothing is known.
KINDS: Mapping[str, str] = {
    "processed": Delivery.Status.SENT,
    **dict.fromkeys(
        ("ignored", "deliveryFailed", "routingFailed", "tooOld", "targetingFailed"), Delivery.Status.FAILED
    ),
}


class Answer(NamedTuple):
    """What Campaign said, if it said anything."""

    status: str = ""
    was_asked: bool = True  # False: a cap kept the question from being asked
    can_be_asked: bool = True  # False: its template or instance is gone


def ask_next(now: datetime | None = None) -> bool:
    """Ask for the status that has been due longest; False if none is. Never inside a transaction."""
    now = now or bulk.database_now()
    pk = claim(CampaignMessage.objects.due(now), "ask_at", until=now + LEASE)
    if pk is not None:
        ask(pk, now=now)
    return pk is not None


def ask_at_once(row: CampaignMessage, *, now: datetime) -> None:
    """Ask for a message's status whether it is due or not, unless Campaign has said its last word."""
    if CampaignMessage.objects.open().filter(pk=row.pk).update(ask_at=now + LEASE):
        ask(row.pk, now=now)


def ask(pk: int, *, now: datetime) -> None:
    """Ask for the status of a message that was claimed, and record the answer."""
    row = CampaignMessage.objects.select_related("action__instance").filter(pk=pk).first()
    if row is not None:
        _record(row, _asked(row), now)


def _asked(row: CampaignMessage) -> Answer:
    instance = row.action.instance if row.action else None
    url = status_url(root_of(instance.url, instance.organization), row.href) if instance else None
    if row.action is None or url is None:
        return Answer(can_be_asked=False)
    with single_request(Caller(row.sandbox_id, ACTION)):
        answer = deliver(action_of(row.action), Request("GET", url), _SECONDS)
    if isinstance(answer, Failure):
        return Answer(was_asked=answer.reason not in _CAPPED)
    value = read_json(answer) if answer.status == 200 else None
    status = value.get("status") if isinstance(value, dict) else None
    return Answer(status[:40] if isinstance(status, str) else "")


def _record(row: CampaignMessage, answer: Answer, now: datetime) -> None:
    """What cannot be read leaves the status as it was. An answer whose claim was lost counts for nothing."""
    status, asks = answer.status or row.status, row.asks + answer.was_asked
    is_over = status in CampaignMessage.FINAL or not answer.can_be_asked or now > row.created_at + GIVEN_UP
    ask_at = None if is_over else now + PAUSES[min(asks, len(PAUSES) - 1)]
    with transaction.atomic():
        ours = CampaignMessage.objects.filter(pk=row.pk, ask_at=row.ask_at)
        written = ours.update(status=status, asked_at=now, asks=asks, ask_at=ask_at)
        if written and status in KINDS:
            record_feedback(row.message_id, KINDS[status], at=now, detail=status)
