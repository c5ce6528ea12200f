"""Who may enter: once at a time, and again only as the journey says (users.md, Who enters)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from journeys.engine.decide.step import Plan
from journeys.engine.decide.values import Discard


class Entered(NamedTuple):
    """What is remembered of one person in one journey (the row of ``Entrance``)."""

    active_instance: UUID | None
    last_started_at: datetime
    last_ended_at: datetime | None
    run: int = 0  # of a test


def refusal(plan: Plan, known: Entered | None, *, received_at: datetime) -> Discard | None:
    """Why this person may not enter by an event received then; None: may.

    The wait before re-entrance counts from the last entrance, over all versions; in a test it is no
    longer than any other wait.
    """
    if not plan.properties.open_at(received_at):
        return Discard.OUTSIDE_DATES
    if known is None:
        return None
    if known.active_instance is not None:
        return Discard.ALREADY_INSIDE
    if not plan.properties.reentrance.allowed:
        return Discard.REENTRANCE_NOT_ALLOWED
    wait = plan.properties.reentrance.wait
    if received_at < known.last_started_at + (min(wait, plan.test.wait) if plan.test else wait):
        return Discard.REENTRANCE_WAIT
    return None
