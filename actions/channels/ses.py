"""Email by Amazon SES: its HTTPS API (version 2), and what it tells by Amazon SNS."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.utils import timezone
from django.utils.translation import gettext_noop
from pydantic import Field, SecretStr

from actions.channels.base import Message, Provider, origin_of, provider
from actions.channels.callbacks import Callback, Forged, News
from actions.channels.mail import Sender, as_mail
from actions.channels.sigv4 import Signer, signed
from actions.channels.sns import notified
from actions.tracking.callback_links import message_of
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Failure, Request, Response, exchange, outcome_of, read_json

_TAG = "journeyorch"
#: What SES says happened. A delay is no news, and of a bounce its type decides.
_KINDS = {
    "Send": "sent",
    "Delivery": "delivered",
    "Open": "opened",
    "Click": "clicked",
    "Complaint": "complained",
    "Reject": "failed",
    "Rendering Failure": "failed",
    "Subscription": "unsubscribed",
}


@provider("ses", "Amazon SES", kinds={"email"})
class Ses(Provider):
    """``POST /v2/email/outbound-emails`` with the message in MIME, signed with a key of its own.

    What becomes of it comes by events of a configuration set, through an SNS topic to the channel's address:
    each message carries a tag that names it, which we signed.
    """

    region: str = Field(
        title=gettext_noop("Region"),
        pattern=r"^[a-z0-9-]{1,30}$",
        description=gettext_noop("Example: eu-central-1"),
    )
    key_id: str = Field(title=gettext_noop("Access key ID"), pattern=r"^[A-Za-z0-9]{1,128}$")
    secret: SecretStr = Field(title=gettext_noop("Secret access key"), min_length=1, max_length=500)
    from_address: Sender = Field(
        title=gettext_noop("From"),
        max_length=320,
        description=gettext_noop("An address, or a name and the address in angle brackets."),
    )
    configuration_set: str = Field(
        default="",
        title=gettext_noop("Configuration set"),
        pattern=r"^[A-Za-z0-9_-]{0,64}$",
        description=gettext_noop("Whose events say what becomes of messages."),
    )
    topic: str = Field(
        default="",
        title=gettext_noop("SNS topic"),
        pattern=r"^(arn:[a-z0-9-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+)?$",
        description=gettext_noop("Its ARN. The events of no other topic are believed."),
    )
    url: str = Field(
        default="",
        title=gettext_noop("Base URL"),
        max_length=2000,
        description=gettext_noop("Empty: Amazon's in the region."),
    )

    @classmethod
    def destination(cls, values: Mapping[str, Any]) -> str:
        return origin_of(_base(str(values.get("url") or ""), str(values.get("region") or "")))

    def sender(self) -> str:
        return self.from_address

    def target(self, message: Message) -> str:
        return f"{_base(self.url, self.region)}/v2/email/outbound-emails"

    def send(self, message: Message, timeout: float) -> Outcome:
        answer = exchange(self._request(message), timeout=timeout)
        outcome = outcome_of(answer, {"messageId": message.key})
        code = _error(answer)
        return outcome._replace(message=f"{outcome.message} {code}.") if code else outcome

    def _request(self, message: Message) -> Request:
        body: dict[str, Any] = {
            "Content": {"Raw": {"Data": base64.b64encode(as_mail(message)).decode()}},
            "Destination": {"ToAddresses": [message.to]},
        }
        if token := urlsplit(message.callback).path.rpartition("/")[2]:
            body["EmailTags"] = [{"Name": _TAG, "Value": token}]
        if self.configuration_set:
            body["ConfigurationSetName"] = self.configuration_set
        headers = (("Content-Type", "application/json"),)
        plain = Request("POST", self.target(message), headers, orjson.dumps(body))
        signer = Signer(self.key_id, self.secret.get_secret_value(), self.region, "ses")
        return signed(plain, signer, now=timezone.now())

    def receive(self, callback: Callback) -> list[News]:
        """An event that SES had SNS deliver; refused where no topic is configured."""
        if not self.topic:
            raise Forged
        event = notified(callback.body, self.topic)
        news = _news(event, callback) if event else None
        return [news] if news else []


def _base(url: str, region: str) -> str:
    return url.rstrip("/") or f"https://email.{region}.amazonaws.com"


def _error(answer: Response | Failure) -> str:
    """SES's name for what was wrong, such as MessageRejected; nothing that quotes the message."""
    if isinstance(answer, Failure) or answer.status < 400:
        return ""
    said = answer.headers.get("x-amzn-errortype", "").partition(":")[0]
    if not said:
        value = read_json(answer)
        said = str(value.get("__type", "")).rpartition("#")[2] if isinstance(value, dict) else ""
    return said[:60] if said.isalnum() else ""


def _news(event: Mapping[str, Any], callback: Callback) -> News | None:
    """What an event tells of one of the channel's messages; None for others, and for delays."""
    message_id = _message_of(event, callback.channel_id)
    told = str(event.get("eventType") or "")
    detail = event.get(told.replace("Rendering ", "").lower())
    about: Mapping[str, Any] = detail if isinstance(detail, dict) else {}
    if told == "Bounce":
        kind: str | None = "bounced" if about.get("bounceType") == "Permanent" else "softBounced"
    else:
        kind = _KINDS.get(told)
    if message_id is None or kind is None:
        return None
    words = next((about[name] for name in _WORDS if isinstance(about.get(name), str)), "")
    return News(message_id, kind, _moment(about.get("timestamp")) or callback.at, words[:1000])


_WORDS = ("link", "complaintFeedbackType", "bounceSubType", "smtpResponse", "reason", "errorMessage")


def _message_of(event: Mapping[str, Any], channel_id: int) -> Any:
    mail = event.get("mail")
    tags = mail.get("tags") if isinstance(mail, dict) else None
    tokens = tags.get(_TAG) if isinstance(tags, dict) else None
    token = tokens[0] if isinstance(tokens, list) and tokens else None
    return message_of(token, channel_id) if isinstance(token, str) else None


def _moment(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
