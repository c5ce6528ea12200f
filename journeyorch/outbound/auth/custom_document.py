"""The document of custom authentication: its shape, what it means, and what may be shown of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from journeyorch.outbound.auth.base import checked_endpoint, origin_of
from journeyorch.outbound.client import Request
from journeyorch.outbound.headers import header_problem
from journeyorch.outbound.secrets import SEALED, SHOWN_AS
from journeyorch.phrases import phrase

_SECONDS = {
    "milliseconds": 0.001,
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "days": 86_400.0,
    "months": 30 * 86_400.0,
    "years": 365 * 86_400.0,
}
_LONGEST = 10 * _SECONDS["years"]
_JSON_PATH = "json://"
_TYPES = {"form": "application/x-www-form-urlencoded", "json": "application/json"}
# Values under these names say how something is asked, not with what secret.
_IN_CLEAR = frozenset({"grant_type", "scope", "audience", "resource", "accept", "content-type"})
_SET = {SEALED: SHOWN_AS}
_HIDDEN_QUERY = "•••"
# In the place of what was typed into a form that could not be saved: it is not sent back to be seen.
_LOST = {SEALED: "type again"}
_LOST_TEXT = "TYPE-AGAIN"
_SHOWN_AS_TYPED = ("type", "authorizationType", "tokenTarget", "method", "tokenInResponse")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Body(_Strict):
    bodyType: Literal["form", "json"]  # noqa: N815 - the format's name
    bodyParams: dict[str, Any] = {}  # noqa: N815

    @model_validator(mode="after")
    def _forms_hold_texts(self) -> Self:
        nested = any(isinstance(each, (dict, list)) for each in self.bodyParams.values())
        if self.bodyType == "form" and nested:
            raise ValueError(phrase("A form holds texts, numbers and booleans only. Use the bodyType json."))
        return self

    def encoded(self) -> bytes:
        if self.bodyType == "json":
            return orjson.dumps(self.bodyParams)
        return urlencode({name: _text(value) for name, value in self.bodyParams.items()}).encode()


class CacheDuration(_Strict):
    duration: int = Field(ge=1, le=1_000_000_000)
    timeUnit: str  # noqa: N815

    @field_validator("timeUnit")
    @classmethod
    def _known(cls, unit: str) -> str:
        if unit not in _SECONDS:
            raise ValueError(f"The timeUnit must be one of: {', '.join(_SECONDS)}.")
        return unit

    def seconds(self) -> float:
        """Months have 30 days here, years 365; at most ten of them."""
        return min(self.duration * _SECONDS[self.timeUnit], _LONGEST)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class CustomDocument(_Strict):
    """In two steps: get the token, then inject it."""

    type: Literal["customAuthorization"]
    authorizationType: Annotated[  # noqa: N815 - in any case
        Literal["bearer", "header", "queryparam"], BeforeValidator(_lower)
    ]
    tokenTarget: str = Field(default="", max_length=200)  # noqa: N815
    endpoint: str = Field(min_length=1, max_length=2000)
    method: Literal["GET", "POST"]
    headers: dict[str, str] = {}
    body: Body | None = None
    tokenInResponse: str = Field(max_length=500)  # noqa: N815
    cacheDuration: CacheDuration = CacheDuration(duration=1, timeUnit="hours")  # noqa: N815

    @field_validator("endpoint")
    @classmethod
    def _may_be_called(cls, url: str) -> str:
        return checked_endpoint(url)

    @field_validator("headers")
    @classmethod
    def _can_be_sent(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if problem := header_problem(name, value):
                raise ValueError(problem)
        return headers

    @field_validator("tokenInResponse")
    @classmethod
    def _tells_where(cls, where: str) -> str:
        names = where.removeprefix(_JSON_PATH).split(".")
        if where != "response" and not (where.startswith(_JSON_PATH) and all(names)):
            raise ValueError(
                phrase(
                    "Write response, for the whole text, or json:// and the path, as in json://access.token."
                )
            )
        return where

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.authorizationType != "bearer" and not self.tokenTarget:
            raise ValueError(phrase("tokenTarget must name the header or query parameter of the token."))
        if self.authorizationType == "header" and (problem := header_problem(self.tokenTarget, "")):
            raise ValueError(f"tokenTarget: {problem}")
        if self.method == "POST" and self.body is None:
            raise ValueError(phrase("A POST needs a body with bodyType and bodyParams."))
        if self.method == "GET" and self.body is not None:
            raise ValueError(
                phrase("A GET has no body. Put its values into the endpoint's query or the headers.")
            )
        return self

    def request(self) -> Request:
        """The request to the token's endpoint."""
        request = Request(self.method, self.endpoint, tuple(self.headers.items()))
        if self.body is None:
            return request
        if request.header("Content-Type") is None:
            request = request.with_header("Content-Type", _TYPES[self.body.bodyType])
        return request._replace(body=self.body.encoded())

    def token_in(self, answer: bytes) -> str | None:
        """The token in the endpoint's answer; None if it is not there."""
        if self.tokenInResponse == "response":
            return answer.decode("utf-8", "replace").strip() or None
        try:
            value = orjson.loads(answer)
        except orjson.JSONDecodeError:
            return None
        for name in self.tokenInResponse.removeprefix(_JSON_PATH).split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value if isinstance(value, str) and value else None

    def injected(self, request: Request, token: str) -> Request:
        """The request with the token in its place."""
        if self.authorizationType == "bearer":
            return request.with_header("Authorization", f"Bearer {token}")
        if self.authorizationType == "header":
            return request.with_header(self.tokenTarget, token)
        return request.with_query(f"{quote(self.tokenTarget, safe='')}={quote(token, safe='')}")

    def secrets(self) -> Iterator[str]:
        """What must not come back in an answer."""
        params = self.body.bodyParams if self.body else {}
        for name, value in (*self.headers.items(), *params.items()):
            if not _is_in_clear(name):
                yield from _texts(value)
        yield from (value for _name, value in parse_qsl(urlsplit(self.endpoint).query))


