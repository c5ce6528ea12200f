"""What becomes of messages that Campaign Standard took: it is asked for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from actions.campaign.standard import root_of, status_url
from actions.custom import action_of, deliver
from actions.models import CampaignMessage
from journeyorch.outbound.client import Failure, Request, read_json

#: A status is asked for again after so long at the earliest.
PAUSE = timedelta(minutes=1)
#: What has not come to an end by then never will.
GIVEN_UP = timedelta(days=3)
_SECONDS = 10.0


def ask_for_statuses(*, most: int, now: datetime | None = None) -> int:
    """Ask for the status of those that were not asked for longest; how many were asked for.

    Makes calls: never inside a transaction.
    """
    now = now or timezone.now()
    due = CampaignMessage.objects.open().filter(created_at__gt=now - GIVEN_UP)
    due = due.exclude(asked_at__gt=now - PAUSE).select_related("action__instance")
    rows = list(due.order_by(F("asked_at").asc(nulls_first=True), "pk")[:most])
    for row in rows:
        ask(row, now=now)
    return len(rows)


def ask(row: CampaignMessage, *, now: datetime) -> None:
    """Ask for one message's status; one that cannot be read stays as it was."""
    status = _asked(row)
    CampaignMessage.objects.filter(pk=row.pk).update(asked_at=now, status=status or row.status)


def _asked(row: CampaignMessage) -> str | None:
    if row.action is None or row.action.instance is None:
        return None
    instance = row.action.instance
    url = status_url(root_of(instance.url, instance.organization), row.href)
    if url is None:
        return None
    answer = deliver(action_of(row.action), Request("GET", url), _SECONDS)
    value = None if isinstance(answer, Failure) or answer.status != 200 else read_json(answer)
    status = value.get("status") if isinstance(value, dict) else None
    return status[:40] if isinstance(status, str) and status else None
