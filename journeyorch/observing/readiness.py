"""``/healthz``: is this process alive? ``/readyz``: can it do its work?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from journeyorch.models import Supervisor

OK = "ok"
_migrated = False


def healthz(request: HttpRequest) -> HttpResponse:
    """Answers as long as the web process can answer anything; looks at nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 if everything is in order, else 503; the answer says of each thing what is wrong with it."""
    found = {name: _asked(check) for name, check in CHECKS.items()}
    status = 200 if set(found.values()) == {OK} else 503
    headers = {"Cache-Control": "no-store"}
    return JsonResponse({"ready": status == 200, "checks": found}, status=status, headers=headers)


def _asked(check: Callable[[], str]) -> str:
    try:
        return check()
    except (DatabaseError, InterfaceError):
        # What it says may name hosts and users; it is in the log of whoever opened the connection.
        return "The database cannot be used."


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def _migrations() -> str:
    """Looked at until all are applied: afterwards they stay so as long as this code runs."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            return f"{len(missing)} migrations are not applied. Run manage.py migrate."
        _migrated = True
    return OK


def _workers() -> str:
    if Supervisor.objects.alive().exists():
        return OK
    return "No workers have reported lately. Start manage.py runworkers."


CHECKS: Mapping[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "workers": _workers,
}
