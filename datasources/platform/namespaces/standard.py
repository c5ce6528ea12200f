"""The namespaces that every sandbox knows without configuring them (technical.md, Namespaces)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

NON_PEOPLE = "non-people"


class NamespaceInfo(NamedTuple):
    """A namespace as plain values; ``kind`` is one of ``Namespace.Kind``."""

    code: str
    name: str
    kind: str
    standard: bool = True

    @property
    def identifies_people(self) -> bool:
        """Whether an identity in it may say who somebody is."""
        return self.kind != NON_PEOPLE


STANDARD: Mapping[str, NamespaceInfo] = {
    info.code: info
    for info in (
        NamespaceInfo("ECID", "ECID", "cookie"),
        NamespaceInfo("Email", "Email", "email"),
        NamespaceInfo("Email_LC_SHA256", "Email (SHA-256, lower-cased)", "email"),
        NamespaceInfo("Phone", "Phone", "phone"),
        NamespaceInfo("Phone_SHA256", "Phone (SHA-256)", "phone"),
        NamespaceInfo("CRMID", "CRM ID", "cross-device"),
        NamespaceInfo("IDFA", "Apple advertising ID", "device"),
        NamespaceInfo("GAID", "Google advertising ID", "device"),
        NamespaceInfo("AdCloud", "Advertising Cloud", "cookie"),
        NamespaceInfo("CORE", "Audience Manager", "cookie"),
        NamespaceInfo("TNTID", "Target", "cookie"),
        NamespaceInfo("WAID", "Windows advertising ID", "device"),
        NamespaceInfo("APNS", "Apple Push Notification service", "mobile"),
        NamespaceInfo("FCM", "Firebase Cloud Messaging", "mobile"),
        # What analytics clients call a visitor whom nobody knows yet (ingestion.md, Clients).
        NamespaceInfo("AnonymousID", "Anonymous ID", "cookie"),
    )
}
