"""Something to send to, in the database of a server that a test or a bench starts.

    python -m tests.events.seed

writes an inlet with a key, a schema and a system-generated event into the database of DATABASE_URL.
"""

from __future__ import annotations

import os
import subprocess
import sys

INLET = "inlet-1"
KEY = "a-key-that-only-tests-know"
EVENT_ID = "lobby-event-id"
SCHEMA = "urn:test:hotel"


def seed(environment: dict[str, str]) -> None:
    """Write the rows in a process of its own, since this one may use another database."""
    subprocess.run([sys.executable, "-m", "tests.events.seed"], env=environment, check=True)


def _write() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    django.setup()
    from datasources.models import Schema
    from datasources.platform.schemas.library import compose
    from events.ingest.credentials import digest
    from events.models import Event, Inlet, InletToken
    from journeyorch.access.models import Sandbox

    sandbox = Sandbox.objects.get(name="prod")
    document = compose("event", ["orchestration", "placeContext"], id=SCHEMA)
    schema = Schema.objects.create(sandbox=sandbox, name="Hotel", kind="event", document=document)
    Event.objects.create(sandbox=sandbox, name="Lobby", event_id=EVENT_ID, schema=schema, namespace="CRMID")
    inlet = Inlet.objects.create(sandbox=sandbox, key=INLET, name="Seeded", schema=schema)
    InletToken.objects.create(inlet=inlet, digest=digest(KEY), hint=KEY[:4])


if __name__ == "__main__":
    _write()
