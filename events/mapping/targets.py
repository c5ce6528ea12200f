"""Where in XDM a mapping can put values: a schema's fields as paths, lists with their mark. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from datasources.platform.schemas.fields import Field
from events.mapping.places import EACH, Path, text_of

_HOLDERS = ("object", "listObject")
_OPEN = ("map", "listMap", "any", "list")


class Targets(NamedTuple):
    """``plain``: the paths of fields that take one value, with what people call them."""

    plain: Mapping[str, str]
    holders: frozenset[str]
    open: frozenset[str]  # below them anything may stand

    def has(self, path: Path) -> bool:
        """Whether the schema knows the field, or leaves open what stands there."""
        steps = [EACH if isinstance(step, int) else step for step in path]
        if any(text_of(tuple(steps[:count])) in self.open for count in range(1, len(steps) + 1)):
            return True
        whole = text_of(tuple(steps))
        return whole in self.plain or whole in self.holders or f"{whole}[*]" in self.plain


def targets_of(fields: Iterable[Field], *, namespaces: Iterable[str] = ()) -> Targets:
    """Of the fields, which come with containers before their content; with a path for each identity."""
    written: dict[str, str] = {}
    plain: dict[str, str] = {}
    holders: set[str] = set()
    open_ends: set[str] = set()
    for field in fields:
        holder, _, name = field.path.rpartition(".")
        path = f"{written[holder]}.{name}" if holder else name
        holders.update({path} if field.type.startswith("list") else ())
        path += "[*]" * field.type.lower().count("list")
        written[field.path] = path
        if field.type in _HOLDERS:
            holders.add(path)
        elif field.type in _OPEN:
            open_ends.add(path)
        else:
            plain[path] = field.label
    identities = {f"identityMap.{code}[0].id": code for code in namespaces}
    return Targets(plain | identities, frozenset(holders), frozenset(open_ends | {"identityMap"}))
