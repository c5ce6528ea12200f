"""An OpenID provider as the standard describes it: it checks every field of what it is asked."""

from __future__ import annotations

import base64
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from journeyorch.access.signon.provider import challenge_of

CLIENT, SECRET, CODE = "journeyorch", "not:a real/one", "code-1"
BASIC = base64.b64encode(b"journeyorch:not%3Aa+real%2Fone").decode()


class FakeProvider:
    """Signs with ``key``, and publishes it. ``claims`` changes its ID tokens; None leaves one out."""

    def __init__(self) -> None:
        self.issuer = ""
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.asked: dict[str, str] = {}
        self.tokens: list[dict[str, str]] = []
        self.new_key("first")

    def new_key(self, name: str) -> None:
        self.key, self.kid = ec.generate_private_key(ec.SECP256R1()), name
        self.published = [self.jwk()]

    def jwk(self) -> dict[str, Any]:
        text = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key())
        return {**orjson.loads(text), "kid": self.kid, "use": "sig", "alg": "ES256"}

    def visit(self, address: str) -> str:
        """Somebody logs in here: the query with which their browser comes back."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert self.asked["client_id"] == CLIENT
        assert (self.asked["response_type"], self.asked["code_challenge_method"]) == ("code", "S256")
        return f"code={CODE}&state={self.asked['state']}"

    def __call__(self, sock: Any, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
        status, answer = self._answer(method, path, head.decode(), body.decode())
        text = orjson.dumps(answer)
        sock.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(text), text))

    def _answer(self, method: str, path: str, head: str, body: str) -> tuple[int, Any]:
        match method, path:
            case "GET", "/.well-known/openid-configuration":
                names = ("authorization", "token", "userinfo")
                places = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in names}
                return 200, {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **places}
            case "GET", "/keys":
                return 200, {"keys": self.published}
            case "POST", "/token":
                return self._token(head, {name: values[0] for name, values in parse_qs(body).items()})
            case "GET", "/userinfo" if "Authorization: Bearer access-1" in head:
                return 200, self.userinfo
        return 404, {}

    def _token(self, head: str, given: dict[str, str]) -> tuple[int, Any]:
        right = (
            f"Authorization: Basic {BASIC}" in head
            and (given["grant_type"], given["code"]) == ("authorization_code", CODE)
            and given["redirect_uri"] == self.asked["redirect_uri"]
            and challenge_of(given["code_verifier"]) == self.asked["code_challenge"]
        )
        return (200, {"access_token": "access-1", "id_token": self.id_token()}) if right else (400, {})

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "7", "iat": now, "exp": now + 60,
            "nonce": self.asked["nonce"], "email": "Anna@Example.com", "email_verified": True,
            **self.claims,
        }  # fmt: skip
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, self.key, algorithm="ES256", headers={"kid": self.kid})
