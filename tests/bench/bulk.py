"""What a row costs in bulk SQL, in microseconds: python -m tests.postgres python -m tests.bench.bulk

On the database of DATABASE_URL, in a table of its own that it makes and drops. Waves of 500 rows and of 10;
medians of many, wall time and this process's CPU beside each other, and the ratio to Django's ``bulk_create``
in the same run. Writes the rows as JSON with --json FILE.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
django.setup()

from django.db import connection, models, transaction  # noqa: E402

from journeyorch import bulk  # noqa: E402
from journeyorch.bulk import Column  # noqa: E402

RUNS = 40
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ID, OWNER, NAME = Column("id", "bigint"), Column("owner", "bigint"), Column("name", "text")
KEY, AT, FLAG, DATA = (
    Column("key", "uuid"),
    Column("at", "timestamptz"),
    Column("flag", "boolean"),
    Column("data", "jsonb"),
)


class Row(models.Model):
    """Six columns of the types that waves write."""

    owner = models.BigIntegerField()
    name = models.CharField(max_length=60)
    key = models.UUIDField()
    at = models.DateTimeField()
    flag = models.BooleanField()
    data = models.JSONField()

    class Meta:
        app_label = "bulk_bench"
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="bulk_bench_unique")]


TABLE = Row._meta.db_table
KEYS = [uuid.UUID(int=number) for number in range(500)]


def rows(run: int, count: int) -> list[tuple[Any, ...]]:
    return [
        (
            count * 1_000_000 + run * 1000 + number,
            f"name-{number}",
            KEYS[number],
            NOW,
            True,
            '{"a": 1, "b": "text"}',
        )
        for number in range(count)
    ]


def bulk_create(given: list[tuple[Any, ...]]) -> None:
    names = ("owner", "name", "key", "at", "flag", "data")
    Row.objects.bulk_create(Row(**dict(zip(names, row, strict=True))) for row in given)


STATEMENTS: dict[str, Callable[[list[tuple[Any, ...]]], object]] = {
    "insert": lambda given: bulk.insert(TABLE, [OWNER, NAME, KEY, AT, FLAG, DATA], given),
    "look up": lambda given: bulk.lookup(
        TABLE, [OWNER, NAME], [row[:2] for row in given], [ID, KEY, AT, DATA]
    ),
    "update": lambda given: bulk.update(TABLE, [OWNER, NAME], [KEY, AT, FLAG], [row[:5] for row in given]),
    "update in order": lambda given: bulk.update(
        TABLE, [OWNER, NAME], [KEY, AT, FLAG], [row[:5] for row in given], in_order=True
    ),
    "delete": lambda given: bulk.delete(TABLE, OWNER, [row[0] for row in given]),
    "ORM bulk_create": bulk_create,
}


def measure(name: str, count: int) -> dict[str, Any]:
    """One line of the table: microseconds a row."""
    wall, cpu = [], []
    for run in range(RUNS):
        given = rows(run, count)
        began, used = time.perf_counter(), time.process_time()
        with transaction.atomic():
            STATEMENTS[name](given)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    scale = 1e6 / count
    return {
        "statement": name,
        "rows": count,
        "wall": statistics.median(wall) * scale,
        "cpu": statistics.median(cpu) * scale,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    try:
        lines = [measure(name, count) for count in (500, 10) for name in STATEMENTS]
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Row)
    print(f"{connection.vendor}: microseconds a row, medians of {RUNS}")
    for line in lines:
        orm = next(each for each in reversed(lines) if each["rows"] == line["rows"])
        line["ratio"] = orm["cpu"] / line["cpu"]
        print(
            f"{line['statement']:16} x{line['rows']:<4} wall {line['wall']:7.1f}  cpu {line['cpu']:6.1f}"
            f"  {line['ratio']:4.1f} x less than bulk_create"
        )
    if options.json:
        options.json.write_text(json.dumps(lines, indent=2))


if __name__ == "__main__":
    main()
