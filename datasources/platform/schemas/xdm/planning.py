"""What an import would do, decided before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from datasources.platform.schemas.validate import NotASchema, Validator
from datasources.platform.schemas.xdm.bundle import CannotBundle, bundled, references_of
from datasources.platform.schemas.xdm.files import Read
from datasources.platform.schemas.xdm.reading import (
    Descriptor,
    Part,
    Unreadable,
    read_descriptors,
    read_part,
)
from journeyorch.phrases import phrase

MAX_PARTS = 3_000


class Trouble(NamedTuple):
    """Something about one file, or about the piece with this ``$id``."""

    where: str
    why: str


@dataclass
class Plan:
    """What would be created and changed; nothing is, while there are problems or conflicts."""

    created: list[Part] = field(default_factory=list)
    changed: list[Part] = field(default_factory=list)
    unchanged: int = 0
    ignored: int = 0  # files that are JSON and neither schema nor descriptor, such as examples
    descriptors: list[Descriptor] = field(default_factory=list)
    problems: list[Trouble] = field(default_factory=list)  # files that cannot be used
    conflicts: list[Trouble] = field(default_factory=list)  # what would break something that is there
    incomplete: list[Trouble] = field(default_factory=list)  # imported, and not to be used before the rest is

    @property
    def possible(self) -> bool:
        """Whether importing would write something, and may."""
        return not self.problems and not self.conflicts and bool(self.parts or self.descriptors)

    @property
    def parts(self) -> list[Part]:
        """Everything to be written."""
        return [*self.created, *self.changed]


def planned(
    files: Iterable[Read],
    *,
    existing: Mapping[str, Mapping[str, Any]],
    built_in: Mapping[str, Mapping[str, Any]],
) -> Plan:
    """What importing these files means; ``existing`` is what was imported before, by ``$id``."""
    plan = Plan()
    found = _read_all(files, plan)
    for part in found.values():
        if existing.get(part.uri) == part.document:
            plan.unchanged += 1
        else:
            (plan.changed if part.uri in existing else plan.created).append(part)
    if len(found) > MAX_PARTS:
        why = phrase("More than {most} schemas at once. Import them in parts.", most=MAX_PARTS)
        plan.problems.append(Trouble("", why))
        return plan
    library = {**built_in, **existing, **{part.uri: part.document for part in found.values()}}
    for part in plan.parts:
        _check(part, library, plan)
    return plan


def _read_all(files: Iterable[Read], plan: Plan) -> dict[str, Part]:
    found: dict[str, tuple[str, Part]] = {}
    for file in files:
        part = None if file.problem else _part_of(file, plan)
        descriptors = () if file.problem or part else tuple(read_descriptors(file.value))
        plan.descriptors += descriptors
        if file.problem:
            plan.problems.append(Trouble(file.name, file.problem))
        elif part and part.uri in found and found[part.uri][1].document != part.document:
            other = found[part.uri][0]
            why = phrase("Its $id is also that of {other}, which says something else.", other=other)
            plan.conflicts.append(Trouble(file.name, why))
        elif part:
            found[part.uri] = (file.name, part)
        elif not descriptors:
            plan.ignored += 1
    return {uri: part for uri, (_, part) in found.items()}


def _part_of(file: Read, plan: Plan) -> Part | None:
    try:
        return read_part(file.value)
    except Unreadable as error:
        plan.problems.append(Trouble(file.name, error.args[0]))
        return None


def _check(part: Part, library: Mapping[str, Mapping[str, Any]], plan: Plan) -> None:
    try:
        document, missing = bundled(library, part.uri)
        Validator(document)
    except (CannotBundle, NotASchema) as error:
        plan.problems.append(Trouble(part.uri, error.args[0]))
        return
    if missing:
        plan.incomplete.append(
            Trouble(
                part.uri,
                phrase("It refers to {names}, not among these.", names=_listed(sorted(missing))),
            )
        )


def needed_by(uris: Iterable[str], library: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The pieces, and all those that they refer to, directly or through others."""
    seen = set(uris)
    waiting = list(seen)
    while waiting:
        at = waiting.pop()
        for reference in references_of(library.get(at, {}), at):
            if reference not in seen:
                seen.add(reference)
                waiting.append(reference)
    return seen


def _listed(names: Sequence[str], at_most: int = 3) -> str:
    more = len(names) - at_most
    return ", ".join(names[:at_most]) + (f" and {more} more" if more > 0 else "")
