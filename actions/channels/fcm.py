"""Push messages by Firebase Cloud Messaging, HTTP v1."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import jwt
import orjson
from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from actions.channels.base import Message, Provider, gone, origin_of, provider, push_data
from journeyorch.outbound.auth.base import Token, TokenAuth
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Failure, Request, Response, outcome_of, read_json
from journeyorch.outbound.tokens import key_of, send_with_token
from journeyorch.phrases import phrase

_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# Of the hour that a token lives, so much is used: it has to live until the call arrives.
_USED = 0.9


class _Account(BaseModel):
    """What we need of a service account's key file."""

    model_config = ConfigDict(frozen=True)

    project_id: str = Field(min_length=1)
    client_email: str = Field(min_length=1)
    private_key: str = Field(min_length=1)
    private_key_id: str = ""
    token_uri: str = Field(min_length=1)


class ServiceAccountToken(TokenAuth):
    """An access token for a JWT that the service account's key has signed (RFC 7523)."""

    account: _Account

    def ask(self) -> Request:
        now = int(time.time())
        claims = {"iss": self.account.client_email, "scope": _SCOPE, "aud": self.account.token_uri}
        claims |= {"iat": now, "exp": now + 3600}  # type: ignore[dict-item]
        key_id = {"kid": self.account.private_key_id} if self.account.private_key_id else None
        assertion = jwt.encode(claims, self.account.private_key, algorithm="RS256", headers=key_id)
        form = urlencode({"grant_type": _GRANT, "assertion": assertion}).encode()
        headers = (("Content-Type", "application/x-www-form-urlencoded"),)
        return Request("POST", self.account.token_uri, headers, form)

    def read(self, response: Response) -> Token | None:
        said = read_json(response)
        if not isinstance(said, dict) or not isinstance(said.get("access_token"), str):
            return None
        lives = said.get("expires_in")
        seconds = float(lives) if isinstance(lives, int | float) else 3600.0
        return Token(said["access_token"], seconds * _USED)

    def carry(self, request: Request, token: str) -> Request:
        return request.with_header("Authorization", f"Bearer {token}")


@provider("fcm", "Firebase Cloud Messaging (FCM)", kinds={"push"})
class Fcm(Provider):
    """``POST /v1/projects/{project}/messages:send``; addresses are registration tokens."""

    url: str = Field(default="https://fcm.googleapis.com", title=gettext_noop("Base URL"), max_length=2000)
    service_account: SecretStr = Field(
        title=gettext_noop("Service account"),
        max_length=20_000,
        description=gettext_noop("The JSON of the key file that Firebase made for the service account."),
        json_schema_extra={"multiline": True},
    )

    @field_validator("service_account")
    @classmethod
    def _is_a_key_file(cls, value: SecretStr) -> SecretStr:
        _account(value)
        return value

    @classmethod
    def destination(cls, values: Mapping[str, Any]) -> str:
        return origin_of(values.get("url"))

    def target(self, message: Message) -> str:
        project = quote(_account(self.service_account).project_id)
        return f"{self.url.rstrip('/')}/v1/projects/{project}/messages:send"

    def send(self, message: Message, timeout: float) -> Outcome:
        method = ServiceAccountToken(account=_account(self.service_account))
        key = key_of({"fcm": self.service_account.get_secret_value()}, self.url)
        answer, _ = send_with_token(method, self._request(message), key=key, timeout=timeout)
        if _is_gone(answer):
            return gone(answer, phrase("The device does not know the app any more."))
        return outcome_of(answer, {"messageId": message.key})

    def _request(self, message: Message) -> Request:
        notification = {"title": message.subject, "body": message.text}
        if message.image:
            notification["image"] = message.image
        body: dict[str, Any] = {"token": message.to, "notification": notification, "data": push_data(message)}
        if message.link.startswith("https://"):
            body["webpush"] = {"fcm_options": {"link": message.link}}
        headers = (("Content-Type", "application/json"),)
        return Request("POST", self.target(message), headers, orjson.dumps({"message": body}))


def _account(secret: SecretStr) -> _Account:
    """The key file; raises ``ValueError`` with a sentence for people."""
    text = secret.get_secret_value()
    try:
        account = _Account.model_validate_json(text)
        origin_of(account.token_uri)
        jwt.get_algorithm_by_name("RS256").prepare_key(account.private_key)
    except (ValidationError, ValueError, TypeError, jwt.PyJWTError) as error:
        raise ValueError(phrase("This is not the JSON of a service account's key file.")) from error
    return account


def _is_gone(answer: Response | Failure) -> bool:
    """An app that was removed, or a token that never was one."""
    if isinstance(answer, Failure) or answer.status not in (400, 404):
        return False
    said = read_json(answer)
    error = said.get("error") if isinstance(said, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    known = [each for each in details if isinstance(each, dict)] if isinstance(details, list) else []
    if any(each.get("errorCode") == "UNREGISTERED" for each in known):
        return True
    broken = [each.get("fieldViolations") for each in known]
    fields = [one for each in broken if isinstance(each, list) for one in each if isinstance(one, dict)]
    return any(one.get("field") == "message.token" for one in fields)
