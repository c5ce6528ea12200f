"""The namespaces that a sandbox knows."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import RootModel
from rest_framework.request import Request
from rest_framework.response import Response

from datasources.platform.namespaces.models import Namespace
from datasources.platform.namespaces.standard import STANDARD, NamespaceInfo
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.describing import Answer, operation
from journeyorch.api.views import ApiView

#: The numbers of a sandbox's own begin here; below are the standard ones.
_FIRST_CUSTOM = 10_000_000


class NamespaceAnswer(Answer):
    """A namespace; a sandbox's own has ``createTime`` and ``updateTime``, in milliseconds, too."""

    id: int
    code: str
    name: str
    status: str
    idType: str  # noqa: N815 - the name in the answer
    custom: bool


class NamespacesAnswer(RootModel[list[NamespaceAnswer]]):
    """All that the sandbox knows."""


class Identities(ApiView):
    """All of them: first the standard ones, then the sandbox's own."""

    permissions = ("datasources.view_namespace", "datasources.view_profile")

    @operation("namespaces", tag="People", answer=NamespacesAnswer)
    def get(self, request: Request) -> Response:
        standard = [shape(info, number=_number(info.code)) for info in STANDARD.values()]
        own = Namespace.objects.filter(sandbox=sandbox_of(request)).exclude(code__in=STANDARD).order_by("pk")
        return Response([*standard, *map(_own, own)])


def shape(
    info: NamespaceInfo, *, number: int, changed: Mapping[str, datetime] | None = None
) -> dict[str, Any]:
    """A namespace as clients know it. Pure."""
    times = {name: int(at.timestamp() * 1000) for name, at in (changed or {}).items()}
    return {
        "id": number,
        "code": info.code,
        "name": info.name,
        "status": "ACTIVE",
        "idType": info.kind.upper().replace("-", "_"),
        "custom": not info.standard,
        **times,
    }


def _number(code: str) -> int:
    """The number of a standard namespace: the same for ever, whatever is added to them."""
    return zlib.crc32(code.encode()) % _FIRST_CUSTOM


def _own(row: Namespace) -> dict[str, Any]:
    info = NamespaceInfo(row.code, row.name, row.kind, standard=False)
    times = {"createTime": row.created_at, "updateTime": row.updated_at}
    return shape(info, number=_FIRST_CUSTOM + row.pk, changed=times)
