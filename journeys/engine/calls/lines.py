"""Calls that wait in the line of a throttle: joining it, and being let out in their order.

What waits is a row that nobody has claimed: it holds no thread and no lease, and its timeout has not begun.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.protection.throttling import head_of, line_of, lock_turns
from journeyorch.outbound.protection.windows import until_next
from journeyorch.phrases import phrase
from journeys.engine import tables
from journeys.engine.calls.admitting import forget
from journeys.engine.calls.claim import CLAIM, Claimed, claim, drop, request_text, without_owner_gone

#: Counted from the step that asked for the call.
LONGEST_WAIT = timedelta(hours=6)
# Who comes to the line so late was put off, such as by quiet hours: the wait in the line begins then.
_PUT_OFF = timedelta(minutes=10)
_MOST_EXPIRED = 100

_JOINED = (
    Column("endpoint", "text"),
    Column("own_endpoint", "text"),
    Column("not_before", "timestamptz"),
    Column("owner", "text"),
    Column("request", "text"),
)


class Joining(NamedTuple):
    """A call, and the throttle in whose line it is to stand."""

    call: Claimed
    throttle_id: int


class LetOut(NamedTuple):
    """The calls whose turn it is, and in how many seconds it makes sense to look again, if others wait."""

    calls: list[Claimed]
    look_again: float | None


def join(joining: Sequence[Joining], now: datetime) -> None:
    """The calls stand in line, with their requests. One that had an attempt before goes to the head of it."""
    ordered = sorted(joining, key=lambda one: one.call.created_at)
    rows = [
        (
            call.spec.key,
            call.token,
            head_of(throttle_id) if call.attempts else line_of(throttle_id),
            call.system,
            _since(call, now + timedelta(microseconds=place)),
            None,
            request_text(call.prepared),
        )
        for place, (call, throttle_id) in enumerate(ordered, start=-len(ordered))
    ]
    bulk.update(tables.CALL, CLAIM, _JOINED, rows)


def _since(call: Claimed, now: datetime) -> datetime:
    """Since when the call waits in the line, which gives it its place there."""
    return now if call.attempts or now - call.created_at > _PUT_OFF else call.created_at


def let_out(endpoint: str, throttle_id: int, *, owner: str, most: int) -> LetOut:
    """Claim as many calls as there are slots, and take these, in one transaction.

    Calls that nobody waits for any more are dropped here, so that they take nobody's turn.
    """
    with transaction.atomic():
        turns = lock_turns(throttle_id)
        now = bulk.database_now()
        some = most if turns is None else min(most, turns.free)
        head = head_of(throttle_id)
        claimed = claim(endpoint, owner=owner, most=some, now=now, becomes=head) if some else []
        wanted, unwanted = without_owner_gone(claimed)
        drop(unwanted)
        forget(unwanted)
        if turns is not None and wanted:
            turns.spend(len(wanted))
    # Whoever found nobody in line, or has all hands full, need not come back for the next window.
    more = turns is not None and some < most and len(claimed) == some
    return LetOut(wanted, until_next(turns.now_ms) if more and turns else None)


_WAITED_TOO_LONG = Outcome(
    "capped",
    "waitedTooLong",
    message=phrase("The call waited in the line of a throttle for six hours, and was not made."),
)


def waited_too_long(throttle_id: int, *, owner: str, now: datetime) -> list[tuple[Claimed, Outcome]]:
    """Calls whose time in the line is over; they take no slot."""
    due = now - LONGEST_WAIT
    late = claim(line_of(throttle_id), owner=owner, most=_MOST_EXPIRED, now=now, due=due)
    return [(call, _WAITED_TOO_LONG) for call in late]
