"""Sends what alerts have to tell, beside the calls of journeys: again after a failure, at most five times."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta

import orjson
from django.core.mail import EmailMessage

from journeyorch import bulk
from journeyorch.outbound.auth import origin_of
from journeyorch.outbound.client import Failure, Request, exchange
from journeyorch.outbound.enquiries import claim
from journeyorch.outbound.signing import sign
from journeys.models import AlertNotice

# Longer than an attempt takes.
LEASE = timedelta(minutes=2)
#: After each attempt that failed; after the last one no more is made.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
_SECONDS = 10.0


def tell_next(now: datetime | None = None) -> bool:
    """Send the notice that has been due longest; False if none is. Never inside a transaction."""
    now = now or bulk.database_now()
    pk = claim(AlertNotice.objects.due(now), "due_at", until=now + LEASE)
    if pk is not None:
        _tell(AlertNotice.objects.select_related("alert__sandbox").get(pk=pk), now)
    return pk is not None


def _tell(notice: AlertNotice, now: datetime) -> None:
    send = _by_email if notice.channel == AlertNotice.Channel.EMAIL else _by_webhook
    problem = send(notice, now)
    attempts = notice.attempts + 1
    if not problem:
        notice.sent_at, notice.due_at = now, None
    elif attempts <= len(PAUSES):
        notice.due_at = now + PAUSES[attempts - 1]
    else:
        notice.due_at = None
    notice.attempts, notice.problem = attempts, problem[:500]
    notice.save(update_fields=["attempts", "problem", "sent_at", "due_at"])


def _by_email(notice: AlertNotice, now: datetime) -> str:
    state = "!" if notice.fires else "✓"
    subject = f"{state} {notice.alert.name} · {notice.alert.sandbox.name}"
    try:
        EmailMessage(" ".join(subject.split()), notice.text, to=[notice.address]).send()
    except (OSError, smtplib.SMTPException) as error:
        return f"The mail server of EMAIL_URL did not take it: {type(error).__name__}."
    return ""


def _by_webhook(notice: AlertNotice, now: datetime) -> str:
    alert = notice.alert
    body = orjson.dumps(
        {
            "alert": alert.name,
            "kind": alert.kind,
            "sandbox": alert.sandbox.name,
            "state": "firing" if notice.fires else "over",
            "text": notice.text,
            "at": notice.at,
        }
    )
    headers = (("Content-Type", "application/json"), ("Idempotency-Key", str(notice.pk)))
    request: Request | Failure = Request("POST", notice.address, headers, body)
    if alert.signing and isinstance(request, Request):
        request = sign(request, alert.signing, origin=origin_of(notice.address), now=now)
    answer = request if isinstance(request, Failure) else exchange(request, timeout=_SECONDS)
    if isinstance(answer, Failure):
        return answer.message
    return "" if 200 <= answer.status < 300 else f"It answered {answer.status}."
