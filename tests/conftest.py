"""What every test may ask for. tests/plugin.py has chosen the database before this file is read."""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from unittest import mock

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from events import catalog as event_catalog
from events.ingest import doors
from journeyorch import bulk, wakeup
from journeyorch.outbound import calls, capping, configs
from journeys.engine import plans
from journeys.engine.wave import portions
from tests import emptying, network, postgres
from tests.plugin import RUN_FOLDER

pytest_plugins = ["tests.browser"]


# No deadline: a busy machine is no failure. Continuous integration tries the same examples every time.
hypothesis.settings.register_profile("tests", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.option.database}"


# --- Network --------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def attempts_to_leave() -> Iterator[list[str]]:
    attempts: list[str] = []
    with network.guard(attempts):
        yield attempts


@pytest.fixture(autouse=True)
def _stays_on_this_machine(attempts_to_leave: list[str]) -> Iterator[None]:
    yield
    tried, attempts_to_leave[:] = list(attempts_to_leave), []
    assert not tried, f"the test tried to reach {tried}"


# --- Clock ----------------------------------------------------------------------------------------

_CLOCK = bulk.database_now


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """A test that moves the clock and leaves it so fails, and not one that follows."""
    yield
    left, bulk.database_now = bulk.database_now, _CLOCK
    assert left is _CLOCK, "the clock was moved and not put back"


# --- Data that is not part of the repository ------------------------------------------------------


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Published schemas and real requests of other systems; a checkout alone does not have them."""
    folder = settings.BASE_DIR.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("left out: there is no folder shared/data beside this checkout")
    return folder


# --- Databases ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """SQLite in a file, as installed: in memory there is neither WAL nor a second connection."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(request.config.stash[RUN_FOLDER] / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Callable[[], str]]:
    """The migrated database of pytest-django, and copies of it; yields what makes one more copy."""
    copies = SqliteCopies if connection.vendor == "sqlite" else PostgresCopies
    copy = copies(request.config.stash[RUN_FOLDER])
    with django_db_blocker.unblock():
        connection.close()
        copy.keep_template(str(connection.settings_dict["NAME"]))
        emptying.keep_rows()
    with emptying.only_what_was_filled():
        yield copy
    # Its own connection would keep the test database from being dropped.
    wakeup.close()
    copy.remove_all()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What processes keep is keyed by generations, and those repeat when a test is rolled back."""
    for forget in (
        configs.forget_all,
        capping.forget,
        event_catalog.forget_all,
        doors.forget_all,
        plans.forget_all,
        portions.forget,
    ):
        forget()


@pytest.fixture(autouse=True)
def _handlers_stay_registered() -> Iterator[None]:
    """Tests of the engine put recorders in the place of those who really make calls."""
    with mock.patch.dict(calls._handlers):
        yield


@pytest.fixture
def database_url(db: None, django_db_setup: Callable[[], str]) -> str:
    """DATABASE_URL of a fresh migrated database for processes that a test starts.

    ``db``: pytest-django creates the database of which this is a copy only if some test asks for it.
    """
    return django_db_setup()


class SqliteCopies:
    """Files in the folder of the run, which is removed with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count(1)

    def keep_template(self, source: str) -> None:
        self._copy(source, self.folder / "template.sqlite3")

    def __call__(self) -> str:
        target = self.folder / f"copy-{next(self.numbers)}.sqlite3"
        self._copy(self.folder / "template.sqlite3", target)
        return f"sqlite:///{target}"

    def remove_all(self) -> None:
        pass

    @staticmethod
    def _copy(source: str | Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)


class PostgresCopies:
    """Databases made from a template; names carry the process id, since a given server may be shared."""

    def __init__(self, folder: Path) -> None:
        self.server = os.environ["DATABASE_URL"]
        self.prefix = f"journeyorch_{os.getpid()}"
        self.names: list[str] = []

    def keep_template(self, source: str) -> None:
        self._create(f"{self.prefix}_template", source)

    def __call__(self) -> str:
        name = f"{self.prefix}_{len(self.names)}"
        self._create(name, f"{self.prefix}_template")
        return postgres.with_database(self.server, name)

    def remove_all(self) -> None:
        if "TEST_DATABASE_URL" not in os.environ:
            return  # the whole server is deleted
        for name in reversed(self.names):
            self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _create(self, name: str, template: str) -> None:
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self.names.append(name)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(statement)
