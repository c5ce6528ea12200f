"""No authentication."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from journeyorch.outbound.auth.base import Credentials, auth_method
from journeyorch.outbound.client import Request


@auth_method("none")
class NoAuth(Credentials):
    """The system lets everybody in, or looks only at the network."""

    title = _("None")

    def apply(self, request: Request) -> Request:
        return request
