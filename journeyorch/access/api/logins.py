"""Log-ins that failed, over the API: who is locked out, and letting them try again at once."""

from __future__ import annotations

from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access import audit
from journeyorch.api.bodies import WITHOUT_NUL, Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.views import ApiView

_TAG = "Users and groups"
VIEW, DELETE = "axes.view_accessattempt", "axes.delete_accessattempt"
_MOST = 1000


class UnlockBody(Body):
    """``address``: only from there; without it, from everywhere."""

    name: str = Field(min_length=1, max_length=255, pattern=WITHOUT_NUL)
    address: str = Field(default="", max_length=45, pattern=r"^[0-9a-fA-F:.]*$")


class FailedLoginAnswer(Answer):
    """``address``: of the network; ``failures``: wrong passwords since the last right one."""

    name: str | None
    address: str | None
    failures: int
    locked: bool
    lastAt: datetime  # noqa: N815 - the name in the answer


class FailedLoginsAnswer(Answer):
    items: list[FailedLoginAnswer]


class UnlockedAnswer(Answer):
    """``forgotten``: so many lines of failures."""

    forgotten: int


class FailedLogins(ApiView):
    permissions = (VIEW,)

    @operation("list_failed_logins", tag=_TAG, answer=FailedLoginsAnswer)
    def get(self, request: Request) -> Response:
        """The last 1,000 names and addresses that log-ins failed for, the latest first."""
        since = timezone.now() - settings.AXES_COOLOFF_TIME
        # The model has an order of its own, which would be grouped by, too.
        groups = AccessAttempt.objects.order_by().values("username", "ip_address")
        found = groups.annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
        items = [
            {
                "name": one["username"],
                "address": one["ip_address"],
                "failures": one["failures"],
                "locked": one["failures"] >= settings.AXES_FAILURE_LIMIT and one["last"] > since,
                "lastAt": one["last"],
            }
            for one in found.order_by("-last")[:_MOST]
        ]
        return Response({"items": items})


class Unlock(ApiView):
    permissions = (DELETE,)

    @operation("unlock_login", tag=_TAG, body=UnlockBody, answer=UnlockedAnswer)
    def post(self, request: Request) -> Response:
        """Forgets the failures of a name, so that whoever is locked out may try again at once."""
        asked = read(UnlockBody, request)
        failed = AccessAttempt.objects.filter(username=asked.name)
        if asked.address:
            failed = failed.filter(ip_address=asked.address)
        with transaction.atomic():
            lines = list(failed)
            for line in lines:
                audit.record("deleted", line)
                line.delete()
        return Response({"forgotten": len(lines)})
