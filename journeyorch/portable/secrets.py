"""What stands in a document in place of a secret, in both directions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from journeyorch.outbound.secrets import SEALED, SHOWN_AS, is_sealed

#: Clients of other systems know it by this name.
PLACEHOLDER = "INSERT_SECRET_HERE"
_KEPT = {SEALED: SHOWN_AS}


def without_secrets(config: Any) -> Any:
    """A configuration in which every secret, sealed or only said to be set, is the placeholder."""
    if is_sealed(config):
        return PLACEHOLDER
    if isinstance(config, dict):
        return {name: without_secrets(value) for name, value in config.items()}
    return [without_secrets(item) for item in config] if isinstance(config, list) else config


def with_kept(config: Any) -> Any:
    """The same for forms, which keep a secret that they are told is set."""
    if config == PLACEHOLDER:
        return _KEPT
    if isinstance(config, dict):
        return {name: with_kept(value) for name, value in config.items()}
    return [with_kept(item) for item in config] if isinstance(config, list) else config


def places_of(value: Any, wanted: str, pointer: str = "") -> list[str]:
    """JSON pointers to every place of a document that holds this text, and nothing else."""
    return list(_places(value, wanted, pointer))


def _places(value: Any, wanted: str, pointer: str) -> Iterator[str]:
    if value == wanted:
        yield pointer
    elif isinstance(value, dict):
        for name, inner in value.items():
            part = str(name).replace("~", "~0").replace("/", "~1")
            yield from _places(inner, wanted, f"{pointer}/{part}")
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _places(inner, wanted, f"{pointer}/{position}")


def filled(value: Any, secrets: Mapping[str, str], pointer: str = "") -> Any:
    """A document with texts in place of placeholders, by their JSON pointers; empty ones fill in nothing."""
    if value == PLACEHOLDER:
        return secrets.get(pointer) or value
    if isinstance(value, dict):
        return {
            name: filled(inner, secrets, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}")
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [filled(inner, secrets, f"{pointer}/{position}") for position, inner in enumerate(value)]
    return value
