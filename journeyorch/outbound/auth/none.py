"""No authentication."""

from __future__ import annotations

from journeyorch.outbound.auth.base import Auth, auth_method
from journeyorch.outbound.client import Request


@auth_method("none")
class NoAuth(Auth):
    """The system lets everybody in, or looks only at the network."""

    def apply(self, request: Request) -> Request:
        return request
