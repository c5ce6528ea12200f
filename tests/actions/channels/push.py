"""Keys and subscriptions for the providers of push messages."""

from __future__ import annotations

import base64
import json
from typing import NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

PUSH = {
    "kind": "push",
    "to": "device-1",
    "sender": "",
    "subject": "Grüße",
    "text": "Your room is ready",
    "html": "",
    "image": "https://hotel.example/room.jpg",
    "link": "https://hotel.example/room",
    "data": '{"room": "12", "nights": 3}',
}
#: What an app gets of it.
DATA = {
    "room": "12",
    "nights": "3",
    "messageId": "6f1d7a52-0000-5000-8000-000000000001",
    "link": "https://hotel.example/room",
}


def pem(key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def service_account(key: rsa.RSAPrivateKey, token_uri: str) -> str:
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "hotel-1",
            "private_key_id": "key-7",
            "private_key": pem(key),
            "client_email": "push@hotel-1.iam.example",
            "token_uri": token_uri,
        }
    )


class Browser(NamedTuple):
    """Somebody who has subscribed, with the keys that only their browser knows."""

    key: ec.EllipticCurvePrivateKey
    secret: bytes

    def subscription(self, endpoint: str) -> str:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": unpadded(point), "auth": unpadded(self.secret)}
        return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": keys}, separators=(",", ":"))


def unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
