"""Which claimed calls are sent next: no endpoint gets all threads, and a quick one is claimed ahead.

Claims of many calls are far cheaper than many claims. But what is claimed ahead of an endpoint that begins to
hang waits here, so ahead goes only as far as the endpoint has just shown that it answers. Plain values, no
threads of its own; all threads that send may use it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable

from journeys.engine.calls.claim import Claimed

# Of the threads, at most so many for one endpoint: one that hangs must leave room for the others.
_SHARE = 0.5
#: Claimed ahead for one endpoint, at most.
MOST = 100
# Seconds in which an endpoint's answers are counted: longer than waves, which bring the calls, let their work
# collect, or the first eight of each wave's calls would be claimed alone.
_SPAN = 0.3
#: A call that has waited so long for a thread, seconds, is given back: its claim must outlast the sending.
PATIENCE = 5.0


class Ahead:
    """The calls that one resident has claimed and not finished."""

    def __init__(self, *, threads: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._threads = threads
        self._share = max(1, int(threads * _SHARE))
        self._clock = clock
        self._lock = threading.RLock()
        self._waiting: dict[str, deque[tuple[float, Claimed]]] = {}
        self._sending: Counter[str] = Counter()
        self._busy = 0  # threads, those of all endpoints together
        self._answers: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=MOST))

    @property
    def sending(self) -> int:
        return self._busy

    @property
    def total(self) -> int:
        with self._lock:
            return self._busy + sum(map(len, self._waiting.values()))

    def room(self, endpoint: str) -> int:
        """How many more calls of this endpoint to claim: a share of the threads, or what it answers."""
        with self._lock:
            lately = self._clock() - _SPAN
            answers = self._answers[endpoint]
            while answers and answers[0] < lately:
                answers.popleft()
            wanted = max(self._share, min(MOST, 2 * len(answers)))
            return wanted - self._begun(endpoint)

    def free(self, endpoint: str) -> int:
        """How many calls of this endpoint would be sent at once."""
        with self._lock:
            return min(self._share - self._begun(endpoint), self._threads - self.total)

    def _begun(self, endpoint: str) -> int:
        return self._sending[endpoint] + len(self._waiting.get(endpoint, ()))

    def add(self, calls: Iterable[Claimed]) -> None:
        """Claimed and begun; they wait for a thread."""
        now = self._clock()
        with self._lock:
            for call in calls:
                self._waiting.setdefault(call.endpoint, deque()).append((now, call))

    def next(self) -> tuple[list[Claimed], list[Claimed]]:
        """(calls to be sent now, calls that waited too long). Endpoints take turns."""
        sendable: list[Claimed] = []
        late: list[Claimed] = []
        earliest = self._clock() - PATIENCE
        with self._lock:
            for endpoint in list(self._waiting):
                waiting = self._waiting[endpoint]
                while waiting and waiting[0][0] < earliest:
                    late.append(waiting.popleft()[1])
                while waiting and self._has_thread(endpoint):
                    sendable.append(self._let_go(waiting))
                self._to_the_end(endpoint)
        return sendable, late

    def following(self, call: Claimed) -> Claimed | None:
        """Its thread is free again; the call that the thread sends next, if one waits for it.

        A thread that goes on by itself is not woken up. What has waited too long is left to ``next``.
        """
        earliest = self._clock() - PATIENCE
        with self._lock:
            self._sending[call.endpoint] -= 1
            self._busy -= 1
            self.passed_on([call.endpoint])
            for endpoint, waiting in self._waiting.items():
                if waiting[0][0] >= earliest and self._has_thread(endpoint):
                    following = self._let_go(waiting)
                    self._to_the_end(endpoint)
                    return following
        return None

    def _has_thread(self, endpoint: str) -> bool:
        return self._sending[endpoint] < self._share and self._busy < self._threads

    def _let_go(self, waiting: deque[tuple[float, Claimed]]) -> Claimed:
        """The first one that waits gets a thread."""
        _, call = waiting.popleft()
        self._sending[call.endpoint] += 1
        self._busy += 1
        return call

    def _to_the_end(self, endpoint: str) -> None:
        """To the end of the line, so that the next free thread is another endpoint's."""
        if waiting := self._waiting.pop(endpoint):
            self._waiting[endpoint] = waiting

    def passed_on(self, endpoints: Iterable[str]) -> None:
        """A call of each is off our hands: as quickly as that goes, more are claimed."""
        with self._lock:
            for endpoint in endpoints:
                self._answers[endpoint].append(self._clock())
