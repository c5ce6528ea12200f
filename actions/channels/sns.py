"""Notifications of Amazon SNS: who really sent them, and whether a subscription is to be confirmed.

Everybody can have Amazon sign something, so a signature is believed only for the topic that is expected. The
certificate comes from Amazon's own host, by our client, and is kept.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from actions.channels.callbacks import Forged, Unconfirmed, Unreadable
from journeyorch.outbound.client import Request, Response, exchange, outcome_of

_OURS = re.compile(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[^\s#]*")
_CERTIFICATE = re.compile(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[A-Za-z0-9_-]+\.pem")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    ),
}
# By the version that a notification names; the first is what topics have unless they are told otherwise.
_HASHES: Mapping[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303
_SECONDS = 5.0


def notified(body: bytes, topic: str) -> dict[str, Any] | None:
    """What a topic tells us; None for what only Amazon and we need to know.

    A subscription that it asks to be confirmed is confirmed. Raises ``Forged`` for what is not of the topic
    or not signed by Amazon, ``Unreadable`` for nonsense, ``Unconfirmed`` when confirming has failed.
    """
    envelope = _object(body)
    if envelope.get("TopicArn") != topic or not _is_signed(envelope):
        raise Forged
    if envelope["Type"] == "SubscriptionConfirmation":
        _confirm(str(envelope["SubscribeURL"]))
        return None
    return _object(str(envelope["Message"]))


def _object(text: bytes | str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable from error
    if not isinstance(value, dict):
        raise Unreadable
    return value


def _is_signed(envelope: Mapping[str, Any]) -> bool:
    names, digest = _SIGNED.get(str(envelope.get("Type"))), _HASHES.get(str(envelope.get("SignatureVersion")))
    url, signature = envelope.get("SigningCertURL"), envelope.get("Signature")
    if names is None or digest is None or not isinstance(url, str) or not isinstance(signature, str):
        return False
    there = [name for name in names if isinstance(envelope.get(name), str)]
    if not _CERTIFICATE.fullmatch(url) or not {*names} - {"Subject"} <= {*there}:
        return False
    text = "".join(f"{name}\n{envelope[name]}\n" for name in there)
    try:
        _key_of(url).verify(base64.b64decode(signature), text.encode(), padding.PKCS1v15(), digest)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=16)
def _key_of(url: str) -> RSAPublicKey:
    """The key of a certificate at Amazon. Raises ``ValueError``; then it is asked for again."""
    answer = exchange(Request("GET", url), timeout=_SECONDS)
    if not isinstance(answer, Response) or answer.status != 200:
        raise ValueError("The certificate could not be fetched.")
    key = x509.load_pem_x509_certificate(answer.body).public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError("The certificate has no RSA key.")
    return key


def _confirm(url: str) -> None:
    """Only ever at Amazon, whatever a notification says. If it fails, Amazon asks again."""
    if not _OURS.fullmatch(url):
        raise Forged
    outcome = outcome_of(exchange(Request("GET", url), timeout=_SECONDS))
    if outcome.status != "ok":
        raise Unconfirmed(outcome.message)
