"""Push messages to browsers: Web Push (RFC 8030), encrypted (RFC 8188, RFC 8291), with VAPID (RFC 8292)."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import http_ece
import jwt
import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext_noop
from pydantic import Field, SecretStr, field_validator

from actions.channels.base import Message, Provider, gone, provider, push_data
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Request, exchange, outcome_of
from journeyorch.outbound.guard import Refused, check_url, configured_policy
from journeyorch.phrases import phrase

_TTL_SECONDS = 24 * 3600
_TOKEN_SECONDS = 12 * 3600
# What a service must take at least is 4096 bytes in all, 3993 of them the message (RFC 8291, section 4).
_MAX_PAYLOAD = 3993
_GONE = frozenset({"404", "410"})


class Subscription(NamedTuple):
    """What a browser has given the site: where to send, and its keys."""

    endpoint: str
    public_key: bytes
    secret: bytes


@provider("webpush", gettext_noop("Web Push (browsers)"), kinds={"push"})
class WebPush(Provider):
    """Addresses are subscriptions as browsers give them, as JSON without blanks."""

    key: SecretStr = Field(
        title=gettext_noop("VAPID private key"),
        max_length=5000,
        description=gettext_noop("In PEM form, or the 43 characters of its Base64."),
        json_schema_extra={"multiline": True},
    )
    contact: str = Field(
        title=gettext_noop("Contact"),
        max_length=300,
        pattern=r"^(mailto:\S+@\S+|https://\S+)$",
        description=gettext_noop("Whom push services may turn to. Example: mailto:web@example.com"),
    )

    @field_validator("key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        private_key(value.get_secret_value())
        return value

    @classmethod
    def destination(cls, values: Mapping[str, Any]) -> str:
        # The key only signs; it goes nowhere.
        return "webpush:"

    def target(self, message: Message) -> str:
        subscription = read_subscription(message.to)
        return subscription.endpoint if subscription else ""

    def send(self, message: Message, timeout: float) -> Outcome:
        subscription = read_subscription(message.to)
        if subscription is None:
            text = phrase("The address is no subscription of a browser.")
            return Outcome("error", "hardBounce", message=text)
        payload = self._payload(message)
        if len(payload) > _MAX_PAYLOAD:
            return Outcome(
                "error", "tooLarge", message=phrase("The message is too long for Web Push. Shorten it.")
            )
        try:
            request = self._request(message, subscription, payload)
        except (Refused, ValueError):
            return Outcome(
                "error", "refused", message=phrase("The subscription's address must not be called.")
            )
        answer = exchange(request, timeout=timeout)
        outcome = outcome_of(answer, {"messageId": message.key})
        return (
            gone(answer, phrase("The browser has ended its subscription."))
            if outcome.code in _GONE
            else outcome
        )

    @staticmethod
    def _payload(message: Message) -> bytes:
        words = {"title": message.subject, "body": message.text, "image": message.image, "url": message.link}
        given = {name: text for name, text in words.items() if text}
        return orjson.dumps({**given, "data": push_data(message)})

    def _request(self, message: Message, subscription: Subscription, payload: bytes) -> Request:
        key = private_key(self.key.get_secret_value())
        body = http_ece.encrypt(
            payload,
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=subscription.public_key,
            auth_secret=subscription.secret,
            version="aes128gcm",
        )
        headers = (
            ("Authorization", f"vapid t={self._token(key, subscription.endpoint)}, k={_public(key)}"),
            ("Content-Encoding", "aes128gcm"),
            ("Content-Type", "application/octet-stream"),
            ("TTL", str(_TTL_SECONDS)),
            ("Urgency", "normal"),
            # A repetition takes the place of the one before that has not been fetched.
            ("Topic", message.key.replace("-", "")[:32]),
        )
        return Request("POST", subscription.endpoint, headers, body)

    def _token(self, key: ec.EllipticCurvePrivateKey, endpoint: str) -> str:
        audience = str(check_url(endpoint, configured_policy()).origin)
        claims = {"aud": audience, "exp": int(time.time()) + _TOKEN_SECONDS, "sub": self.contact}
        return jwt.encode(claims, key, algorithm="ES256")


def read_subscription(address: str) -> Subscription | None:
    """The subscription that an address is; None if it is none."""
    try:
        said = orjson.loads(address)
        endpoint, keys = said["endpoint"], said["keys"]
        point, secret = _unbase64(keys["p256dh"]), _unbase64(keys["auth"])
        # A point that is not on the curve would tell something about our key.
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error):
        return None
    return Subscription(endpoint, point, secret) if isinstance(endpoint, str) and len(secret) == 16 else None


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """A key in PEM form, or its number in Base64; raises ``ValueError`` with a sentence for people."""
    try:
        if "-----BEGIN" in text:
            key = serialization.load_pem_private_key(text.encode(), password=None)
        else:
            key = ec.derive_private_key(int.from_bytes(_unbase64(text.strip())), ec.SECP256R1())
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise ValueError
    except (ValueError, TypeError, binascii.Error) as error:
        raise ValueError(phrase("This is not a private key of the curve P-256.")) from error
    return key


def _public(key: ec.EllipticCurvePrivateKey) -> str:
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
