"""A ready-made journey put into a sandbox."""

from __future__ import annotations

from typing import NamedTuple

from journeyorch.access.models import Sandbox, User
from journeyorch.portable.importing import Conflicts, Outcome, Plan, Terms, import_
from journeyorch.portable.kind import Kind, kinds
from journeys.gallery import ReadyMade, gallery
from journeys.models import Journey


class Begun(NamedTuple):
    """What became of it; ``journey`` is None if nothing could be done, ``is_new``: it was not here before."""

    plan: Plan
    journey: Journey | None
    is_new: bool


def begin(sandbox: Sandbox, name: str, *, by: User) -> Begun:
    """The journey of this name of the gallery as a draft, with all that it needs; or nothing."""
    terms = Terms(Conflicts.COPY, by=by, may=by.has_perm)
    plan = import_(sandbox, gallery()[name].content, terms)
    if not plan.possible:
        return Begun(plan, None, is_new=False)
    last = [item for item in plan.items if item.kind.name == "journeys"][-1]
    return Begun(plan, last.row, is_new=last.outcome != Outcome.KEPT)


def parts_of(one: ReadyMade) -> list[tuple[Kind, list[str]]]:
    """What it sets up beside the journey: names by kind."""
    known = [(kinds()[name], part) for name, part in one.content.items() if name in kinds()]
    return [(kind, [each[kind.key] for each in part]) for kind, part in known if kind.name != "journeys"]
