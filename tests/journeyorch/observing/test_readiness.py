"""Whether the installation can do its work, thing by thing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.test import Client

from journeyorch.models import ALIVE_WITHIN, Supervisor
from journeyorch.observing import readiness

pytestmark = pytest.mark.django_db


@pytest.fixture
def workers() -> Supervisor:
    return Supervisor.objects.create(name="a", host="a", pid=1, drain_residents=1, call_residents=1)


def test_it_is_ready_when_all_is_there(client: Client, workers: Supervisor) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": {"database": "ok", "migrations": "ok", "workers": "ok"},
    }


def test_workers_that_are_silent_are_missed(client: Client, workers: Supervisor) -> None:
    Supervisor.objects.update(reported_at=Now() - ALIVE_WITHIN - timedelta(seconds=1))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "runworkers" in answer.json()["checks"]["workers"]


def test_migrations_that_are_missing_are_told(
    client: Client, workers: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'journeys'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "Run manage.py migrate." in answer.json()["checks"]["migrations"]


def test_a_database_that_is_away_is_told_without_its_address(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("connection to server at db.internal failed for user hotel")

    monkeypatch.setattr(connection, "cursor", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "The database cannot be used."
    assert client.get("/healthz").status_code == 200
