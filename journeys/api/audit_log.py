"""The audit log over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from pydantic import AwareDatetime, Field
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.models import AuditEntry
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView


class AuditQuery(PageQuery):
    """``kind``: the thing's, such as ``events.event``."""

    actor: str = Field(default="", max_length=150)
    verb: str = Field(default="", max_length=30)
    kind: str = Field(default="", max_length=60)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class AuditEntryAnswer(Answer):
    """``changes``: by field what was there before, and after."""

    id: int
    at: datetime
    actor: str
    credential: str
    verb: str
    kind: str
    objectId: str  # noqa: N815 - the name in the answer
    label: str
    changes: dict[str, Any]


class AuditLogAnswer(Answer):
    items: list[AuditEntryAnswer]
    next: int | None


class AuditLog(ApiView):
    permissions = ("access.view_auditentry",)

    @operation("list_audit_log", tag="Audit log", query=AuditQuery, answer=AuditLogAnswer)
    def get(self, request: Request) -> Response:
        """Who did what, newest first: in the sandbox, and with what belongs to none, such as users."""
        asked = read_query(AuditQuery, request)
        rows = AuditEntry.objects.filter(Q(sandbox=sandbox_of(request)) | Q(sandbox=None))
        given = asked.model_dump(include={"actor", "verb", "kind"}, exclude_defaults=True)
        bounds = {"at__gte": asked.since, "at__lt": asked.until}
        rows = rows.filter(**given, **{name: value for name, value in bounds.items() if value is not None})
        page = newest_first(rows, asked)
        return Response({"items": [_shown(entry) for entry in page.rows], "next": page.next})


def _shown(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "at": entry.at,
        "actor": entry.actor,
        "credential": entry.credential,
        "verb": entry.verb,
        "kind": entry.kind,
        "objectId": entry.object_id,
        "label": entry.label,
        "changes": entry.changes,
    }
