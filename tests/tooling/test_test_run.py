"""The test run itself: its network guard and its databases."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection

from journeyorch.access.models import Sandbox
from tests import network, plugin


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1", "localhost", None])
def test_loopback_addresses_may_be_reached(host):
    assert network.is_loopback(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "0.0.0.0", "2001:db8::1", "::ffff:192.0.2.1", "example.test"])
def test_other_addresses_may_not(host):
    assert not network.is_loopback(host)


@pytest.fixture
def beneath(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What got through a guard to the fakes below it, which send nothing: no packet is risked."""
    reached: list[object] = []
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, lambda self, *given: reached.append(given[-1]))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        monkeypatch.setattr(socket, name, lambda host, *given: reached.append(host))
    return reached


@pytest.mark.parametrize(
    "reach",
    [
        lambda host: socket.create_connection((host, 80), timeout=1),
        lambda host: socket.getaddrinfo(host, 80),
        lambda host: _use(socket.SOCK_STREAM, "connect", (host, 80)),
        lambda host: _use(socket.SOCK_STREAM, "connect_ex", (host, 80)),
        lambda host: _use(socket.SOCK_DGRAM, "sendto", b"x", (host, 53)),
        lambda host: socket.gethostbyname(host),
    ],
)
def test_every_way_off_this_machine_is_refused_and_remembered(reach, beneath):
    attempts: list[str] = []
    with network.guard(attempts), pytest.raises(network.LeftTheMachine):
        reach("192.0.2.1")
    assert attempts == ["192.0.2.1"]
    assert beneath == []

    with network.guard(attempts), contextlib.suppress(TypeError):  # the fake resolver names no addresses
        reach("127.0.0.1")
    assert beneath


def _use(kind: int, method: str, *args: object) -> None:
    with socket.socket(type=kind) as unused:
        getattr(unused, method)(*args)


def test_a_loopback_connection_works():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        server.accept()[0].close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_the_rows_of_migrations_are_there_in_every_test_with_real_transactions(turn):
    assert Sandbox.objects.filter(name="prod").exists()
    assert Group.objects.get(name="Standard user").permissions.exists()
    Sandbox.objects.create(name=turn, title=turn)
    assert Sandbox.objects.count() == 2, "nothing is left of the other"


@pytest.mark.django_db
def test_the_database_is_the_one_asked_for(request):
    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[request.config.option.database]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_started_process_finds_its_own_migrated_database(database_url):
    """The database is migrated, and what happens in it is invisible to the test process."""
    code = (
        "import django; django.setup()\n"
        "from journeyorch.access.models import Sandbox\n"
        "Sandbox.objects.create(name='other', title='Other')\n"
        "print(Sandbox.objects.count())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DATABASE_URL": database_url},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout.strip(), done.returncode) == ("2", 0), done.stderr


def test_each_fresh_database_is_another(django_db_setup):
    first, second = django_db_setup(), django_db_setup()
    assert first != second
    assert _sandboxes(first) == _sandboxes(second) == ["prod"]


def _sandboxes(url: str) -> list[str]:
    query = "SELECT name FROM access_sandbox"
    if url.startswith("sqlite"):
        rows = sqlite3.connect(url.removeprefix("sqlite:///")).execute(query).fetchall()
    else:
        with psycopg.connect(url) as server:
            rows = server.execute(query).fetchall()
    return [name for (name,) in rows]


def test_what_touches_no_database_is_known(request):
    assert plugin.only_database_of(request.node) == "sqlite"


@pytest.mark.django_db
def test_what_is_marked_touches_the_database(request):
    assert plugin.only_database_of(request.node) is None


def test_what_asks_for_a_database_touches_it(request, django_db_setup):
    assert plugin.only_database_of(request.node) is None


@pytest.mark.one_database("postgres")
@pytest.mark.django_db
def test_a_database_may_be_named_on_which_a_test_is_enough(request):
    assert plugin.only_database_of(request.node) == "postgres"
