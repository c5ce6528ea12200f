"""How published XDM files spell names, and how messages do (technical.md, Importing standard XDM).

xdm:timestamp → timestamp      @id → _id      repo:path → _repo.path
https://ns.adobe.com/experience/campaign → _experience.campaign
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit


def wire_path(name: str, within: Sequence[str] = ()) -> tuple[str, ...]:
    """The names, from the outside in, under which a property travels.

    ``within``: the steps of the address by which the object around it is named. What both addresses share is
    not said again: ``…/journeyOrchestration/nodeID`` inside ``…/journeyOrchestration/stepEvents`` is
    ``_experience.journeyOrchestration.stepEvents.nodeID``.
    """
    if steps := address_steps(name):
        shared = _shared(steps, within)
        return steps[min(shared, len(steps) - 1) :] if shared else (f"_{steps[0]}", *steps[1:])
    if name.startswith("@"):
        return (f"_{name[1:]}",)
    prefix, colon, rest = name.partition(":")
    if not colon or not prefix or not rest:
        return (name,)
    return (rest,) if prefix == "xdm" else (f"_{prefix}", rest)


def address_steps(name: str) -> tuple[str, ...]:
    """The steps of a property's name that is a web address; none for other names."""
    if not name.startswith(("https://", "http://")):
        return ()
    return tuple(step for step in urlsplit(name).path.split("/") if step)


def _shared(first: Sequence[str], second: Sequence[str]) -> int:
    for count, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return count
    return min(len(first), len(second))
