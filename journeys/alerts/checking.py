"""Looks now and then whether an alert begins or is over, and writes down whom to tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from journeys.alerts.kinds import look
from journeys.models import Alert, AlertNotice


def check_all(now: datetime) -> None:
    """Look at every alert that is active. Two workers that look at once tell of a change once."""
    for alert in Alert.objects.watched():
        check(alert, now)


def check(alert: Alert, now: datetime) -> None:
    wrong = look(alert, now)
    if bool(wrong) == bool(alert.firing_since):
        return
    text = wrong or _("It is over.")
    as_it_was = Alert.objects.filter(pk=alert.pk, firing_since=alert.firing_since, active=True)
    with transaction.atomic():
        if as_it_was.update(firing_since=now if wrong else None, told=text):
            AlertNotice.objects.bulk_create(notices_of(alert, text, fires=bool(wrong), now=now))


def begin_trial(alerts: Iterable[Alert], *, now: datetime) -> int:
    """Tell everybody whom these alerts would tell that it is a trial; how many messages are on their way."""
    text = _("This is a trial; nothing is wrong.")
    made = [one for alert in alerts for one in notices_of(alert, text, fires=True, now=now)]
    AlertNotice.objects.bulk_create(made)
    return len(made)


def forget_old_notices(now: datetime, *, most: int) -> int:
    """Delete some of what was told, or given up, longer ago than messages are kept; returns how many."""
    before = now - timedelta(days=settings.RETENTION_DELIVERIES_DAYS)
    old = AlertNotice.objects.filter(due_at=None, at__lt=before)
    ids = list(old.values_list("pk", flat=True)[:most])
    AlertNotice.objects.filter(pk__in=ids).delete()
    return len(ids)


def notices_of(alert: Alert, text: str, *, fires: bool, now: datetime) -> Iterator[AlertNotice]:
    """One for each address, due now."""
    channel = AlertNotice.Channel
    addresses = [(channel.EMAIL, line.strip()) for line in alert.emails.splitlines() if line.strip()]
    if alert.url:
        addresses.append((channel.WEBHOOK, alert.url))
    for kind, address in addresses:
        yield AlertNotice(
            alert=alert, at=now, fires=fires, text=text, channel=kind, address=address, due_at=now
        )
