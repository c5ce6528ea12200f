"""Push messages by Apple's service (APNs), over HTTP/2."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import jwt
import orjson
from django.utils.translation import gettext_noop
from pydantic import Field, SecretStr, field_validator

from actions.channels.base import Message, Provider, gone, origin_of, provider, push_data
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Failure, Request, Response, exchange, outcome_of, read_json
from journeyorch.outbound.connections import http2_context
from journeyorch.phrases import phrase, sentence

# A token may be used for an hour, and must not be made anew more often than every 20 minutes.
_TOKEN_SECONDS = 40 * 60
_GONE = frozenset({"BadDeviceToken", "DeviceTokenNotForTopic", "Unregistered", "ExpiredToken"})

_OUT_OF_REACH = sentence("The device is not to be reached any more ({reason}).")


@provider("apns", "Apple Push Notification service (APNs)", kinds={"push"})
class Apns(Provider):
    """``POST /3/device/{token}`` with a token that our key has signed; addresses are device tokens."""

    url: str = Field(
        default="https://api.push.apple.com",
        title=gettext_noop("Base URL"),
        max_length=2000,
        description=gettext_noop("For development builds: https://api.sandbox.push.apple.com"),
    )
    team: str = Field(title=gettext_noop("Team ID"), min_length=1, max_length=20, pattern=r"^[A-Za-z0-9]+$")
    key_id: str = Field(title=gettext_noop("Key ID"), min_length=1, max_length=20, pattern=r"^[A-Za-z0-9]+$")
    key: SecretStr = Field(
        title=gettext_noop("Key"),
        max_length=5000,
        description=gettext_noop("What is in the .p8 file."),
        json_schema_extra={"multiline": True},
    )
    topic: str = Field(
        title=gettext_noop("Topic"),
        min_length=1,
        max_length=255,
        pattern=r"^[A-Za-z0-9.-]+$",
        description=gettext_noop("The app's bundle ID."),
    )

    @field_validator("key")
    @classmethod
    def _signs(cls, value: SecretStr) -> SecretStr:
        try:
            jwt.encode({}, value.get_secret_value(), algorithm="ES256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise ValueError(phrase("This is not a private key for ES256 in PEM form.")) from error
        return value

    @classmethod
    def destination(cls, values: Mapping[str, Any]) -> str:
        return origin_of(values.get("url"))

    def target(self, message: Message) -> str:
        return f"{self.url.rstrip('/')}/3/device/{quote(message.to, safe='')}"

    def send(self, message: Message, timeout: float) -> Outcome:
        answer = exchange(self._request(message), timeout=timeout)
        reason = _reason(answer)
        if reason in _GONE:
            return gone(answer, _OUT_OF_REACH(reason=reason))
        outcome = outcome_of(answer, {"messageId": message.key})
        return outcome._replace(message=f"{outcome.message} {reason}.") if reason else outcome

    def _request(self, message: Message) -> Request:
        headers = (
            ("Authorization", f"bearer {self._token()}"),
            ("Content-Type", "application/json"),
            ("apns-id", message.key),
            ("apns-push-type", "alert"),
            ("apns-topic", self.topic),
        )
        aps: dict[str, Any] = {"alert": {"title": message.subject, "body": message.text}, "sound": "default"}
        extra = push_data(message)
        if message.image:
            # The app's extension fetches it.
            aps["mutable-content"], extra["image"] = 1, message.image
        body = orjson.dumps({**extra, "aps": aps})
        return Request("POST", self.target(message), headers, body, http2_context())

    def _token(self) -> str:
        turn = int(time.time() // _TOKEN_SECONDS)
        return _signed(self.key.get_secret_value(), self.key_id, self.team, turn * _TOKEN_SECONDS)


@functools.lru_cache(maxsize=64)
def _signed(key: str, key_id: str, team: str, issued_at: int) -> str:
    """The same token for all messages of its time: Apple refuses those who make one for each."""
    return jwt.encode({"iss": team, "iat": issued_at}, key, algorithm="ES256", headers={"kid": key_id})


def _reason(answer: Response | Failure) -> str:
    """Why Apple did not take the message, in its own word; empty if it did."""
    if isinstance(answer, Failure) or answer.status == 200:
        return ""
    said = read_json(answer)
    reason = said.get("reason") if isinstance(said, dict) else ""
    return reason[:60] if isinstance(reason, str) and reason.isascii() and reason.isalnum() else ""
