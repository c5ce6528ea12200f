"""SMS by plain JSON, for providers that a small adapter speaks to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.translation import gettext_noop
from pydantic import Field, SecretStr

from actions.channels.base import Message, Provider, gone, origin_of, provider
from actions.channels.callbacks import Callback, Forged, News, Unreadable
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Request, exchange, outcome_of
from journeyorch.phrases import phrase

_TOLD = frozenset({"sent", "delivered", "failed", "bounced", "softBounced", "unsubscribed", "complained"})


@provider("sms_json", "SMS, JSON", kinds={"sms"})
class SmsJson(Provider):
    """``POST {url}`` with ``{"id", "to", "from", "text"}`` and a bearer token if there is one.

    An answer of 410 says that the number does not exist. Where callbacks are possible, ``statusUrl`` takes
    ``{"status": "delivered", "detail": "…"}``; its signed address is the proof of who calls.
    """

    url: str = Field(title=gettext_noop("URL"), min_length=1, max_length=2000)
    token: SecretStr = Field(default=SecretStr(""), title=gettext_noop("Bearer token"), max_length=2000)
    number: str = Field(default="", title=gettext_noop("Sender's name or number"), max_length=40)

    @classmethod
    def destination(cls, values: Mapping[str, Any]) -> str:
        return origin_of(values.get("url"))

    def sender(self) -> str:
        return self.number

    def target(self, message: Message) -> str:
        return self.url

    def send(self, message: Message, timeout: float) -> Outcome:
        answer = exchange(self._request(message), timeout=timeout)
        outcome = outcome_of(answer, {"messageId": message.key})
        if outcome.code == "410":
            return gone(answer, phrase("The SMS provider does not know this phone number any more."))
        return outcome

    def _request(self, message: Message) -> Request:
        headers: tuple[tuple[str, str], ...] = (
            ("Content-Type", "application/json"),
            ("Idempotency-Key", message.key),
        )
        if token := self.token.get_secret_value():
            headers = (("Authorization", f"Bearer {token}"), *headers)
        body = {"id": message.key, "to": message.to, "from": message.sender, "text": message.text}
        if message.callback:
            body["statusUrl"] = message.callback
        return Request("POST", self.url, headers, orjson.dumps(body))

    def receive(self, callback: Callback) -> list[News]:
        if callback.message_id is None:
            raise Forged
        try:
            said = orjson.loads(callback.body)
        except orjson.JSONDecodeError as error:
            raise Unreadable from error
        if not isinstance(said, dict) or not isinstance(said.get("status"), str):
            raise Unreadable
        if said["status"] not in _TOLD:
            return []
        return [News(callback.message_id, said["status"], callback.at, str(said.get("detail", ""))[:1000])]
