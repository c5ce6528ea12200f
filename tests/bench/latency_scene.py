"""Prepares the database of tests.bench.latency: python -m tests.bench.latency_scene URL TOKEN."""

from __future__ import annotations

import hashlib
import sys


def main() -> int:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from actions.models import Action
    from events.models import InletToken
    from tests.journeys.world import World, act

    url, token = sys.argv[1:]
    world = World()
    InletToken.objects.create(
        inlet=world.inlet, digest=hashlib.sha256(token.encode()).hexdigest(), hint=token[:8]
    )
    id_field = {"type": "string", "variable": True, "label": "Event"}
    Action.objects.create(
        sandbox=world.sandbox, name="Tell", url=url, payload={"type": "object", "fields": {"event": id_field}}
    )
    world.journey(
        "lobby",
        lobby=act("event", "check", event="Lobby"),
        check=act("condition", {"yes": ["tell"]}, paths=[{"id": "yes", "expression": "@{Lobby.amount} > 3"}]),
        tell=act("custom_action", "end", action="Tell", values={"/event": "@{Lobby._id}"}),
        end=act("end"),
    )
    print(world.inlet.key)
    return 0


if __name__ == "__main__":
    sys.exit(main())
