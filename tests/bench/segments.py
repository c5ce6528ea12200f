"""How fast everybody is looked at for a segment: python -m tests.bench.segments [--profiles 1000000]

A database of its own is filled with people, a tenth of them in each segment, and the evaluation is worked off
in this process, batch by batch, as an idle worker does. Printed for each: people a second, CPU-ms for one
(this process and PostgreSQL), the time of the longest batch, and how much memory this process gained. The
segments: over an attribute, with everybody new to it; the same again, with nobody to move; over experience
events. Last the estimate that the page of a segment shows. PostgreSQL has fsync on.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

SEGMENTS = {
    "attribute": '#{ExperiencePlatform.ProfileFieldGroup.loyalty.tier} == "gold"',
    "events": (
        "count(#{ExperiencePlatform.ProfileFieldGroup.experienceevent"
        '.all(currentDataPackField.eventType == "buy"'
        " and inLastDays(currentDataPackField.timestamp, 30))}) > 0"
    ),
}
_STRING = {"type": "string"}
_LOYALTY = {"type": "object", "properties": {"tier": _STRING}}
_EVENT = {"_id": _STRING, "eventType": _STRING, "timestamp": {"type": "string", "format": "date-time"}}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.segments", description=__doc__)
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--profiles", type=int, default=20_000)
    parser.add_argument("--events", type=int, default=1, help="experience events of each person")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.database == "postgres":
        from tests import postgres

        with postgres.cluster(fsync=True) as url:
            figures = measure(url, options.profiles, options.events)
    else:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(f"sqlite:///{folder}/bench.sqlite3", options.profiles, options.events)
    if options.json:
        options.json.write_text(json.dumps({"profiles": options.profiles, "figures": figures}, indent=2))
    return 0


def measure(url: str, profiles: int, events: int) -> dict[str, Any]:
    os.environ.update(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="journeyorch.settings", LOG_LEVEL="WARNING")
    os.environ["DEBUG"] = "false"  # Django would keep every statement
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    sandbox = _fill(profiles, events)
    figures = {}
    for name, evaluated in (("attribute", "new"), ("attribute", "again"), ("events", "new")):
        figures[f"{name}, {evaluated}"] = _evaluated(sandbox, name)
    figures["estimate"] = _estimated(sandbox)
    for name, row in figures.items():
        print(f"{name:18}" + "  ".join(f"{key} {value:,}" for key, value in row.items()), flush=True)
    return figures


def _fill(profiles: int, events: int) -> Any:
    from datasources.models import Schema
    from journeyorch.access.models import Sandbox
    from tests.bench import people

    sandbox = Sandbox.objects.get(name="prod")
    for kind, fields in (("profile", {"loyalty": _LOYALTY}), ("event", _EVENT)):
        document = {"type": "object", "properties": fields}
        Schema.objects.create(sandbox=sandbox, name=kind, kind=kind, document=document, feeds_profiles=True)
    people.fill(sandbox.pk, first=1, last=profiles, events=events)
    return sandbox


def _evaluated(sandbox: Any, name: str) -> dict[str, Any]:
    """From the beginning to the end, and whether everybody has been looked at."""
    from datasources.models import Profile, Segment, SegmentMembership
    from datasources.platform.segments.evaluating import begin_evaluation
    from journeyorch import bulk
    from journeyorch.background.running import work
    from tests.bench.costs import costs_of

    segment, _new = Segment.objects.get_or_create(
        sandbox=sandbox, name=name, defaults={"expression": SEGMENTS[name]}
    )
    task = begin_evaluation(segment, by=None, now=bulk.database_now())
    process, sizes, batches = psutil.Process(), [], []

    def work_off() -> None:
        begun = time.perf_counter()
        while work(owner="bench"):
            sizes.append(process.memory_info().rss)
            batches.append(time.perf_counter() - begun)
            begun = time.perf_counter()

    before = process.memory_info().rss
    costs = costs_of(work_off)
    task.refresh_from_db()
    assert task.state == task.State.DONE, task.message
    assert task.done == Profile.objects.count()
    figures = costs.figures(task.done, unit="profile")
    tenth = len(sizes) // 10
    return {
        **{key: figures[key] for key in ("profiles_per_second", "cpu_ms_per_profile", "database_share")},
        "longest_batch_ms": round(max(batches) * 1000),
        "gained_mib": round((max(sizes) - before) / 2**20, 1),
        "gained_after_a_tenth_mib": round((max(sizes[tenth:]) - sizes[tenth]) / 2**20, 1),
        "in_the_segment": SegmentMembership.objects.filter(segment=segment).exclude(status="exited").count(),
    }


def _estimated(sandbox: Any) -> dict[str, Any]:
    from datasources.platform.segments.compiling import compiled_alone
    from datasources.platform.segments.estimating import estimate
    from journeyorch import bulk

    segment, zone = compiled_alone(SEGMENTS["attribute"], sandbox.pk)
    begun = time.perf_counter()
    found = estimate(segment, sandbox.pk, zone=zone, now=bulk.database_now())
    return {**found._asdict(), "ms": round((time.perf_counter() - begun) * 1000)}


if __name__ == "__main__":
    sys.exit(main())
