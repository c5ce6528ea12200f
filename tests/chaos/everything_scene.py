"""Prepares the database of tests.chaos.run: python -m tests.chaos.everything_scene URL TOKEN.

Each person sends three events: the first lets in and leads to a call, the others end a pause each; then a
second's wait. PostgreSQL's clock is replaced by one that can be set (faults.py).
"""

from __future__ import annotations

import hashlib
import os
import sys

# Found before PostgreSQL's own functions, because the search path names those last.
CLOCK = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.jump (by interval NOT NULL);
INSERT INTO chaos.jump VALUES ('0');
CREATE FUNCTION chaos.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql
    AS 'SELECT pg_catalog.clock_timestamp() + (SELECT by FROM chaos.jump)';
CREATE FUNCTION chaos.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql
    AS 'SELECT pg_catalog.statement_timestamp() + (SELECT by FROM chaos.jump)';
CREATE FUNCTION chaos.now() RETURNS timestamptz STABLE LANGUAGE sql
    AS 'SELECT pg_catalog.now() + (SELECT by FROM chaos.jump)';
DO $$ BEGIN EXECUTE format(
    'ALTER DATABASE %I SET search_path = public, chaos, pg_catalog', current_database()); END $$;
"""


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    print(prepare(*sys.argv[1:]))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(CLOCK)
    return 0


def prepare(url: str, token: str) -> str:
    """Returns the key of the inlet."""
    from actions.models import Action
    from events.models import InletToken
    from tests.journeys.world import World, act

    world = World()
    digest = hashlib.sha256(token.encode()).hexdigest()
    InletToken.objects.create(inlet=world.inlet, digest=digest, hint=token[:8])
    field = {"type": "string", "variable": True, "label": "Event"}
    Action.objects.create(
        sandbox=world.sandbox, name="Tell", url=url, payload={"type": "object", "fields": {"event": field}}
    )
    world.journey(
        "lobby",
        lobby=act("event", "check", event="Lobby"),
        check=act("condition", {"yes": ["tell"]}, paths=[{"id": "yes", "expression": "@{Lobby.amount} > 3"}]),
        tell=act("custom_action", "first", action="Tell", values={"/event": "@{Lobby._id}"}),
        first=act("event", "second", event="Restaurant"),
        second=act("event", "hold", event="Restaurant", name="again"),
        hold=act("wait", "end", duration="PT1S"),
        end=act("end"),
    )
    return world.inlet.key


if __name__ == "__main__":
    sys.exit(main())
