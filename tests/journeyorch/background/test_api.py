"""Long work over the API: followed, cancelled, its file fetched."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from journeyorch.access.models import AuditEntry, Sandbox
from journeyorch.background.files import append, store
from journeyorch.background.models import BackgroundTask
from journeyorch.background.tasks import begin
from tests.journeys.views.conftest import login

__all__ = ["login"]

pytestmark = pytest.mark.django_db
TASKS = "/api/v1/tasks"


def task(kind: str = "export_suppressions", *, sandbox: str = "prod") -> BackgroundTask:
    its = Sandbox.objects.get(name=sandbox)
    file = store(its, "list.csv", [], most=0)
    append(file, b"address\n")
    return begin(kind, sandbox=its, by=None, title="An export", spec={}, file=file)


@pytest.fixture
def clerk(login: Any) -> Client:
    return login("view_suppression", "view_profile")


def test_tasks_of_ones_own_kinds_are_listed_by_state(clerk: Client) -> None:
    mine, _others = task(), task("import_suppressions")
    assert [one["id"] for one in clerk.get(TASKS).json()["items"]] == [mine.pk]
    assert clerk.get(TASKS, {"state": "done"}).json()["items"] == []
    assert clerk.get(TASKS, {"state": "lost"}).status_code == 400


def test_a_task_is_cancelled_once(clerk: Client) -> None:
    mine = task()
    assert clerk.post(f"{TASKS}/{mine.pk}/cancel").status_code == 202
    mine.refresh_from_db()
    assert mine.cancelled
    BackgroundTask.objects.update(state="cancelled")
    assert clerk.post(f"{TASKS}/{mine.pk}/cancel").status_code == 409


def test_a_file_is_there_when_the_task_is_done(clerk: Client, login: Any) -> None:
    mine = task()
    address = f"{TASKS}/{mine.pk}/file"
    assert clerk.get(address).status_code == 404
    BackgroundTask.objects.update(state="done")
    got = clerk.get(address)
    assert b"".join(got) == b"address\n"  # type: ignore[call-overload]
    assert AuditEntry.objects.filter(verb="downloaded").exists()
    assert login("view_suppression").get(address).status_code == 403, "files are about people"


def test_tasks_elsewhere_are_not_there(clerk: Client, login: Any) -> None:
    Sandbox.objects.create(name="other", title="Other")
    theirs = task(sandbox="other")
    assert clerk.get(f"{TASKS}/{theirs.pk}").status_code == 404
    assert clerk.post(f"{TASKS}/{theirs.pk}/cancel").status_code == 404
    assert login("view_journey").get(TASKS).status_code == 403
