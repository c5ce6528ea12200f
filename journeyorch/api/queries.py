"""Reading the parameters of an address in a form."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from journeyorch.api.bodies import Body

_Query = TypeVar("_Query", bound=Body)


def read_query(form: type[_Query], request: Request) -> _Query:
    """The parameters of a request. Raises ``ParseError``, which names the first one that is wrong."""
    given = request.query_params.dict()
    if any("\x00" in text for text in given.values()):
        raise ParseError("A parameter holds the character NUL, which nothing is called by.")
    try:
        return form.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ParseError(f"The parameter “{place[:64]}” cannot be used: {first['msg']}.") from None
