"""Prepares a database for chaos with real processes: python -m tests.chaos.scene PEOPLE ENDPOINT-URL

People who walk: event → condition → call to the endpoint → short wait → second call → end.
DATABASE_URL says where.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    import django

    django.setup()
    prepare(int(sys.argv[1]), sys.argv[2])
    return 0


def prepare(people: int, url: str) -> None:
    from django.db import transaction

    from actions.apps import ActionsConfig  # noqa: F401 - its handlers stay registered
    from journeyorch import bulk
    from tests.journeys.world import World, act

    world = World()
    world.action(url=url)
    world.journey(
        "lobby",
        lobby=act("event", "check", event="Lobby"),
        check=act(
            "condition", {"yes": ["first"]}, paths=[{"id": "yes", "expression": "@{Lobby.amount} > 3"}]
        ),
        first=act("custom_action", "hold", action="Tell"),
        hold=act("wait", "second", duration="PT1S"),
        second=act("custom_action", "end", action="Tell"),
        end=act("end"),
    )
    with transaction.atomic():
        for number in range(people):
            world.send("Lobby", f"p{number}", at=bulk.database_now(), amount=5)


if __name__ == "__main__":
    sys.exit(main())
