"""The library under the ``$id``s that XDM gives its pieces, so that imported files can refer to it.

A piece that was imported itself counts before the one here, which may have fewer fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datasources.platform.schemas.library import building
from datasources.platform.schemas.library.event_groups import EVENT_CLASS, EVENT_GROUPS, EVENT_REQUIRED
from datasources.platform.schemas.library.profile_groups import PROFILE_CLASS, PROFILE_GROUPS
from datasources.platform.schemas.xdm.reading import EVENT, PROFILE, RECORD, TIME_SERIES

_XDM, _EXPERIENCE = "https://ns.adobe.com/xdm", "https://ns.adobe.com/experience"

#: The published pieces that each field group of the library follows.
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "orchestration": (f"{_EXPERIENCE}/campaign/orchestration/eventid",),
    "commerce": (f"{_XDM}/context/experienceevent-commerce",),
    "web": (f"{_XDM}/context/experienceevent-web",),
    "application": (f"{_XDM}/context/experienceevent-application",),
    "device": (f"{_XDM}/context/experienceevent-environment-details",),
    "environment": (f"{_XDM}/context/experienceevent-environment-details",),
    "placeContext": (f"{_XDM}/context/experienceevent-environment-details",),
    "channel": (f"{_XDM}/context/experienceevent-channel",),
    "directMarketing": (f"{_XDM}/context/experienceevent-directmarketing",),
    "endUserIDs": (f"{_XDM}/context/experienceevent-enduserids",),
    "messageProfile": (
        f"{_EXPERIENCE}/campaign/experienceevent-profile-push-details",
        f"{_EXPERIENCE}/campaign/experienceevent-profile-personal-details",
    ),
    "search": (f"{_XDM}/context/experienceevent-search",),
    "person": (f"{_XDM}/context/profile-person-details",),
    "demographic": (f"{_XDM}/context/profile-person-details",),
    "contact": (f"{_XDM}/context/profile-personal-details", f"{_XDM}/context/profile-work-details"),
    "addresses": (f"{_XDM}/context/profile-personal-details", f"{_XDM}/context/profile-work-details"),
    "preferences": (f"{_XDM}/context/profile-preferences-details",),
    "consents": (f"{_XDM}/mixins/profile-consents",),
    "loyalty": (f"{_XDM}/mixins/profile/profile-loyalty-details",),
    "pushNotificationDetails": (f"{_XDM}/context/profile-push-notification-details",),
    "segmentMembership": (f"{_XDM}/context/profile-segmentation",),
    "testProfile": (f"{_XDM}/context/profile-test-profile",),
}


def _document(fields: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields), **more}


def _classes() -> dict[str, Any]:
    return {
        EVENT: _document(EVENT_CLASS, required=list(EVENT_REQUIRED)),
        PROFILE: _document(PROFILE_CLASS),
        RECORD: _document({"_id": building.text("Identifier")}),
        TIME_SERIES: _document({name: EVENT_CLASS[name] for name in ("_id", "timestamp", "eventType")}),
        f"{_XDM}/context/identitymap": _document({"identityMap": building.identity_map()}),
    }


def _groups() -> dict[str, Any]:
    """A published group may be several of the library's: it is all of them together."""
    found: dict[str, Any] = {}
    for name, uris in FOLLOWS.items():
        fields = EVENT_GROUPS.get(name) or PROFILE_GROUPS[name]
        merged = found.setdefault(uris[0], _document({}))
        merged["properties"] = {**fields, **merged["properties"]}
    return found


def _types() -> dict[str, Any]:
    items = building.identity_map()["additionalProperties"]["items"]
    return {
        f"{_XDM}/common/geo": building.geo(),
        f"{_XDM}/common/address": building.address("Address"),
        f"{_XDM}/context/device": building.device(),
        f"{_XDM}/context/environment": building.environment(),
        f"{_XDM}/context/poi-detail": building.point_of_interest(),
        f"{_XDM}/context/identity": building.identity("Identity"),
        f"{_XDM}/context/identityitem": items,
        f"{_XDM}/data/measure": building.measure("Measure"),
    }


PUBLISHED: Mapping[str, Mapping[str, Any]] = {**_types(), **_groups(), **_classes()}