def _is_in_clear(name: str) -> bool:
    return name.lower() in _IN_CLEAR


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _texts(each)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()


def masked(document: Mapping[str, Any]) -> dict[str, Any]:
    """A valid document as it may be shown: values of headers and body only say that they are set."""
    shown = {**document}
    base, question_mark, _query = document["endpoint"].partition("?")
    if question_mark:
        shown["endpoint"] = f"{base}?{_HIDDEN_QUERY}"
    if "headers" in document:
        shown["headers"] = _masked_values(document["headers"])
    if document.get("body"):
        body = document["body"]
        shown["body"] = {**body, "bodyParams": _masked_values(body.get("bodyParams", {}))}
    return shown


def _masked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if _is_in_clear(name) else _SET for name, value in values.items()}


def without_typed(document: Any) -> Any:
    """A document as it was typed, whether valid or not, without anything that may be a secret.

    What it says of stored secrets stays. ``unmasked`` refuses what stands in the place of the others.
    """
    if not isinstance(document, dict):
        return None
    return {name: _without_typed(name, value) for name, value in document.items()}


def _without_typed(name: str, value: Any) -> Any:
    if name in _SHOWN_AS_TYPED and isinstance(value, str):
        return value
    if name == "endpoint" and isinstance(value, str):
        return _endpoint_without_typed(value)
    if name == "headers" and isinstance(value, dict):
        return _values_without_typed(value)
    if name == "body" and isinstance(value, dict):
        return {each: _part_of_body(each, inner) for each, inner in value.items()}
    if name == "cacheDuration" and isinstance(value, dict) and set(value) <= {"duration", "timeUnit"}:
        return value
    return _LOST


def _part_of_body(name: str, value: Any) -> Any:
    if name == "bodyType" and value in _TYPES:
        return value
    return _values_without_typed(value) if name == "bodyParams" and isinstance(value, dict) else _LOST


def _values_without_typed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if _is_in_clear(name) or value == _SET else _LOST for name, value in values.items()}


def _endpoint_without_typed(endpoint: str) -> str:
    base, question_mark, query = endpoint.partition("?")
    if "@" in base:
        return _LOST_TEXT
    return f"{base}?{query if query == _HIDDEN_QUERY else _LOST_TEXT}" if question_mark else base


def _lost(document: Any) -> bool:
    """Whether something is still to be typed again; looks where ``without_typed`` puts its marks."""
    parts: list[Any] = [document]
    for name in ("headers", "body", "bodyParams"):
        parts += [part[name] for part in parts if isinstance(part, dict) and name in part]
    values = (value for part in parts if isinstance(part, dict) for value in part.values())
    return any(value == _LOST or (isinstance(value, str) and value.endswith(_LOST_TEXT)) for value in values)


def unmasked(document: Any, stored: Callable[[], Any]) -> Any:
    """A document that was edited as it was shown, with the stored one's values where it says "set".

    They are given only to the endpoint that they were entered for; raises ``ValueError`` otherwise, and where
    there is nothing stored. What has not the document's shape is left to its validation.
    """
    if _lost(document):
        raise ValueError(phrase("What was typed before is not shown again. Type it where it says so."))
    if not isinstance(document, dict):
        return document
    whole = {**document}
    before = _Stored(document, stored)
    if str(document.get("endpoint")).endswith(f"?{_HIDDEN_QUERY}"):
        whole["endpoint"] = before.endpoint()
    if isinstance(document.get("headers"), dict):
        whole["headers"] = before.filled(document["headers"], "headers")
    body = document.get("body")
    if isinstance(body, dict) and isinstance(body.get("bodyParams"), dict):
        whole["body"] = {**body, "bodyParams": before.filled(body["bodyParams"], "body", "bodyParams")}
    return whole


class _Stored:
    """The stored document, opened only where something of it is needed."""

    def __init__(self, document: Mapping[str, Any], stored: Callable[[], Any]) -> None:
        self._endpoint = str(document.get("endpoint"))
        self._stored = stored

    def endpoint(self) -> str:
        known = str(self._document().get("endpoint", ""))
        if known.partition("?")[0] != self._endpoint.partition("?")[0]:
            raise ValueError(
                phrase("The query of the endpoint was entered for another address. Enter it again.")
            )
        return known

    def filled(self, values: Mapping[str, Any], *path: str) -> dict[str, Any]:
        return {name: self._value(name, path) if value == _SET else value for name, value in values.items()}

    def _value(self, name: str, path: tuple[str, ...]) -> Any:
        known: Any = self._document()
        if origin_of(known.get("endpoint")) != origin_of(self._endpoint.removesuffix(f"?{_HIDDEN_QUERY}")):
            raise ValueError(phrase("The secrets were entered for another endpoint. Enter them again."))
        for part in path:
            known = known.get(part) or {}
        if name not in known:
            raise ValueError(f"There is no stored value for {name}. Enter it.")
        return known[name]

    def _document(self) -> dict[str, Any]:
        document: dict[str, Any] = self._stored()
        return document
