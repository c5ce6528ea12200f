"""How fast the engine is: python -m tests.bench.engine [--workers 2] [--quick] [--json FILE]

* pure: events that are stored already → routed → ten steps (conditions, step events, sums): steps a second,
  CPU-ms a step of all processes, database included.
* journeys: the same → a journey with one call, the call answered by a handler in memory: journeys a second.

With --workers 0 one after the other in this process; else by so many residents that drain and as many that
make calls, each in a process of its own.
From an event to its call through a running installation: tests.bench.latency.

PostgreSQL runs with fsync on. Wall-clock figures of a shared machine are noisy: compare ratios within a run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.bench.costs import Costs, costs_of

# Seconds from look to look whether residents have done their work.
_LOOK_EVERY = 0.1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.engine", description=__doc__)
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=0, help="processes; 0: this one")
    parser.add_argument("--quick", action="store_true", help="a tenth of the people")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    people = arguments.people // (10 if arguments.quick else 1)
    if arguments.database == "postgres":
        from tests import postgres

        with postgres.cluster(fsync=True) as url:
            figures = _measure(url, people, arguments.workers)
    else:
        with tempfile.TemporaryDirectory() as folder:
            figures = _measure(f"sqlite:///{folder}/bench.sqlite3", people, arguments.workers)
    figures["database"] = arguments.database
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))
    return 0


def _measure(url: str, people: int, workers: int) -> dict[str, Any]:
    os.environ.update(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="journeyorch.settings", LOG_LEVEL="WARNING")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    bench = _Bench(workers)
    return {"pure": bench.pure(people), "journeys": bench.journeys(people)}


class _Bench:
    """One sandbox with one event, and journeys of several lengths."""

    def __init__(self, workers: int) -> None:
        from journeyorch import memory
        from tests.journeys.world import World

        self.world = World()
        self.workers = workers
        memory.settle()  # as residents do

    def pure(self, people: int, steps: int = 8) -> dict[str, float]:
        """Conditions in a row behind the entry event; every one looks at the payload."""
        from tests.journeys.world import act

        activities: dict[str, Any] = {"entry": act("event", "c0", event="Lobby")}
        for number in range(steps):
            following = f"c{number + 1}" if number + 1 < steps else "end"
            paths = [{"id": "yes", "expression": f"@{{Lobby.amount}} > {number}"}]
            activities[f"c{number}"] = act("condition", {"yes": [following], "other": ["end"]}, paths=paths)
        activities["end"] = act("end")
        version = self.world.journey("entry", name="pure", **activities)
        self._store_events(people, "pure")
        costs = self._costs(self._drain, "drain", journey="pure", people=people)
        figures = costs.figures(people * (steps + 2), unit="step")
        _show("pure steps", figures)
        from journeys import publishing

        publishing.stop(version, by=None)
        self._drain()
        return figures

    def journeys(self, people: int) -> dict[str, float]:
        """Entry, condition, call, wait-less end: four steps with one call."""
        from tests.journeys.world import act

        self.world.action()
        self.world.journey(
            "entry",
            name="with a call",
            entry=act("event", "check", event="Lobby"),
            check=act(
                "condition", {"yes": ["tell"]}, paths=[{"id": "yes", "expression": "@{Lobby.amount} > 3"}]
            ),
            tell=act("custom_action", "end", action="Tell"),
            end=act("end"),
        )
        self._store_events(people, "call")
        costs = self._costs(self._drain_with_calls, "drain", "call", journey="with a call", people=people)
        figures = costs.figures(people, unit="journey")
        _show("journeys with a call", figures)
        return figures

    @staticmethod
    def _finished(journey: str) -> int:
        from journeys.models import Instance

        ended = Instance.objects.filter(version__journey__name=journey, status=Instance.Status.FINISHED)
        return ended.count()

    def _store_events(self, people: int, prefix: str) -> None:
        import orjson

        from events.models import ReceivedEvent

        rows = []
        for number in range(people):
            entity = {
                "_id": f"{prefix}{number}",
                "timestamp": "2026-03-01T12:00:00Z",
                "eventType": "Lobby",
                "amount": 50,
                "identityMap": {"CRMID": [{"id": f"{prefix}-{number}", "primary": True}]},
                "filler": "x" * 700,
            }
            body = orjson.dumps({"header": {}, "body": {"xdmEntity": entity}}).decode()
            rows.append(
                ReceivedEvent(
                    sandbox=self.world.sandbox, inlet=self.world.inlet, received_at=_now(), body=body
                )
            )
        ReceivedEvent.objects.bulk_create(rows, batch_size=500)

    def _costs(self, work: Callable[[], None], *kinds: str, journey: str, people: int) -> Costs:
        """Until all have finished: what has not been done has cost nothing."""

        def is_done() -> bool:
            return not _has_work() and self._finished(journey) == people

        if self.workers:
            return costs_of_workers(kinds, self.workers, is_done=is_done)
        costs = costs_of(work)
        assert is_done(), f"{self._finished(journey)} of {people} people have finished their journey"
        return costs

    def _drain(self) -> None:
        from journeys.engine.drain import drain_once

        while drain_once(self.world.sandbox.pk):
            pass

    def _drain_with_calls(self) -> None:
        from journeys.engine.calls import make_calls_once

        while True:
            self._drain()
            if not make_calls_once():
                return


def costs_of_workers(kinds: Sequence[str], count: int, *, is_done: Callable[[], bool]) -> Costs:
    """So many residents of each kind, started before and let go together."""
    python = [sys.executable, "-m", "tests.bench.engine_worker"]
    started = [
        subprocess.Popen(
            [*python, kind, str(index), str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for kind in kinds for index in range(count)
    ]  # fmt: skip
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", "a worker did not start"
    wall = 0.0

    def work() -> None:
        nonlocal wall
        begun = time.monotonic()
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        while not is_done():
            time.sleep(_LOOK_EVERY)
        wall = time.monotonic() - begun

    costs = costs_of(work)
    return Costs(wall, sum(float(process.communicate()[0]) for process in started), costs.database)


def _has_work() -> bool:
    """Cheaper to ask often than who has finished."""
    from events.models import ReceivedEvent
    from journeys.models import Instance, LaneInput

    active = Instance.objects.filter(ended_at=None)
    return any(
        rows.exists() for rows in (ReceivedEvent.objects.filter(routed=False), LaneInput.objects, active)
    )


def _now() -> Any:
    from journeyorch import bulk

    return bulk.database_now()


def _show(title: str, figures: dict[str, float]) -> None:
    print(f"{title:<24}" + "  ".join(f"{name} {value:,}" for name, value in figures.items()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
