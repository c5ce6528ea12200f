"""SMS by HTTP: the way of Twilio, which many providers copy, and a plain JSON one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from pydantic import Field, SecretStr

from actions.channels.base import Message, Provider, origin_of, provider
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Failure, Request, Response, exchange, outcome_of, read_json

# Twilio's codes for numbers that will not become right: invalid, not a mobile, unsubscribed.
_BAD_NUMBERS = frozenset({21211, 21214, 21610, 21614})


class _SmsByHttp(Provider):
    """Both ways differ only in the request and in how a bad number shows."""

    @classmethod
    def destination(cls, values: Mapping[str, Any]) -> str:
        return origin_of(values.get("url"))

    def send(self, message: Message, timeout: float) -> Outcome:
        answer = exchange(self._request(message), timeout=timeout)
        outcome = outcome_of(answer, {"messageId": message.key})
        if self._refuses_number(answer):
            text = "The SMS provider does not accept this phone number."
            return outcome._replace(status="error", code="hardBounce", message=text, retryable=False)
        return outcome

    def _request(self, message: Message) -> Request:
        raise NotImplementedError

    def _refuses_number(self, answer: Response | Failure) -> bool:
        return False


@provider("twilio", "SMS, Twilio-shaped", kinds={"sms"})
class Twilio(_SmsByHttp):
    """``POST /2010-04-01/Accounts/{Sid}/Messages.json`` with Basic and a form."""

    url: str = Field(default="https://api.twilio.com", title="Base URL", max_length=2000)
    account: str = Field(title="Account SID", min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")
    token: SecretStr = Field(title="Auth token", min_length=1, max_length=500)
    number: str = Field(title="Sender's number", min_length=1, max_length=40)

    def sender(self) -> str:
        return self.number

    def _request(self, message: Message) -> Request:
        pair = f"{self.account}:{self.token.get_secret_value()}".encode()
        headers = (
            ("Authorization", f"Basic {base64.b64encode(pair).decode()}"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Idempotency-Key", message.key),
        )
        url = f"{self.url.rstrip('/')}/2010-04-01/Accounts/{quote(self.account)}/Messages.json"
        form = urlencode({"To": message.to, "From": message.sender, "Body": message.text})
        return Request("POST", url, headers, form.encode())

    def _refuses_number(self, answer: Response | Failure) -> bool:
        if isinstance(answer, Failure) or answer.status != 400:
            return False
        body = read_json(answer)
        return isinstance(body, dict) and body.get("code") in _BAD_NUMBERS


@provider("sms_json", "SMS, JSON", kinds={"sms"})
class SmsJson(_SmsByHttp):
    """``POST {url}`` with ``{"id", "to", "from", "text"}`` and a bearer token if there is one."""

    url: str = Field(title="URL", min_length=1, max_length=2000)
    token: SecretStr = Field(default=SecretStr(""), title="Bearer token", max_length=2000)
    number: str = Field(default="", title="Sender's name or number", max_length=40)

    def sender(self) -> str:
        return self.number

    def _request(self, message: Message) -> Request:
        headers: tuple[tuple[str, str], ...] = (
            ("Content-Type", "application/json"),
            ("Idempotency-Key", message.key),
        )
        if token := self.token.get_secret_value():
            headers = (("Authorization", f"Bearer {token}"), *headers)
        body = {"id": message.key, "to": message.to, "from": message.sender, "text": message.text}
        return Request("POST", self.url, headers, orjson.dumps(body))
