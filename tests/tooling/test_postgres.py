"""The throw-away PostgreSQL server that tests and benches start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests import postgres


@pytest.fixture
def server():
    with postgres.running(fsync=True) as started:
        yield started


def test_what_was_committed_is_there_after_a_crash_and_a_restart(server):
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number integer)")
        connection.execute("INSERT INTO kept VALUES (1)")
    address = server.url
    server.kill()
    server.start()
    assert server.url == address
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(1,)]


def test_it_is_durable_when_asked_to_be(server):
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_a_stranger_on_this_machine_does_not_get_in(server):
    address = server.url.replace(server.password, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address)


def test_its_folder_is_gone_afterwards():
    with postgres.running() as started:
        folder = started.folder
        assert (folder / "data").is_dir()
    assert not folder.exists()


def test_a_killed_test_run_leaves_no_server_behind():
    run = subprocess.Popen(
        [sys.executable, "-m", "tests.postgres"], cwd=settings.BASE_DIR, stderr=subprocess.PIPE, text=True
    )
    with run:
        assert run.stderr is not None
        url = run.stderr.readline().strip().removeprefix("DATABASE_URL=")
        with psycopg.connect(url) as connection:
            folder = connection.execute("SHOW data_directory").fetchone()[0]
        os.kill(run.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while Path(folder, "postmaster.pid").exists():
        assert time.monotonic() < deadline, f"the server in {folder} still runs"
        time.sleep(0.1)
    shutil.rmtree(Path(folder).parent)


def test_without_binaries_it_says_how_to_get_them(monkeypatch):
    monkeypatch.setattr(postgres.shutil, "which", lambda name: None)
    monkeypatch.setattr(postgres, "find_spec", lambda name: None)
    monkeypatch.setattr(postgres, "DEBIAN", Path("/nonexistent"))
    with pytest.raises(postgres.PostgresMissing, match="TEST_DATABASE_URL"):
        postgres.find_binaries()
