"""The resident that makes calls: one thread claims and commits, a pool of threads sends."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections

from journeyorch import bulk, memory, wakeup
from journeyorch.observing.tracing import span
from journeyorch.outbound.calls import Outcome, handler_of
from journeyorch.outbound.configs import one_look
from journeyorch.outbound.protection import breaker
from journeyorch.outbound.protection.sending import on_behalf_of
from journeyorch.outbound.protection.throttling import head_of, line_of, throttle_in
from journeyorch.outbound.tallies import Tallies
from journeyorch.phrases import phrase
from journeyorch.queue import Lifetime
from journeys.engine.calls.admitting import admit, forget
from journeys.engine.calls.ahead import Ahead
from journeys.engine.calls.claim import (
    Claimed,
    claim,
    drop,
    give_back,
    open_endpoints,
    postpone,
    prepare,
    start,
    unstart,
    without_killers,
    without_owner_gone,
    without_unknown,
)
from journeys.engine.calls.enquiring import Enquirer, thread
from journeys.engine.calls.lines import join, let_out, waited_too_long
from journeys.engine.calls.parking import park
from journeys.engine.calls.protecting import by_system, caller_of, protect
from journeys.engine.calls.results import Result, commit_results
from journeys.engine.calls.retry import sort_results
from journeys.engine.clock import Clock

logger = logging.getLogger(__name__)

# Results within so many seconds are committed together, at most so many (engine.md, Calls). Each that comes
# prolongs the wait a little, because where many come more are coming.
_COLLECT_SECONDS, _FOR_EACH, _LONGEST = 0.010, 0.001, 0.030
_COLLECT = 100
# Seconds from look to look meanwhile: being woken up by each of them cost more than the result.
_LOOK = 0.002
_IDLE_POSTGRESQL, _IDLE_SQLITE = 0.5, 0.1
# While nothing but results is waited for: so often a beat is due.
_BEAT_SECONDS = 0.1
_PAUSE_AFTER_ERROR = 0.2

# Of this process: kept when a resident ends without having been able to write them.
_tallies = Tallies()


def resident(lifetime: Lifetime) -> None:
    """Make calls until the lifetime is over, then finish those under way."""
    memory.settle()
    with wakeup.Listener("call") as listener:
        caller = _Caller(lifetime.owner, _pool(), on_result=listener.ring)
        enquirer = Enquirer(thread())
        lifetime.take_over()
        while not lifetime.should_stop():
            lifetime.beat()
            enquirer.look()
            _tolerantly(_tallies.write_now_and_then)
            if not _tolerantly(caller.work):
                # For new calls and for results: who waits for a slow answer must not be late for a new call.
                idle = _IDLE_POSTGRESQL if connection.vendor == "postgresql" else _IDLE_SQLITE
                listener.wait(caller.at_most(idle))
        enquirer.stop()
        while caller.under_way:
            lifetime.beat()
            caller.wait_for_result()
            _tolerantly(caller.commit)
        _tolerantly(_tallies.write)


def make_calls_once(*, owner: str = "once") -> int:
    """Make every due call and commit the results; returns how many. For tests and scripts."""
    with ThreadPoolExecutor(settings.CALL_THREADS, "call") as pool:
        caller = _Caller(owner, pool)
        while caller.work() or caller.under_way:
            caller.wait_for_result()
        return caller.made


@cache
def _pool() -> ThreadPoolExecutor:
    """The threads of this process; they outlive a resident, because they keep connections open."""
    return ThreadPoolExecutor(settings.CALL_THREADS, "call")


def _tolerantly(act: Callable[[], object]) -> bool:
    try:
        return bool(act())
    except (DatabaseError, InterfaceError) as error:
        logger.warning("The database could not be used: %s", error)
        connections.close_all()
    except Exception:
        logger.exception("Calls failed; they come due again when their claim ends")
    time.sleep(_PAUSE_AFTER_ERROR)
    return True


class _Caller:
    """What one resident has claimed, is sending, and has to commit."""

    def __init__(
        self, owner: str, pool: ThreadPoolExecutor, *, on_result: Callable[[], object] = lambda: None
    ) -> None:
        self._owner = owner
        self._pool = pool
        self._on_result = on_result  # called in the thread that has sent
        self._ahead = Ahead(threads=settings.CALL_THREADS)
        self._sent: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._out = 0  # calls that wait for a thread or are being sent; their results come by ``_sent``
        self._finished: list[Result] = []
        self._failing: set[str] = set()
        self._look_again: float | None = None
        self.made = 0  # attempts, and calls that ended without one, that are committed

    @property
    def under_way(self) -> int:
        return self._out + len(self._finished)

    def at_most(self, seconds: float) -> float:
        """How long to wait for something to do: at most until the next window, when a line waits for it."""
        return seconds if self._look_again is None else min(seconds, self._look_again)

    def work(self) -> bool:
        """Commit what has come back and claim what is due; whether there may be more to do at once.

        If not, a wake-up tells of new calls, and each result of room for more.
        """
        clock = Clock()
        self._commit(clock)
        return self._claim(clock) or bool(self._finished)

    def wait_for_result(self) -> None:
        """Wait for the next result, if calls are under way, but not much longer than a beat allows."""
        if self._out:
            with suppress(queue.Empty):
                self._take(self._sent.get(timeout=_BEAT_SECONDS))

    def _collect(self) -> None:
        """Take what has come back; if something has, wait a moment for others to go with it."""
        self._take_sent()
        begun = time.monotonic()
        while 0 < (finished := len(self._finished)) < _COLLECT and self._out:
            left = begun + min(_COLLECT_SECONDS + finished * _FOR_EACH, _LONGEST) - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(left, _LOOK))
            self._take_sent()
        self._dispatch()

    def _take_sent(self) -> None:
        while not self._sent.empty():
            self._take(self._sent.get())

    def commit(self) -> None:
        """Write the results, or make the call due again where a retry is in order."""
        self._commit(Clock())

    def _commit(self, clock: Clock) -> None:
        self._collect()
        if not self._finished:
            return
        now = clock.now()
        again, over = sort_results(self._finished, now)
        postpone(again)
        if over:
            commit_results(over, now)
            wakeup.notify("drain")
        breaker.note(by_system(self._finished), now, failing=self._failing)
        self.made += len(self._finished)
        self._finished = []

    def _take(self, result: Result) -> None:
        self._out -= 1
        self._finished.append(result)

    # --- Claiming ---------------------------------------------------------------------------------

    def _claim(self, clock: Clock) -> bool:
        """Claim and begin what is due; whether more may be, and there is room for it."""
        claimed: list[Claimed] = []
        their_turn: list[Claimed] = []
        left: list[str] = []
        self._look_again = None
        for endpoint in open_endpoints():
            throttle_id = throttle_in(endpoint)
            if throttle_id is not None:
                their_turn.extend(self._let_out(endpoint, throttle_id, their_turn))
            elif (most := self._ahead.room(endpoint)) > 0:
                found = claim(endpoint, owner=self._owner, most=most, now=clock.now())
                claimed.extend(found)
                if len(found) == most:
                    left.append(endpoint)
        joined = bool(claimed or their_turn) and self._begin(claimed, their_turn, clock.now())
        return joined or bool(their_turn) or any(self._ahead.room(endpoint) > 0 for endpoint in left)

    def _let_out(self, endpoint: str, throttle_id: int, others: Sequence[Claimed]) -> list[Claimed]:
        """Calls that stand in line, as many as threads are free: a slot is for now, not for later."""
        if endpoint == line_of(throttle_id):
            late = waited_too_long(throttle_id, owner=self._owner, now=bulk.database_now())
            self._finished.extend(Result(call, outcome) for call, outcome in late)
        head = head_of(throttle_id)
        most = self._ahead.free(head) - sum(call.endpoint == head for call in others)
        if most <= 0:
            return []
        found = let_out(endpoint, throttle_id, owner=self._owner, most=most)
        if found.look_again is not None:
            self._look_again = self.at_most(found.look_again)
        return found.calls

    def _begin(self, claimed: Sequence[Claimed], their_turn: Sequence[Claimed], now: datetime) -> bool:
        """Render, store, send; ``their_turn``: calls from a line, whose owners have been looked for.

        Returns whether some have joined a line, whose turn it may be. If something fails here, the calls are
        given back at once.
        """
        try:
            wanted, unwanted = without_owner_gone(claimed)
            drop(unwanted)
            forget(unwanted)
            with one_look():
                known, unknown = without_unknown([*wanted, *their_turn])
                park(unknown, now)
                harmless, ended = without_killers(known)
                ready, unmade = prepare(harmless)
                admitted, refused = admit(ready)
                failing = breaker.conditions()
                protected = protect(admitted, failing, now)
            join(protected.joining, now)
            started = start(protected.go, now)
        except BaseException:
            give_back([*claimed, *their_turn], bulk.database_now())
            raise
        self._failing = set(failing)
        unmade += [*ended, *refused, *protected.refused]
        self._finished.extend(Result(call, outcome) for call, outcome in unmade)
        self._ahead.passed_on(call.endpoint for call, _ in protected.joining)
        self._out += len(started)
        self._ahead.add(started)
        self._dispatch()
        return bool(protected.joining)

    def _dispatch(self) -> None:
        """Let free threads send; what has waited too long for one is left to others."""
        sendable, late = self._ahead.next()
        self._out -= len(late)
        if late:
            unstart(late, bulk.database_now())
        for call in sendable:
            self._pool.submit(self._send, call)

    def _send(self, call: Claimed | None) -> None:
        """In a thread: this call, then those that wait for a thread, one after the other."""
        while call is not None:
            result = Result(call, self._outcome_of(call))
            # First, so that whoever finds the result finds room for another call, too.
            call = self._ahead.following(call)
            self._sent.put(result)
            self._on_result()

    def _outcome_of(self, call: Claimed) -> Outcome:
        """One attempt. Whatever happens, there is an outcome."""
        try:
            assert call.prepared is not None
            about = {"call_id": call.spec.key, "instance_id": call.instance_id, "kind": call.spec.kind}
            with on_behalf_of(caller_of(call)), span("call", **about):
                outcome = handler_of(call.spec.kind).send(call.spec, call.prepared, call.attempt_timeout)
        except Exception:
            told = {"call_id": call.spec.key, "instance_id": call.instance_id}
            logger.exception("A call failed inside our own code", extra=told)
            outcome = Outcome("error", "internal", message=phrase("The call could not be made; see the log."))
        _tallies.count(call.system, outcome)
        return outcome
