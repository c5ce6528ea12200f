"""Timers that come due among millions that wait: python -m tests.bench.timers [--waiting 1000000 5000000]

The tables are filled to each size in turn, in one run; at each, some thousands of people come due at once.
Printed for each size: claims a second (lanes chosen and leased, due people found, their states read), whole
timers a second (the people walk to their end and everything is written), CPU-ms of all processes, and the
memory of this process; then the ratios of the largest size to the smallest. PostgreSQL has fsync on, and no
statistics until its own autovacuum makes some. With --database sqlite sizes are smaller.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

SIZES = {"postgres": [1_000_000, 5_000_000], "sqlite": [50_000, 250_000]}
DUE = 20_000
RATIOS = ("claims_per_second", "cpu_ms_per_claim", "timers_per_second", "cpu_ms_per_timer")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.timers", description=__doc__)
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--waiting", type=int, nargs="+")
    parser.add_argument("--due", type=int, default=DUE)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sizes = options.waiting or SIZES[options.database]
    if options.database == "postgres":
        from tests import postgres

        with postgres.cluster(fsync=True) as url:
            figures = measure(url, sizes, options.due)
    else:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(f"sqlite:///{folder}/bench.sqlite3", sizes, options.due)
    first, last = figures[0], figures[-1]
    ratios = {name: round(last[name] / first[name], 2) for name in RATIOS}
    print("largest to smallest   " + "  ".join(f"{name} {ratio}" for name, ratio in ratios.items()))
    if options.json:
        options.json.write_text(json.dumps({"sizes": figures, "ratios": ratios}, indent=2))
    return 0


def measure(url: str, sizes: list[int], due: int) -> list[dict[str, Any]]:
    os.environ.update(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="journeyorch.settings", LOG_LEVEL="WARNING")
    os.environ["DEBUG"] = "false"  # Django would keep every statement
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    waiting = Waiting()
    figures = []
    for size in sizes:
        waiting.fill(size)
        figures.append({"waiting": size, **waiting.measure(due)})
        print("  ".join(f"{name} {value:,}" for name, value in figures[-1].items()), flush=True)
    return figures


class Waiting:
    """One journey with a wait of an hour, and clones of its first visitor, who came ``ago``."""

    def __init__(self, *, ago: timedelta = timedelta()) -> None:
        from journeys.models import Instance
        from journeys.models.lane import LANES
        from tests.journeys.world import World, act

        self.world = World()
        self.world.now = self._now() - ago
        wait = act("wait", "end", duration="PT1H")
        self.world.journey("lobby", lobby=act("event", "wait", event="Lobby"), wait=wait, end=act("end"))
        self.world.send("Lobby", "first")
        self.world.drain()
        self.first_lane = self.world.sandbox.pk * LANES
        Instance.objects.update(wake_at=self.world.now + timedelta(days=365))  # stays to be copied
        self.filled = 0

    @staticmethod
    def _now() -> Any:
        from journeyorch import bulk

        return bulk.database_now()

    def fill(self, size: int, *, spread: int = 30 * 86_400) -> None:
        """People who wait for an hour, and up to so many seconds longer: a month."""
        self._clone(self.filled, size - self.filled, seconds=3600, spread=spread)
        self.filled = size

    def _clone(self, first: int, count: int, *, seconds: int, spread: int) -> None:
        """Copies of the first visitor, due from so many seconds from now on, within ``spread`` seconds."""
        from django.db import connection

        from journeys.models import Instance

        due = f"{seconds} + (n::bigint * 7919) % {spread}"
        wake = f"%s::timestamptz + ({due}) * interval '1 second'"
        id = "(lpad(to_hex(1767225600000 + n), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid"
        series = f"generate_series({first + 1}, {first + count}) AS s(n)"
        if connection.vendor == "sqlite":
            due = due.replace("::bigint", "")
            wake = f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', %s, ({due}) || ' seconds')"
            id = "printf('%%012x70008%%015x', 1767225600000 + n, n)"
            numbers = f"SELECT {first + 1} UNION ALL SELECT n + 1 FROM s WHERE n < {first + count}"
            series = f"(WITH RECURSIVE s(n) AS ({numbers}) SELECT n FROM s)"
        others = {
            "id": id,
            "lane_id": f"{self.first_lane} + n % 64",
            "person_id": "'p' || n",
            "wake_at": wake,
        }
        columns = [field.column for field in Instance._meta.concrete_fields]
        sql = (
            f"INSERT INTO journeys_instance ({', '.join(columns)})"
            f" SELECT {', '.join(others.get(column, column) for column in columns)}"
            f" FROM journeys_instance, {series} WHERE person_id = 'first'"
        ).replace(" % ", " %% ")
        now = self.world.now if connection.vendor == "postgresql" else str(self.world.now)[:19]
        with connection.cursor() as cursor:
            cursor.execute(sql, [now])

    def measure(self, due: int) -> dict[str, Any]:
        """So many more come due at once."""
        # Beyond those of all sizes, so that no two have one id.
        self._clone(100_000_000 + self.filled, due, seconds=-10, spread=1)
        before = self.world.now
        # The moment that their state says; of those who wait only a handful is due by then.
        self.world.now = before + timedelta(seconds=3601)
        claims = self._claims()
        timers = self._drain()
        self.world.now = before
        return {**claims, **timers, "memory_mib": round(psutil.Process().memory_info().rss / 2**20)}

    def _claims(self, waves: int = 40) -> dict[str, float]:
        from journeys.engine.lanes import choose, lease, release, waiting_lanes
        from journeys.engine.wave import load
        from tests.bench.costs import costs_of

        claimed: list[int] = []

        def claim() -> None:
            ids = choose(waiting_lanes(self.world.sandbox.pk, self.world.now), workers=8)
            leases = lease(ids, owner="bench", now=self.world.now)
            due = load._due_instances([one.id for one in leases], self.world.now)[: load.WAVE_INPUTS]
            claimed.append(len(load._instances(due)))
            release(leases)

        claim()  # the first one plans the statements
        claimed.clear()
        costs = costs_of(lambda: [claim() for _ in range(waves)])
        figures = costs.figures(sum(claimed), unit="claim")
        return {name: figures[name] for name in ("claims_per_second", "cpu_ms_per_claim")}

    def _drain(self) -> dict[str, float]:
        from journeys.engine.drain import run_waiting_wave
        from journeys.engine.wave.handled import Done
        from tests.bench.costs import costs_of

        waves: list[int] = []

        def drain() -> None:
            done = Done(0, more=True)
            while done.handled or done.more:
                done = run_waiting_wave(self.world.sandbox.pk, owner="bench", workers=1)
                waves.append(done.handled)

        with self.world.clock():
            costs = costs_of(drain)
        return costs.figures(sum(waves), unit="timer")


if __name__ == "__main__":
    sys.exit(main())
