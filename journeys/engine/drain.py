"""The resident that drains: routes what was received, then runs waves (engine.md, Route and Waves)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, connection, connections

from journeyorch import bulk, memory, wakeup
from journeyorch.access.models import Sandbox
from journeyorch.background.running import work_now_and_then
from journeyorch.queue import Lifetime
from journeys.engine.clock import Clock
from journeys.engine.lanes import LostLease, choose, ensure_lanes, lease, release, waiting_lanes
from journeys.engine.plans import plans_of
from journeys.engine.poison import give_back, settle
from journeys.engine.router import ONE_BY_ONE, run_router
from journeys.engine.upkeep import keep_up
from journeys.engine.wave import run_wave
from journeys.engine.wave.handled import Done
from journeys.engine.wave.kept import take_up_now

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

#: Results that trickle in would make waves of ten, at five times the cost each: a process starts a wave of
#: fewer inputs at most once in so many seconds (engine.md, Waves).
SMALL_WAVE = 50
SMALL_WAVE_EVERY = 0.010
#: The more has come, the more is coming: after a wave a process rests for so many seconds for each of its
#: inputs, or nearly as long as the last time, at most so long; but not after a wave of so many that more of
#: them would cost no less. It neither routes nor looks meanwhile, or what it spares would go into routing
#: events by twos and threes. At light load that is nothing; on a machine that is full, waves of five become
#: waves of fifty, and who brings the inputs has the processor.
REST_FOR_EACH, OF_THE_LAST, LONGEST_REST, ENOUGH = 0.001, 0.75, 0.060, 200

# How long to wait for a wake-up, seconds. PostgreSQL's ticker sees to timers; on SQLite we look ourselves.
_IDLE_POSTGRESQL, _IDLE_SQLITE = 1.0, 0.25
# After trouble: long enough not to fill the log, short enough not to be missed.
_PAUSE_AFTER_ERROR = 0.2
_SANDBOXES_EVERY = 5.0


def resident(lifetime: Lifetime) -> None:
    """Work through whatever waits until the lifetime is over; linger when there is nothing."""
    drain = _Drain(lifetime)
    drain.prepare()
    memory.settle()
    lifetime.take_over()
    with wakeup.Listener("drain") as listener:
        while not lifetime.should_stop():
            lifetime.beat()
            if pause := drain.work():
                listener.wait(pause)


def _idle() -> float:
    return _IDLE_POSTGRESQL if connection.vendor == "postgresql" else _IDLE_SQLITE


def drain_once(sandbox_id: int, *, owner: str = "once", workers: int = 1) -> int:
    """Route one batch and run one wave; returns how many things were handled. For tests and scripts."""
    routed = run_router(sandbox_id, owner=owner)
    return routed + run_waiting_wave(sandbox_id, owner=owner, workers=workers).handled


def run_waiting_wave(
    sandbox_id: int, *, owner: str, workers: int, now: datetime | None = None, doubtful_last: bool = False
) -> Done:
    """Lease the lanes whose turn it is and run their wave. Raises ``LostLease`` or what the wave raised.

    ``now``: the database's clock, if the caller has just looked at it.
    """
    now = now or bulk.database_now()
    waiting = waiting_lanes(sandbox_id, now)
    lane_ids = choose(waiting, workers=workers, doubtful_last=doubtful_last)
    leases = lease(lane_ids, owner=owner, now=now) if lane_ids else []
    due = any(lane.due for lane in waiting if lane.lane_id in lane_ids)
    if not leases:
        return Done(0, more=bool(waiting))
    # Whoever crashed a lane is found alone: the others go back to where they were.
    crashed = [one for one in leases if one.alone]
    if crashed and len(leases) > 1:
        release([one for one in leases if one is not crashed[0]])
        leases = crashed[:1]
    try:
        done = run_wave(sandbox_id, leases, now=now, due=due)
    except LostLease:
        raise
    except Exception as error:
        give_back(leases, error)
        raise
    return done._replace(more=done.more or len(leases) < len(waiting))


class _Drain:
    """One resident's loop over the sandboxes."""

    def __init__(
        self,
        lifetime: Lifetime,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._lifetime = lifetime
        self._sandboxes: list[int] = []
        self._look_again = 0.0
        self._clock = clock
        self._sleep = sleep
        self._small_again = 0.0  # when the next small wave may start
        self._resting = 0.0  # after small waves, seconds
        self._doubtful_last = False
        self._take_up_again = 0.0
        self._errors: list[Exception] = []  # of this round

    def prepare(self) -> None:
        """Compile what waves need, while the predecessor still works: a fresh process would begin with it."""
        try:
            for sandbox_id in self._known_sandboxes():
                self._lifetime.beat()
                plans_of(sandbox_id)
        except Exception as error:  # noqa: BLE001 - the waves meet it again, and know what to do about it
            logger.info("A drain resident begins unprepared: %s", error)
            connections.close_all()

    def work(self) -> float:
        """Do one round; returns for how long to wait for news, seconds: 0 if there may be more to do."""
        try:
            settle()
            return self._round_to_its_end()
        except LostLease:
            logger.warning("A lease was lost: this process was too slow, or stopped for a while")
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The database could not be used: %s", error)
            connections.close_all()
            self._sleep(_PAUSE_AFTER_ERROR)
        except Exception:
            logger.exception("A wave failed; what it should handle is tried again, one by one")
            self._sleep(_PAUSE_AFTER_ERROR)
        return 0.0

    def _round_to_its_end(self) -> float:
        self._errors.clear()
        pause = self._round()
        if self._errors:
            raise self._errors[0]
        return pause

    def _in_each(self, work: Callable[[int], Result]) -> list[Result]:
        """Do it in each sandbox; what one raises is raised at the end of the round, and stops no other."""
        done = []
        for sandbox_id in self._known_sandboxes():
            try:
                done.append(work(sandbox_id))
            except (DatabaseError, InterfaceError):
                raise  # the database is everybody's
            except Exception as error:  # noqa: BLE001 - raised by ``_round_to_its_end``
                self._errors.append(error)
        return done

    def _round(self) -> float:
        left = self._take_up_kept()
        clock = Clock(monotonic=self._clock)
        routed, more = self._route(clock)
        if (too_early := self._small_again - self._clock()) > 0:
            return too_early  # what comes meanwhile is routed at once
        waves = self._run_waves(clock)
        idle = not (waves.handled or routed)
        more |= waves.more or left
        more |= keep_up(idle=idle, leader=self._lifetime.index == 0)
        more |= work_now_and_then(owner=self._lifetime.owner, idle=idle)
        self._rest(waves.handled)
        # Whoever adds something after our look wakes us up, so a second look would find nothing; at light
        # load every other look was such a one.
        return 0.0 if more else _idle()

    def _rest(self, handled: int) -> None:
        self._resting = min(max(handled * REST_FOR_EACH, self._resting * OF_THE_LAST), LONGEST_REST)
        if 0 < handled < ENOUGH:
            self._sleep(self._resting)

    def _known_sandboxes(self) -> list[int]:
        now = self._clock()
        if now >= self._look_again:
            sandboxes = list(Sandbox.objects.order_by("pk").values_list("pk", flat=True))
            for sandbox_id in set(sandboxes) - set(self._sandboxes):
                ensure_lanes(sandbox_id)
            self._sandboxes = sandboxes
            self._look_again = now + _SANDBOXES_EVERY
        return self._sandboxes

    def _take_up_kept(self) -> bool:
        """Now and then: it is no work that a look at the lanes would find. Whether some of it is left."""
        if (now := self._clock()) < self._take_up_again:
            return False
        left = not all(self._in_each(take_up_now))
        self._take_up_again = now if left else now + _SANDBOXES_EVERY
        return left

    def _route(self, clock: Clock) -> Done:
        owner = self._lifetime.owner
        routed = self._in_each(lambda each: run_router(each, owner=owner, now=clock.now()))
        if any(routed) and self._lifetime.count > 1:  # who drains alone sees to it now
            wakeup.notify("drain")
        return Done(sum(routed), more=max(routed, default=0) >= ONE_BY_ONE)

    def _run_waves(self, clock: Clock) -> Done:
        begun, (owner, workers) = self._clock(), (self._lifetime.owner, self._lifetime.count)
        last = self._doubtful_last = not self._doubtful_last
        done = self._in_each(
            lambda each: run_waiting_wave(
                each, owner=owner, workers=workers, now=clock.now(), doubtful_last=last
            )
        )
        handled = sum(one.handled for one in done)
        if 0 < handled < SMALL_WAVE:
            self._small_again = begun + SMALL_WAVE_EVERY
        return Done(handled, more=any(one.more for one in done))
