"""Which namespaces a sandbox knows."""

from __future__ import annotations

from collections.abc import Mapping

from datasources.platform.namespaces.models import Namespace
from datasources.platform.namespaces.standard import STANDARD, NamespaceInfo


def namespaces_of(sandbox_id: int) -> Mapping[str, NamespaceInfo]:
    """The standard namespaces and the sandbox's own, by code."""
    rows = Namespace.objects.filter(sandbox_id=sandbox_id).values_list("code", "name", "kind")
    own = {code: NamespaceInfo(code, name, kind, standard=False) for code, name, kind in rows}
    return {**own, **STANDARD}
