"""The built-in library of XDM: the two classes and the field groups that real journeys need.

    compose("event", ["orchestration", "placeContext"], tenant={"roomNumber": text("Room")}, name="acme")

gives the JSON Schema of a ``Schema`` row. Written for this project, with XDM's own paths and types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from datasources.platform.schemas.dialect import DIALECT
from datasources.platform.schemas.library import building
from datasources.platform.schemas.library.building import Document
from datasources.platform.schemas.library.event_groups import EVENT_CLASS, EVENT_GROUPS, EVENT_REQUIRED
from datasources.platform.schemas.library.profile_groups import PROFILE_CLASS, PROFILE_GROUPS

__all__ = ["building", "compose", "group_names"]

_CLASSES: Mapping[str, tuple[building.FieldGroup, Iterable[str]]] = {
    "event": (EVENT_CLASS, EVENT_REQUIRED),
    "profile": (PROFILE_CLASS, ()),
    "record": ({"_id": building.text("Identifier")}, ()),
}
_GROUPS: Mapping[str, Mapping[str, building.FieldGroup]] = {
    "event": EVENT_GROUPS,
    "profile": PROFILE_GROUPS,
    "record": {},
}


def group_names(kind: str) -> list[str]:
    """The field groups that a class may be composed of."""
    return list(_GROUPS[kind])


def compose(
    kind: str,
    groups: Iterable[str] = (),
    *,
    id: str = "",
    title: str = "",
    tenant: Mapping[str, Document] | None = None,
    tenant_name: str = "tenant",
    with_class: bool = True,
) -> Document:
    """The JSON Schema of a class ("event" or "profile") with field groups and fields of one's own.

    ``id`` becomes ``$id``, by which messages name the schema. The fields of ``tenant`` stand under
    ``_<tenant_name>``. ``with_class=False`` leaves out the class's own fields.
    ``KeyError`` for an unknown class or group.
    """
    base, required = _CLASSES[kind] if with_class else ({}, ())
    document: Document = {"$schema": DIALECT, "type": "object", "properties": {}}
    document |= {key: value for key, value in (("$id", id), ("title", title)) if value}
    if required:
        document["required"] = list(required)
    for fields in (base, *(_GROUPS[kind][name] for name in groups)):
        _add(document["properties"], fields)
    if tenant:
        own = building.group("Custom fields", **tenant)
        _add(document["properties"], {f"_{tenant_name}": own})
    return document


def _add(properties: dict[str, Any], fields: Mapping[str, Document]) -> None:
    """Add fields to those already there; two groups may share an object, such as ``_experience``."""
    for name, schema in fields.items():
        if name not in properties:
            properties[name] = deepcopy(schema)
        elif "properties" in schema and "properties" in properties[name]:
            _add(properties[name]["properties"], schema["properties"])
