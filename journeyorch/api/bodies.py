"""Reading bodies: strict JSON of a limited size, and of the form that a view declares."""

from __future__ import annotations

from typing import Any, TypeVar

from django.http.request import UnreadablePostError
from pydantic import BaseModel, ConfigDict, ValidationError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from journeyorch.api.flaws import sentence_of
from journeyorch.api.problems import Flaw, TooLarge, Unacceptable
from journeyorch.strict_json import NotStrictJson, parse

MOST_FLAWS = 20

#: The pattern of texts that the database is asked for: NUL stands in none, and PostgreSQL refuses to look.
WITHOUT_NUL = r"^[^\x00]*$"


class Body(BaseModel):
    """The form of a body; a name that it does not know is an error, because it would be without effect."""

    model_config = ConfigDict(extra="forbid", strict=True)


_Body = TypeVar("_Body", bound=Body)


def read_body(stream: Any, limit: int) -> bytes:
    """At most ``limit`` bytes. Raises ``TooLarge``, or ``ParseError`` if the connection ends."""
    try:
        data: bytes = stream.read(limit + 1)
    except UnreadablePostError:
        raise ParseError("The connection ended before the body did.") from None
    if len(data) > limit:
        raise TooLarge(limit)
    return data


class StrictJSONParser(BaseParser):
    """JSON that no two readers understand differently (``strict_json``), at most ``max_body`` bytes of it."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        data = read_body(stream, parser_context["view"].max_body)
        try:
            return parse(data)
        except NotStrictJson as refusal:
            raise ParseError(str(refusal)) from None


def read(form: type[_Body], request: Request) -> _Body:
    """The request's body in a form. Raises ``Unacceptable``."""
    return fit(form, request.data)


def fit(form: type[_Body], data: Any, *, pointer: str = "") -> _Body:
    """A part of a body in a form; ``pointer`` says which. Raises ``Unacceptable`` with each wrong place."""
    try:
        return form.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        raise Unacceptable(_flaw(detail, pointer) for detail in details[:MOST_FLAWS]) from None


def _flaw(detail: Any, pointer: str) -> Flaw:
    names = (str(part)[:64].replace("~", "~0").replace("/", "~1") for part in detail["loc"])
    return Flaw(pointer + "".join(f"/{name}" for name in names), sentence_of(detail["msg"]))
