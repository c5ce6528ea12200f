"""The parent of all workers of a host: forks, watches, kills, stops.

It has no thread and no database connection, so that it can fork at any moment, and so that nothing but its
own loop decides when it acts (engine.md, Workers).
"""

from __future__ import annotations

import logging
import re
import secrets
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from journeyorch.supervisor import processes
from journeyorch.supervisor.board import Board, Phase
from journeyorch.supervisor.cluster import run_cluster
from journeyorch.supervisor.keeper import Keeper, queue_name
from journeyorch.supervisor.watch import Seen, Watch

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.25
# A cluster whose beat stands still for so long is wedged; a new one may need longer for its first beat.
WEDGED_AFTER = 10.0
FIRST_BEAT_WITHIN = 20.0
# The keeper may have to wait 20 s for SQLite's lock. While it stands still only new residents are missing.
KEEPER_STUCK_AFTER = 30.0
# A child that ends sooner than this is not started again at once.
SHORT_LIFE = 5.0
RESTART_PAUSE = 1.0
# Seconds from the stop signal until what has not stopped by itself is killed.
STOP_WITHIN = 25.0
KEEPER_LEAVES_WITHIN = 3.0


def supervisor_name() -> str:
    """Host and a random part: names of queues never meet, not even after a restart."""
    host = re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())[:40]
    return f"{host}-{secrets.token_hex(4)}"


@dataclass(slots=True)
class Child:
    """A process group that is to run for ever; `pid` is its leader, 0 while it waits to be started."""

    label: str
    pid: int = 0
    started_at: float = 0.0
    start_after: float = 0.0


class Supervision:
    """Keeps a q2 cluster for each kind in `residents` (kind → number) and the keeper running.

    `tick` is the ticker. `run()` returns once a stop signal has been obeyed; everything is down then.
    """

    def __init__(self, residents: Mapping[str, int], *, tick: Callable[[], None]) -> None:
        self.name = supervisor_name()
        self._residents = {kind: number for kind, number in residents.items() if number > 0}
        self._tick = tick
        self._board = Board(self._residents)
        self._clusters = {kind: Child(f"the {kind} cluster") for kind in self._residents}
        self._keeper = Child("the keeper")
        self._watch: Watch[tuple[str, object]] = Watch()
        self._stop_at: float | None = None

    def run(self) -> None:
        processes.adopt_orphans()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop_signal)
        logger.info("Workers of %s: %s", self.name, dict(self._residents))
        while self._stop_at is None:
            self._look(time.monotonic())
            time.sleep(LOOK_EVERY)
        self._stop()

    def _on_stop_signal(self, number: int, frame: object) -> None:
        # A second signal does not wait: somebody is pressing Ctrl-C again.
        now = time.monotonic()
        self._stop_at = now + STOP_WITHIN if self._stop_at is None else now

    # --- While running ----------------------------------------------------------------------------

    def _look(self, now: float) -> None:
        ended = processes.reap()
        seen = self._watch.look(self._beats(), now=now)
        for kind, child in self._clusters.items():
            if self._is_down(child, now, ended=ended, stuck=self._is_wedged(kind, seen)):
                self._start_cluster(kind, child, now)
        stuck = seen["keeper", self._keeper.pid].still > KEEPER_STUCK_AFTER
        if self._is_down(self._keeper, now, ended=ended, stuck=stuck):
            self._start(self._keeper, self._be_keeper, now)

    def _is_down(self, child: Child, now: float, *, ended: set[int], stuck: bool) -> bool:
        """Whether to start the child now; one that has ended or is stuck is put away first."""
        if child.pid and (stuck or child.pid in ended):
            self._give_up(child, now, ended=child.pid in ended)
        return not child.pid and now >= child.start_after

    def _beats(self) -> dict[tuple[str, object], float]:
        beats: dict[tuple[str, object], float] = {("keeper", self._keeper.pid): self._board.host.kept_at}
        for kind, numbers in self._board.clusters.items():
            beats["guard", (kind, numbers.generation)] = numbers.guarded_at
            beats["answer", (kind, numbers.generation)] = numbers.answered_at
        return beats

    def _is_wedged(self, kind: str, seen: Mapping[tuple[str, object], Seen]) -> bool:
        numbers = self._board.clusters[kind]
        patience = WEDGED_AFTER if numbers.answered_at else FIRST_BEAT_WITHIN
        beats = (seen["guard", (kind, numbers.generation)], seen["answer", (kind, numbers.generation)])
        return any(beat.still > patience for beat in beats)

    def _give_up(self, child: Child, now: float, *, ended: bool) -> None:
        logger.error("%s %s: started anew", child.label.capitalize(), "ended" if ended else "is wedged")
        processes.kill_group(child.pid)
        child.pid = 0
        child.start_after = now + RESTART_PAUSE if now - child.started_at < SHORT_LIFE else now

    def _start_cluster(self, kind: str, child: Child, now: float) -> None:
        numbers = self._board.clusters[kind]
        numbers.group, numbers.guarded_at, numbers.answered_at = 0, 0.0, 0.0
        numbers.generation += 1
        target = partial(
            run_cluster,
            queue=queue_name(self.name, kind=kind, generation=numbers.generation),
            kind=kind,
            residents=self._residents[kind],
            numbers=numbers,
        )
        self._start(child, target, now)
        numbers.group = child.pid

    def _start(self, child: Child, target: Callable[[], None], now: float) -> None:
        child.pid = processes.fork_group(target)
        child.started_at = now
        logger.info("Started %s as process %s", child.label, child.pid)

    def _be_keeper(self) -> None:
        Keeper(name=self.name, residents=self._residents, board=self._board, tick=self._tick).run()

    # --- Stopping ---------------------------------------------------------------------------------

    def _stop(self) -> None:
        self._board.host.phase = Phase.STOPPING
        running = {child.pid for child in self._clusters.values() if child.pid}
        for pid in running:
            # To the main process only: q2 lets the pusher end and the workers finish their tasks, which
            # return as soon as they see the stop flag that the keeper writes into their rows.
            processes.ask_to_end(pid)
        self._end(running, deadline=lambda: self._stop_at or 0.0)
        self._board.host.phase = Phase.STOPPED
        leave_by = time.monotonic() + KEEPER_LEAVES_WITHIN
        self._end({self._keeper.pid} - {0}, deadline=lambda: leave_by)
        processes.reap()
        logger.info("Workers of %s have stopped", self.name)

    def _end(self, groups: set[int], *, deadline: Callable[[], float]) -> None:
        """Wait for the leaders of these groups, at most until the deadline; then leave nobody alive."""
        left = set(groups)
        while left and time.monotonic() < deadline():
            left -= processes.reap()
            time.sleep(0.05)
        if left:
            logger.warning("Killing what has not stopped in time: %s", sorted(left))
        for group in groups:
            processes.kill_group(group)


def supervise(residents: Mapping[str, int], *, tick: Callable[[], None]) -> None:
    """Run the workers of this host until SIGTERM or SIGINT."""
    Supervision(residents, tick=tick).run()
