"""How much room a person's way takes in PostgreSQL: python -m tests.bench.disk [--people 5000] [--json FILE]

Each person's event of about 450 bytes starts a journey of an event, a wait and a call, and they stay at the
last step, an event, so that nothing has been cleaned away. Shows, table by table, rows and bytes a person,
indexes included, after a VACUUM.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from tests import postgres

SIZES = """
    SELECT relname, n_live_tup, pg_total_relation_size(relid) FROM pg_stat_user_tables
     WHERE n_live_tup >= %s ORDER BY 3 DESC
"""
PADDING = "x" * 200


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.disk", description=__doc__)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with postgres.cluster() as url:
        sizes = _measure(url, arguments.people)
    for table, (rows, size) in sizes.items():
        print(f"{table:32} {rows:5.1f} rows {size:7.0f} bytes a person")
    print(f"{'together':32} {'':10} {sum(size for _, size in sizes.values()):7.0f} bytes a person")
    if arguments.json:
        arguments.json.write_text(json.dumps(sizes, indent=2))


def _measure(url: str, people: int) -> dict[str, tuple[float, float]]:
    """By table, of those with rows for everybody: rows and bytes a person."""
    os.environ.update(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="journeyorch.settings", LOG_LEVEL="WARNING")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    _walk(people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL ANALYZE")
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(SIZES, [people // 2])
        return {table: (rows / people, size / people) for table, rows, size in cursor.fetchall()}


def _walk(people: int) -> None:
    from tests.journeys.world import World, act

    world = World()
    world.action()
    world.journey(
        "lobby",
        lobby=act("event", "hour", event="Lobby"),
        hour=act("wait", "tell", duration="PT1H"),
        tell=act("custom_action", "meal", action="Tell"),
        meal=act("event", event="Restaurant"),
    )
    for number in range(people):
        world.send("Lobby", f"person-{number}", note=PADDING)
    world.run()
    world.pass_time(hours=1)
    world.run()


if __name__ == "__main__":
    main()
