"""OAuth 2.0 client credentials (RFC 6749, section 4.4)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote_plus, urlencode

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, SecretStr, field_validator

from journeyorch.outbound.auth.base import Token, TokenAuth, auth_method, checked_endpoint, origin_of
from journeyorch.outbound.client import Failure, Request, Response, read_json

#: For endpoints that do not say how long their tokens last.
DEFAULT_SECONDS = 3600.0
# Of its life a token is not used in the last part: it has to live until the call arrives.
_USED = 0.9
_LONGEST = 366 * 24 * 3600.0


@auth_method("oauth2")
class OAuth2(TokenAuth):
    """A client id and a secret, for which the token's endpoint gives bearer tokens."""

    title = _("OAuth 2.0 client credentials")

    token_url: str = Field(
        title=gettext_noop("Token URL"),
        min_length=1,
        max_length=2000,
        description=gettext_noop("Where tokens are fetched. Example: https://login.example.com/oauth2/token"),
    )
    client_id: str = Field(title=gettext_noop("Client id"), min_length=1, max_length=500)
    client_secret: SecretStr = Field(title=gettext_noop("Client secret"), min_length=1, max_length=4000)
    scope: str = Field(
        default="",
        title=gettext_noop("Scope"),
        max_length=2000,
        description=gettext_noop(
            "What the token is asked for, separated by spaces; empty: whatever the client may do. "
            "Example: orders.read orders.write"
        ),
    )
    audience: str = Field(
        default="",
        title=gettext_noop("Audience"),
        max_length=2000,
        description=gettext_noop(
            "Only if the token's endpoint asks for it. Example: https://api.example.com"
        ),
    )
    sent_in: Literal["header", "body"] = Field(
        default="header",
        title=gettext_noop("Client id and secret are sent in"),
        description=gettext_noop("The header (Basic) is the standard; some endpoints want both in the body."),
    )

    @field_validator("token_url")
    @classmethod
    def _may_be_called(cls, url: str) -> str:
        return checked_endpoint(url)

    @classmethod
    def bound_to(cls, values: Mapping[str, Any], origin: str) -> str:
        # Whoever may change either address must neither get the secret nor the tokens.
        return f"{origin_of(values.get('token_url'))} for {origin}"

    def ask(self) -> Request:
        fields = {"grant_type": "client_credentials", "scope": self.scope, "audience": self.audience}
        if self.sent_in == "body":
            fields |= {"client_id": self.client_id, "client_secret": self.client_secret.get_secret_value()}
        body = urlencode({name: value for name, value in fields.items() if value}).encode()
        headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"))
        request = Request("POST", self.token_url, headers, body)
        if self.sent_in == "body":
            return request
        return request.with_header("Authorization", f"Basic {self._pair()}")

    def _pair(self) -> str:
        # Both are form-encoded before they are joined (RFC 6749, section 2.3.1).
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret.get_secret_value())}"
        return base64.b64encode(pair.encode()).decode()

    def read(self, response: Response) -> Token | None:
        answer = read_json(response)
        if isinstance(answer, Failure) or not isinstance(answer, dict):
            return None
        text, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(text, str) or not text:
            return None
        return Token(text, _lifetime(seconds) * _USED)

    def carry(self, request: Request, token: str) -> Request:
        return request.with_header("Authorization", f"Bearer {token}")

    def secrets(self) -> list[str]:
        secret = self.client_secret.get_secret_value()
        return [secret, quote_plus(secret), self._pair()]


def _lifetime(seconds: Any) -> float:
    """What ``expires_in`` says: a number, which some write as text."""
    try:
        return min(max(0.0, float(seconds)), _LONGEST)
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_SECONDS
