"""How pages of lists and reports stand a full database: python -m tests.bench.fill [--instances 1000000]

A PostgreSQL of its own is filled with so many instances, ten step events each, spread over the last 30 days
and over --journeys journeys of two versions, of which the first has two fifths of all people; a twentieth of
them are still inside. Rows are made by PostgreSQL itself; hourly sums are made of the step events, folded as
the engine folds them, and recounted. Then every list and report is opened three times: the best time of the
server (without the network), the CPU time of this process and PostgreSQL, which does not grow when others
work on the machine, and how many queries Django counted. At last all step events of the largest
journey are exported, and the memory is shown that this process gained; and one person is looked for in all
places where something of people is kept, exported and erased, with the time of the slowest place.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from tests.bench.costs import Costs, costs_of

STEPS = 10
# Names of files as they are, so that nothing must be collected before.
_UNHASHED = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
#: What pages may cost.
MOST_SECONDS, MOST_QUERIES = 0.2, 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fill", description=__doc__)
    parser.add_argument("--instances", type=int, default=20_000)
    parser.add_argument("--journeys", type=int, default=20)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    from tests import postgres

    with postgres.cluster(fsync=False) as url:
        figures = measure(url, options.instances, options.journeys)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return 0


def measure(url: str, instances: int, journeys: int) -> dict[str, Any]:
    os.environ.update(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="journeyorch.settings", LOG_LEVEL="ERROR")
    os.environ["DEBUG"] = "false"  # Django would keep every statement
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import override_settings

    call_command("migrate", verbosity=0)
    scene = Scene(instances, journeys)
    scene.fill()
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": _UNHASHED}):
        rows = [_timed(name, path) for name, path in scene.pages()]
    exported = _exported(scene)
    person = _of_a_person(scene)
    slow = [row["page"] for row in rows if row["seconds"] > MOST_SECONDS or row["queries"] > MOST_QUERIES]
    print(f"Over the goal of {MOST_SECONDS} s and {MOST_QUERIES} queries: {', '.join(slow) or 'none'}")
    return {"instances": instances, "pages": rows, "export": exported, "person": person}


def drawing() -> dict[str, Any]:
    """Entry, split, an email on either path, a wait for the answer, a condition, a call, an end."""
    from tests.journeys.world import act

    parts = [{"id": "a", "label": "Short", "percent": 50}, {"id": "b", "label": "Long", "percent": 50}]
    paths = [{"id": "vip", "label": "VIP", "expression": "@{Lobby.amount} > 3"}]
    return {
        "lobby": act("event", "which", event="Lobby"),
        "which": act("split", {"a": ["maila"], "b": ["mailb"]}, parts=parts),
        "maila": act("email", "answer", template="Hello"),
        "mailb": act("email", "answer", template="Hello"),
        "answer": act(
            "event", {"next": ["rank"], "timeout": ["rank"]}, event="Restaurant", timeout="P2D",
            timeout_path=True,
        ),
        "rank": act("condition", {"vip": ["pause"], "other": ["pause"]}, paths=paths, other=True),
        "pause": act("wait", "tell", duration="PT1H"),
        "tell": act("custom_action", {"next": ["rest"], "error": ["rest"]}, action="Tell", error_path=True),
        "rest": act("wait", "last", duration="PT1H"),
        "last": act("wait", "end", duration="PT1H"),
        "end": act("end"),
    }  # fmt: skip


class Scene:
    """The sandbox and what is in it."""

    def __init__(self, instances: int, journeys: int) -> None:
        from tests.journeys.world import World

        self.world = World()
        self.instances = instances
        self.versions = [self._versions(number) for number in range(journeys)]

    def _versions(self, number: int) -> list[Any]:
        from journeys import publishing

        first = self.world.draft("lobby", name=f"Journey {number}", **drawing())
        type(first).objects.filter(pk=first.pk).update(status="closed", published_at=self.world.now)
        first.refresh_from_db()
        second = publishing.new_version(first, by=None)
        type(second).objects.filter(pk=second.pk).update(status="live", published_at=self.world.now)
        second.refresh_from_db()
        return [first, second]

    @property
    def largest(self) -> Any:
        return self.versions[0][1]

    def fill(self) -> None:
        for title, statements in _STATEMENTS.items():
            begun = time.monotonic()
            for sql in statements:
                self._run(sql)
            print(f"{title:24}{time.monotonic() - begun:8.1f} s", flush=True)
        self._add_times()
        self._sum_up()

    def _add_times(self) -> None:
        """The histogram, with the very SQL that recounts it."""
        from journeys.reports.steps.agreement import bucket_of, milliseconds

        self._run(
            "INSERT INTO journeys_steptimecount (version_id, activity, bucket, hour, lane_id, run, n)"
            f" SELECT s.version_id, activity, {bucket_of(milliseconds('s.at', 's.entered_at'))},"
            " date_trunc('hour', s.at), {lane}, s.run, count(*) FROM journeys_stepevent s"
            " JOIN crowd c ON c.id = s.instance_id WHERE s.entrance = 0"
            " AND s.at >= s.entered_at + interval '1 ms'"
            " GROUP BY 1, 2, 3, 4, 5, 6"
        )

    def _run(self, sql: str) -> None:
        from django.db import connection

        ids = [pk for first, second in self.versions for pk in (first.pk, second.pk)]
        journeys = {
            pk: version.journey_id for pair in self.versions for version in pair for pk in [version.pk]
        }
        known = {
            "n": self.instances,
            "ids": ids,
            "journeys": [journeys[pk] for pk in ids],
            "sandbox": self.world.sandbox.pk,
            "steps": STEPS,
        }
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("{lane}", _LANE), known)

    def _sum_up(self) -> None:
        from journeyorch import bulk
        from journeys.engine.folding import fold
        from journeys.reports.steps.agreement import disagreements

        begun = time.monotonic()
        while fold(bulk.database_now()):
            pass
        print(f"{'lanes added up':24}{time.monotonic() - begun:8.1f} s", flush=True)
        self._run("VACUUM ANALYZE")
        begun = time.monotonic()
        wrong = list(disagreements())
        print(
            f"{'recounted':24}{time.monotonic() - begun:8.1f} s, {len(wrong)} wrong", *wrong[:3], flush=True
        )

    def _report(self, panels: list[dict[str, Any]]) -> Any:
        from journeys.models import Report

        return Report.objects.create(
            sandbox=self.world.sandbox, name="Panels", shared=True, definition={"panels": panels}
        )

    def pages(self) -> Iterator[tuple[str, str]]:
        from django.urls import reverse

        from journeys.models import Instance

        version = self.largest
        one = Instance.objects.filter(version=version).first()
        yield "home", reverse("home")
        yield "people of nobody known", reverse("people") + "?q=nobody"
        yield "one person's journeys", reverse("people") + "?q=p7"
        yield "one person's story", reverse("instance", args=[one.pk])
        for name in ("version", "version-counts", "version-people", "version-details"):
            yield name, reverse(name, args=[version.uid])
        yield (
            "people, by step and status",
            (reverse("version-people", args=[version.uid]) + "?activity=answer&status=0"),
        )
        for days in (1, 7, 30):
            yield f"report of all, {days} days", f"{reverse('reports')}?period={days}"
        yield (
            "report of a journey, 30 days",
            f"{reverse('journey-report', args=[version.journey.uid])}?period=30",
        )
        yield "report of a version, 30 days", f"{reverse('version-report', args=[version.uid])}?period=30"
        yield "flow, 30 days", f"{reverse('version-flow', args=[version.uid])}?period=30"
        by_day = {"dimensions": ["journey", "day"], "metrics": ["entered", "failedRate"], "period": "30"}
        by_activity = {"dimensions": ["activity"], "metrics": ["left"]}
        report = self._report([{**by_day, "chart": "line"}, by_activity])
        yield "report of two panels", reverse("report", args=[report.uid])
        yield "API: figures", f"{reverse('api-reports-figures')}?period=30&journey={version.journey.uid}"
        yield "API: step events", reverse("api-step-events")


# As the engine leaves it: the lanes of hours that are over have been added up.
_LANE = "CASE WHEN s.at < date_trunc('hour', now()) - interval '3 hours' THEN 0 ELSE c.lane_id END"

# Every instance: a version, a lane, a moment within the last 29 days, whether it is inside, or failed.
# Two fifths of all are in the first journey; in each journey one half in either version.
_STATEMENTS: dict[str, list[str]] = {
    "who there is": [
        """
        CREATE UNLOGGED TABLE crowd AS
        SELECT i, gen_random_uuid() AS id,
               CASE WHEN i %% 5 < 2 THEN i %% 2 ELSE i %% array_length(%(ids)s::bigint[], 1) END + 1 AS place,
               %(sandbox)s::bigint * 64 + i %% 64 AS lane_id,
               now() - random() * interval '29 days' AS at,
               i %% 20 = 0 AS inside,
               i %% 50 = 1 AS failed,
               random() AS chance
          FROM generate_series(1, %(n)s) AS i
        """,
    ],
    "instances": [
        """
        INSERT INTO journeys_instance (id, version_id, journey_id, run, lane_id, namespace, person_id,
               position, status, activity, state, wake_at, revision, started_at, ended_at)
        SELECT id, (%(ids)s::bigint[])[place], (%(journeys)s::bigint[])[place], 0, lane_id, 'CRMID', 'p' || i,
               CASE WHEN inside THEN 1 ELSE 3 END, CASE WHEN inside THEN 0 WHEN failed THEN 2 ELSE 1 END,
               CASE WHEN inside THEN 'answer' WHEN failed THEN 'tell' ELSE 'end' END, '{}',
               CASE WHEN inside THEN now() + interval '1 day' END, 4, at,
               CASE WHEN NOT inside THEN at + interval '6 hours' END
          FROM crowd
        """,
    ],
    "step events": [
        "DROP INDEX step_event_story, step_event_of_event, step_event_of_test",
        """
        INSERT INTO journeys_stepevent (version_id, instance_id, sequence, activity, status, path, at,
               entered_at, entrance, received_event_id, run, namespace, person_id, detail)
        SELECT (%(ids)s::bigint[])[place], c.id, k - 1,
               CASE k WHEN 1 THEN 'lobby' WHEN 2 THEN 'which' WHEN 3 THEN
                    CASE WHEN chance < 0.5 THEN 'maila' ELSE 'mailb' END
                    ELSE (ARRAY['answer','rank','pause','tell','rest','last','end'])[k - 3] END,
               CASE WHEN k = 7 AND failed THEN 2 WHEN k = 4 AND chance > 0.7 THEN 3
                    WHEN k = 10 THEN 1 ELSE 0 END,
               CASE WHEN k = 7 AND failed THEN '' WHEN k = 2 THEN CASE WHEN chance < 0.5 THEN 'a' ELSE 'b' END
                    WHEN k = 4 AND chance > 0.7 THEN 'timeout'
                    WHEN k = 5 THEN CASE WHEN chance < 0.2 THEN 'vip' ELSE 'other' END
                    WHEN k = 10 THEN '' ELSE 'next' END,
               at + k * interval '30 minutes',
               at + k * interval '30 minutes' - CASE k WHEN 3 THEN interval '340 ms'
                    WHEN 7 THEN interval '90 ms' WHEN 4 THEN interval '20 minutes' * chance
                    WHEN 6 THEN interval '25 minutes'
                    ELSE interval '0' END,
               CASE k WHEN 1 THEN 1 ELSE 0 END, NULL, 0, 'CRMID', 'p' || i,
               CASE WHEN k = 7 AND failed THEN '{"code": "' || 500 + i %% 4 || '"}' ELSE '' END
          FROM crowd c, generate_series(1, %(steps)s) AS k
         WHERE k <= CASE WHEN inside THEN 3 WHEN failed THEN 7 ELSE 10 END
        """,
        "CREATE INDEX step_event_story ON journeys_stepevent (instance_id, sequence)",
        """CREATE INDEX step_event_of_event ON journeys_stepevent (received_event_id)
           WHERE received_event_id IS NOT NULL""",
        "CREATE INDEX step_event_of_test ON journeys_stepevent (version_id, id) WHERE run > 0",
    ],
    "hourly sums": [
        """
        INSERT INTO journeys_stepcount (version_id, activity, path, status, hour, lane_id, run, n)
        SELECT s.version_id, activity, path, s.status, date_trunc('hour', s.at), {lane}, s.run, count(*)
          FROM journeys_stepevent s JOIN crowd c ON c.id = s.instance_id GROUP BY 1, 2, 3, 4, 5, 6, 7
        """,
        """
        INSERT INTO journeys_steperrorcount (version_id, activity, path, status, code, hour, lane_id, run, n)
        SELECT s.version_id, activity, path, s.status, detail::json ->> 'code', date_trunc('hour', s.at),
               {lane}, s.run, count(*)
          FROM journeys_stepevent s JOIN crowd c ON c.id = s.instance_id
         WHERE detail <> '' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        """,
        """
        INSERT INTO journeys_messagecount (version_id, activity, status, code, hour, lane_id, run, n)
        SELECT s.version_id, activity, told.status, '', date_trunc('hour', s.at), {lane}, s.run, count(*)
          FROM journeys_stepevent s JOIN crowd c ON c.id = s.instance_id
          JOIN (VALUES ('sent', 1.0), ('delivered', 0.97), ('opened', 0.4), ('clicked', 0.1),
               ('bounced', 0.02)) AS told(status, most) ON chance <= told.most
         WHERE s.activity IN ('maila', 'mailb') GROUP BY 1, 2, 3, 4, 5, 6, 7
        """,
    ],
}


def _timed(name: str, path: str) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from journeyorch.access.models import User

    client = Client(headers={"host": "localhost"})
    olga, _ = User.objects.get_or_create(username="olga", defaults={"is_superuser": True, "is_staff": True})
    client.force_login(olga)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    asked = len(queries)  # the next request begins to count anew
    best = min((_costs(client, path) for _ in range(3)), key=lambda costs: costs.wall)
    cpu = round(best.cpu, 3)
    print(
        f"{name:32}{best.wall * 1000:8.0f} ms {cpu * 1000:6.0f} CPU-ms {asked:4} queries"
        f"  {answer.status_code}",
        flush=True,
    )
    return {
        "page": name, "seconds": round(best.wall, 3), "cpu": cpu, "queries": asked,
        "status": answer.status_code,
    }  # fmt: skip


def _costs(client: Any, path: str) -> Costs:
    from django.core.cache import cache

    cache.clear()  # as if nobody had looked for a while
    return costs_of(lambda: client.get(path))


def _exported(scene: Scene) -> dict[str, Any]:
    """All step events of the largest journey as CSV, into nothing."""
    from journeys.reports.steps.reading import Question, Reader
    from journeys.reports.steps.shapes import as_csv

    process = psutil.Process()
    before, begun, rows, most = process.memory_info().rss, time.monotonic(), 0, 0
    question = Question(versions=tuple(version.pk for version in scene.versions[0]))
    for page in Reader(scene.world.sandbox).pages(question):
        rows += len(page)
        as_csv(page)
        most = max(most, process.memory_info().rss - before)
        if rows >= 1_000_000:
            break
    seconds = time.monotonic() - begun
    print(f"{rows:,} step events exported in {seconds:.1f} s, {most / 1e6:.0f} MB more at most", flush=True)
    return {"rows": rows, "seconds": round(seconds, 1), "gained_mb": round(most / 1e6)}


def _of_a_person(scene: Scene) -> dict[str, Any]:
    """How long each place takes, from its first batch to its last: once to export, once to erase."""
    from django.db import transaction

    from journeyorch.privacy.stores import stores
    from journeyorch.privacy.subjects import Subject

    somebody = Subject(scene.world.sandbox.pk, (("CRMID", f"p{scene.instances // 2}"),))
    found: dict[str, Any] = {}
    for what in ("export", "erase"):
        seconds = {}
        for store in stores():
            begun, after = time.monotonic(), None
            while True:
                with transaction.atomic():
                    after = getattr(store, what)(somebody, after).after
                if after is None:
                    break
            seconds[store.name] = time.monotonic() - begun
        slowest = max(seconds, key=lambda name: seconds[name])
        print(
            f"{what + ' of a person':32}{sum(seconds.values()) * 1000:8.0f} ms in {len(seconds)} places,"
            f" of it {slowest} {seconds[slowest] * 1000:.0f} ms",
            flush=True,
        )
        found[what] = {name: round(one, 4) for name, one in seconds.items()}
    return found


if __name__ == "__main__":
    sys.exit(main())
