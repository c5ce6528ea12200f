"""Custom authentication: a document says how a token is fetched and where it goes then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, SecretStr, ValidationError, field_validator

from journeyorch.outbound.auth.base import AuthProblem, Token, TokenAuth, auth_method
from journeyorch.outbound.auth.custom_document import CustomDocument, masked, unmasked, without_typed
from journeyorch.outbound.client import Request, Response


@auth_method("custom")
class Custom(TokenAuth):
    """The document, sealed as a whole: shown are its parts that are no secrets."""

    title = _("Custom (a token is fetched first)")

    document: SecretStr = Field(
        title=gettext_noop("How to get the token"),
        min_length=1,
        max_length=20_000,
        description=gettext_noop(
            "A JSON document. authorizationType is bearer, header or queryParam, the latter two with the "
            "name as tokenTarget; bodyType is form or json; tokenInResponse is response, for the whole text, "
            "or json://path.to.token. Example: "
            '{"type": "customAuthorization", "authorizationType": "bearer", '
            '"endpoint": "https://login.example.com/token", "method": "POST", '
            '"body": {"bodyType": "form", "bodyParams": {"user": "us", "password": "…"}}, '
            '"tokenInResponse": "json://access_token", '
            '"cacheDuration": {"duration": 50, "timeUnit": "minutes"}}'
        ),
        json_schema_extra={"lines": "document"},
    )

    @field_validator("document")
    @classmethod
    def _must_be_usable(cls, document: SecretStr) -> SecretStr:
        try:
            CustomDocument.model_validate_json(document.get_secret_value())
        except ValidationError as error:
            raise ValueError(" ".join(_sentences(error))) from None
        return document

    @property
    def parsed(self) -> CustomDocument:
        return CustomDocument.model_validate_json(self.document.get_secret_value())

    @classmethod
    def completed(cls, values: dict[str, Any], recall: Callable[[str], str]) -> dict[str, Any]:
        """Where the document says that a value is set, the stored one's takes its place."""
        values = super().completed(values, recall)
        try:
            document = orjson.loads(values["document"])
        except (orjson.JSONDecodeError, TypeError):
            return values  # is refused with a sentence
        try:
            whole = unmasked(document, lambda: orjson.loads(recall("document") or "{}"))
        except ValueError as error:
            raise AuthProblem(f"document: {error}") from error
        return {**values, "document": orjson.dumps(whole).decode()}

    def shown(self) -> dict[str, Any]:
        document = masked(orjson.loads(self.document.get_secret_value()))
        return {"document": orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()}

    @classmethod
    def shown_again(cls, field: str, typed: str) -> str:
        try:
            document = without_typed(orjson.loads(typed))
        except orjson.JSONDecodeError:
            document = None
        return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() if document else ""

    def ask(self) -> Request:
        return self.parsed.request()

    def read(self, response: Response) -> Token | None:
        document = self.parsed
        text = document.token_in(response.body)
        return Token(text, document.cacheDuration.seconds()) if text else None

    def carry(self, request: Request, token: str) -> Request:
        return self.parsed.injected(request, token)

    def secrets(self) -> list[str]:
        return list(self.parsed.secrets())


def _sentences(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_input=False, include_url=False):
        where = ".".join(map(str, problem["loc"]))
        text = problem["msg"].removeprefix("Value error, ").rstrip(".")
        yield f"{where}: {text}." if where else f"{text}."
