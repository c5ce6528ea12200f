"""Where providers tell what became of messages: an address for each message, and one for each channel.

Who calls must prove it: by the signed address of a message, and where the provider signs or knows a secret,
by that too. A message named in a body is named by a token that we signed for the channel.
"""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from actions import channels
from actions.channels import ChannelProblem
from actions.channels.callbacks import Callback, Forged, News, Unconfirmed, Unreadable
from actions.messages.feedback import record_feedback
from actions.models import Channel
from actions.tracking.callback_links import callback_url, message_of
from actions.tracking.models import Refusal
from actions.tracking.webhooks import note_refused, note_taken
from journeyorch.direct import direct

MAX_BODY = 1024 * 1024
_NEVER_FROM_THE_FUTURE = timedelta(minutes=5)


@direct
@csrf_exempt
@require_POST
def called_back(request: HttpRequest, channel_id: int, signed: str = "") -> HttpResponse:
    """One callback: 204 when what it tells is on disk, 400 and 403 for what is nonsense or forged.

    After 503 the provider tries again later, when the channel may be in order.
    """
    channel = Channel.objects.filter(pk=channel_id).first()
    message_id = message_of(signed, channel_id) if signed else None
    if channel is None or (signed and message_id is None):
        return HttpResponse(status=404)
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        return HttpResponse(status=413)
    callback = Callback(
        channel_id=channel_id,
        url=callback_url(channel_id, signed)
        + (f"?{query}" if (query := request.META["QUERY_STRING"]) else ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        at=timezone.now(),
        message_id=message_id,
    )
    try:
        news = channels.load(channel.provider, channel.config, kind=channel.kind).receive(callback)
    except Forged:
        return _refused(403, callback, Refusal.FORGED)
    except Unreadable:
        return _refused(400, callback, Refusal.UNREADABLE)
    except ChannelProblem as problem:
        return _refused(503, callback, Refusal.UNUSABLE, str(problem))
    except Unconfirmed as problem:
        return _refused(503, callback, Refusal.UNCONFIRMED, str(problem))
    for each in news:
        _record(each, callback)
    note_taken(channel_id, callback.at)
    return HttpResponse(status=204)


def _refused(status: int, callback: Callback, refusal: Refusal, detail: str = "") -> HttpResponse:
    note_refused(callback.channel_id, refusal, callback.at, detail=detail)
    return HttpResponse(status=status)


def _record(news: News, callback: Callback) -> None:
    """A provider whose clock is wrong does not write into our future."""
    at = news.at if news.at <= callback.at + _NEVER_FROM_THE_FUTURE else callback.at
    record_feedback(news.message_id, news.kind, at=at, detail=news.detail)
