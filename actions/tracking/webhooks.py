"""What came to channels' addresses for webhooks: remembered for the channel's page, and told there.

Anybody may call these addresses, so the same is written once a minute at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actions.tracking.models import Refusal, WebhookState

_NEWS = timedelta(minutes=1)


def note_taken(channel_id: int, at: datetime) -> None:
    """A callback proved who sent it, and was taken."""
    _note(channel_id, {}, taken_at=at)


def note_refused(channel_id: int, refusal: Refusal, at: datetime, *, detail: str = "") -> None:
    """A callback was refused; ``detail`` is one sentence for people, without secrets."""
    _note(channel_id, {"refusal": refusal, "detail": detail}, refused_at=at)


def _note(channel_id: int, said: dict[str, Any], **moment: datetime) -> None:
    [(field, at)] = moment.items()
    if not WebhookState.objects.filter(channel=channel_id, **said, **{f"{field}__gt": at - _NEWS}).exists():
        WebhookState.objects.update_or_create({**said, **moment}, channel_id=channel_id)


def told_of(channel_id: int) -> Iterator[str]:
    """Sentences on how the channel's address fares."""
    state = WebhookState.objects.filter(channel=channel_id).first() or WebhookState()
    if state.refused_at and not (state.taken_at and state.taken_at > state.refused_at):
        why = " ".join(filter(None, (state.get_refusal_display(), state.detail)))
        yield _("Refused last on %(moment)s: %(why)s") % {"moment": _shown(state.refused_at), "why": why}
    if state.taken_at:
        yield _("Taken last on %(moment)s.") % {"moment": _shown(state.taken_at)}
    elif not state.refused_at:
        yield _("Nothing has come yet.")


def _shown(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
