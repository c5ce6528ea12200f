"""Basic authentication (RFC 7617)."""

from __future__ import annotations

import base64

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, SecretStr

from journeyorch.outbound.auth.base import Credentials, auth_method
from journeyorch.outbound.client import Request


@auth_method("basic")
class Basic(Credentials):
    """User name and password in the Authorization header."""

    title = _("User name and password (Basic)")
    shown_by = "answer"

    # A colon would end the user name (RFC 7617, § 2).
    username: str = Field(
        title=gettext_noop("User name"), min_length=1, max_length=500, pattern=r"^[^:\x00-\x1f\x7f]+$"
    )
    password: SecretStr = Field(title=gettext_noop("Password"), min_length=1, max_length=2000)

    def apply(self, request: Request) -> Request:
        pair = f"{self.username}:{self.password.get_secret_value()}".encode()
        return request.with_header("Authorization", f"Basic {base64.b64encode(pair).decode()}")

    def secrets(self) -> list[str]:
        pair = f"{self.username}:{self.password.get_secret_value()}".encode()
        return [*super().secrets(), base64.b64encode(pair).decode()]
