"""Runs one wave: load, decide, write; again if what was read has changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import connection, transaction

from datasources.platform.profiles.changes import Stale as StalePeople
from datasources.platform.profiles.changes import write as write_people
from datasources.platform.segments.store import write_memberships
from journeyorch import bulk, wakeup
from journeyorch.observing.tracing import span
from journeys.engine.lanes import MAX_CRASHES, Leased, fence, mark_suspect, release
from journeys.engine.plans import SandboxPlans, generation_of, plans_at_hand, plans_of
from journeys.engine.wave.handle import DECIDE_SECONDS, DECIDE_SECONDS_LOCKED, Handler
from journeys.engine.wave.handled import Done, Handled
from journeys.engine.wave.kept import take_up
from journeys.engine.wave.load import Loaded, Reading, load, waiting_things
from journeys.engine.wave.suspect import take_out
from journeys.engine.wave.write import Stale, write

# Conditional writes that miss so often in a row are no accident any more.
_ATTEMPTS = 20


class _Moved(Exception):
    """The configuration changed after it was read: the wave begins again with the new one."""


def run_wave(
    sandbox_id: int, leases: Sequence[Leased], *, now: datetime | None = None, due: bool = True
) -> Done:
    """Handle what waits in these lanes and give them back.

    ``now``: the database's clock, if the caller has just looked at it; ``due``: False if no timers were.
    Raises ``LostLease`` if one is not ours any more. Whatever is raised, nothing of the wave is written.
    """
    with span("wave", sandbox_id=sandbox_id, lanes=len(leases)):
        return _run(sandbox_id, leases, now=now, due=due)


def _run(sandbox_id: int, leases: Sequence[Leased], *, now: datetime | None, due: bool) -> Done:
    plans, single = plans_at_hand(sandbox_id), leases[0].alone
    if single:
        leased = _watch(leases[0])
        if leased is None:
            return Done(1, more=True)
        leases = [leased]
    moment = now or bulk.database_now()
    for attempt in range(_ATTEMPTS):
        if not take_up(sandbox_id, plans):
            release(leases)
            return Done(0, more=True)
        try:
            reading = Reading(moment, due=due, single=single, lock=attempt >= 2)
            done = _attempt(sandbox_id, leases, plans, reading)
            return done._replace(more=True) if single else done
        except (Stale, _Moved):
            plans, moment, due = plans_of(sandbox_id), bulk.database_now(), True
    raise RuntimeError("A wave found its rows changed by others again and again.")


def _watch(leased: Leased) -> Leased | None:
    """A lane that crashed somebody: write down what we begin to handle; take it out at the fifth crash."""
    if leased.crashes >= MAX_CRASHES and leased.suspect:
        take_out(leased)
        return None
    waiting = waiting_things(leased, bulk.database_now())
    if not waiting:
        fence([leased._replace(careful=0)])  # what crashed it is gone
        return None
    return mark_suspect(leased, waiting[0], waiting=len(waiting))


def _attempt(sandbox_id: int, leases: Sequence[Leased], plans: SandboxPlans, reading: Reading) -> Done:
    """Decide outside the writing transaction, unless people must be locked while we decide about them.

    On SQLite always inside: there is one writer, and ids of new profiles are ours only there.
    """
    inside = reading.lock or connection.vendor == "sqlite"
    decide = partial(_decide, sandbox_id, leases, plans, reading)
    decided = None if inside else decide()
    with transaction.atomic():
        # From the third time on without other waves: it locks people and caps before it writes what the
        # others write before they lock these, and each would wait for the other.
        fence(leases, shared=not reading.lock)
        if generation_of(sandbox_id) != plans.generation:
            raise _Moved
        handled, loaded = decided or decide()
        _write(sandbox_id, handled, loaded, plans)
    if handled.calls:
        wakeup.notify("call")
    return handled.done


def _decide(
    sandbox_id: int, leases: Sequence[Leased], plans: SandboxPlans, reading: Reading
) -> tuple[Handled, Loaded]:
    loaded = load(sandbox_id, leases, plans, reading)
    timeout = timedelta(days=settings.JOURNEY_GLOBAL_TIMEOUT_DAYS)
    seconds = DECIDE_SECONDS_LOCKED if reading.lock else DECIDE_SECONDS
    return Handler(loaded, plans, global_timeout=timeout).handle(seconds=seconds), loaded


def _write(sandbox_id: int, handled: Handled, loaded: Loaded, plans: SandboxPlans) -> None:
    """The lanes' own rows first, then those that others write too (engine.md, Waves)."""
    if handled.is_empty:
        return
    timeouts = {id: float(plan.properties.timeout_seconds) for id, plan in plans.versions.items()}
    write(handled, sandbox_id=sandbox_id, now=handled.now, timeouts=timeouts)
    try:
        write_people(loaded.feed.changes())
        write_memberships(sandbox_id, loaded.memberships, plans.segments)
    except StalePeople as error:
        raise Stale("a person") from error
    if not loaded.caps.write():
        raise Stale("a profile cap")
