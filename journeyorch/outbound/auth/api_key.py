"""An API key in a header or in the query."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, SecretStr, model_validator

from journeyorch.outbound.auth.base import Credentials, auth_method
from journeyorch.outbound.client import Request
from journeyorch.outbound.headers import header_problem


@auth_method("api_key")
class ApiKey(Credentials):
    """A name and a value that the system gave to its client."""

    title = _("API key")
    shown_by = "answer"

    name: str = Field(
        title=gettext_noop("Name"), min_length=1, max_length=200, pattern=r"^[^\x00-\x20\x7f]+$"
    )
    value: SecretStr = Field(title=gettext_noop("Value"), min_length=1, max_length=8000)
    location: Literal["header", "query"] = Field(default="header", title=gettext_noop("Where it is sent"))

    @model_validator(mode="after")
    def _must_be_sendable(self) -> Self:
        if self.location == "header":
            problem = header_problem(self.name, self.value.get_secret_value())
            if problem:
                raise ValueError(problem)
        return self

    def apply(self, request: Request) -> Request:
        value = self.value.get_secret_value()
        if self.location == "header":
            return request.with_header(self.name, value)
        return request.with_query(f"{quote(self.name, safe='')}={quote(value, safe='')}")

    def secrets(self) -> list[str]:
        value = self.value.get_secret_value()
        return [value, quote(value, safe="")]
