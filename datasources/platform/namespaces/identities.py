"""Who an event or a record is about, according to its ``identityMap`` and its schema's primary identity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from datasources.platform.namespaces.canonical import canonical
from datasources.platform.namespaces.standard import NamespaceInfo

# What the identity table takes; longer ones are not identities (datasources, Identity.value).
MAX_LENGTH = 512


class SeenIdentity(NamedTuple):
    """One identity found in an entity; ``value`` is canonical."""

    namespace: str
    value: str
    primary: bool


def identities_of(
    entity: Mapping[str, Any],
    *,
    namespaces: Mapping[str, NamespaceInfo],
    primary_path: Sequence[str] = (),
    primary_namespace: str = "",
    further: Sequence[tuple[Sequence[str], str]] = (),
) -> list[SeenIdentity]:
    """The identities of people in ``entity``, each once: the schema's fields first, then ``identityMap``.

    ``further``: fields beside the primary one that hold identities, and their namespaces.
    Namespaces that the sandbox does not know, or that name no people, and values that are no usable text are
    passed over: they identify nobody here.
    """
    found: dict[tuple[str, str], bool] = {}
    candidates = [
        *_of_schema(entity, primary_path, primary_namespace),
        *((namespace, value_at(entity, path), False) for path, namespace in further),
        *_of_map(entity.get("identityMap")),
    ]
    for namespace, value, primary in candidates:
        info = namespaces.get(namespace)
        if info and info.identifies_people and (name := usable(namespace, value)):
            found[namespace, name] = found.get((namespace, name), False) or primary
    return [SeenIdentity(namespace, value, primary) for (namespace, value), primary in found.items()]


def primary_of(identities: Sequence[SeenIdentity]) -> SeenIdentity | None:
    """The one marked as primary, else the first; ``None`` if there is none."""
    return next((each for each in identities if each.primary), identities[0] if identities else None)


def in_namespace(identities: Sequence[SeenIdentity], namespace: str) -> SeenIdentity | None:
    """The identity in a namespace, preferably the primary one."""
    return primary_of([each for each in identities if each.namespace == namespace])


def usable(namespace: str, value: Any) -> str | None:
    """The canonical form of a value that may name somebody, else ``None``."""
    if not isinstance(value, str):
        return None
    name = canonical(namespace, value)
    return name if name.strip() and len(name) <= MAX_LENGTH else None


def _of_schema(
    entity: Mapping[str, Any], path: Sequence[str], namespace: str
) -> Iterator[tuple[str, Any, bool]]:
    if path and namespace:
        yield namespace, value_at(entity, path), True


def _of_map(identity_map: Any) -> Iterator[tuple[str, Any, bool]]:
    if not isinstance(identity_map, dict):
        return
    for namespace, entries in identity_map.items():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                yield namespace, entry.get("id"), entry.get("primary") is True


def value_at(entity: Mapping[str, Any], path: Sequence[str]) -> Any:
    """What stands at a path of names; ``None`` if the path leads nowhere."""
    value: Any = entity
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
