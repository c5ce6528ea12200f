"""SMS by the HTTP interface of Twilio, which many providers copy, with its status callbacks."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_noop
from pydantic import Field, SecretStr

from actions.channels.base import Message, Provider, gone, origin_of, provider
from actions.channels.callbacks import Callback, Forged, News, Unreadable
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Request, Response, exchange, outcome_of, read_json
from journeyorch.phrases import phrase

# Numbers that will not become right: invalid, not a mobile, unsubscribed; and in callbacks unknown, landline.
_BAD_NUMBERS = frozenset({21211, 21214, 21610, 21614, 30005, 30006})
# "queued", "sending", "accepted" and "scheduled" are no news.
_KINDS = {"sent": "sent", "delivered": "delivered", "undelivered": "failed", "failed": "failed"}
_MAX_FIELDS = 100


@provider("twilio", gettext_noop("SMS, Twilio-shaped"), kinds={"sms"})
class Twilio(Provider):
    """``POST /2010-04-01/Accounts/{Sid}/Messages.json`` with Basic and a form."""

    url: str = Field(default="https://api.twilio.com", title=gettext_noop("Base URL"), max_length=2000)
    account: str = Field(
        title=gettext_noop("Account SID"), min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$"
    )
    token: SecretStr = Field(title=gettext_noop("Auth token"), min_length=1, max_length=500)
    number: str = Field(title=gettext_noop("Sender's number"), min_length=1, max_length=40)

    @classmethod
    def destination(cls, values: Mapping[str, Any]) -> str:
        return origin_of(values.get("url"))

    def sender(self) -> str:
        return self.number

    def target(self, message: Message) -> str:
        return f"{self.url.rstrip('/')}/2010-04-01/Accounts/{quote(self.account)}/Messages.json"

    def send(self, message: Message, timeout: float) -> Outcome:
        answer = exchange(self._request(message), timeout=timeout)
        body = read_json(answer) if isinstance(answer, Response) and answer.status == 400 else None
        if isinstance(body, dict) and body.get("code") in _BAD_NUMBERS:
            return gone(answer, phrase("The SMS provider does not accept this phone number."))
        return outcome_of(answer, {"messageId": message.key})

    def _request(self, message: Message) -> Request:
        pair = f"{self.account}:{self.token.get_secret_value()}".encode()
        headers = (
            ("Authorization", f"Basic {base64.b64encode(pair).decode()}"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Idempotency-Key", message.key),
        )
        form = {"To": message.to, "From": message.sender, "Body": message.text}
        if message.callback:
            form["StatusCallback"] = message.callback
        return Request("POST", self.target(message), headers, urlencode(form).encode())

    def receive(self, callback: Callback) -> list[News]:
        """A status, in a form signed with the auth token."""
        fields = _fields(callback.body)
        given = callback.headers.get("x-twilio-signature", "")
        if not constant_time_compare(given, self._signature(callback.url, fields)):
            raise Forged
        said = dict(fields)
        if callback.message_id is None or said.get("AccountSid", self.account) != self.account:
            raise Forged
        status, code = said.get("MessageStatus", ""), said.get("ErrorCode", "")
        kind = _KINDS.get(status)
        if kind is None:
            return []
        if code.isascii() and code.isdigit() and int(code[:9]) in _BAD_NUMBERS:
            kind = "bounced"
        return [News(callback.message_id, kind, callback.at, f"{status} {code}".strip())]

    def _signature(self, url: str, fields: list[tuple[str, str]]) -> str:
        """Of the URL followed by all names and values in the order of the names (HMAC-SHA1, Base64)."""
        signed = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
        key = self.token.get_secret_value().encode()
        return base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha1).digest()).decode()


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=_MAX_FIELDS
        )
    except ValueError as error:
        raise Unreadable from error
