"""Chooses the database and the environment of a test run, before Django reads its settings.

It is loaded with ``-p`` (pyproject.toml): a conftest would come too late. ``--database=postgres``, or
TEST_DATABASE=postgres, runs the same tests on a throw-away PostgreSQL server (tests/postgres.py), or on the
server of TEST_DATABASE_URL.
"""

from __future__ import annotations

import base64
import gc
import os
import re
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import postgres

DATABASES = ("sqlite", "postgres")
# The slow part waits most of the time, so it runs well beside the other (tests/both.py).
PARTS = ("quick", "slow")
_SLOW_MARKERS = ("slow", "e2e", "chaos")
RUN_FOLDER = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=DATABASES,
        default=os.environ.get("TEST_DATABASE") or "sqlite",
        help="what the tests run on (default: TEST_DATABASE or sqlite)",
    )
    parser.addoption(
        "--beside",
        choices=DATABASES,
        help="another run uses this database: leave out what once is enough for and it does (tests/both.py)",
    )
    parser.addoption(
        "--part",
        choices=PARTS,
        help="quick: what works all the time; slow: what waits for browsers, processes and clocks",
    )


def pytest_collection_finish() -> None:
    """Ten thousand tests are half a million objects that stay: the collector need not look at them again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


# Forms of the administration: Django's ORM makes their statements, on every database alike.
_FORMS = re.compile(r"test_\w*(admin|pages|forms)\w*\.py$")
# Whoever has none of these fixtures cannot reach a database; pytest-django sees to that.
_DATABASE_FIXTURES = frozenset({"db", "transactional_db", "django_db_setup"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    part, beside = config.option.part, config.option.beside
    chosen = [
        item
        for item in items
        if (part is None or part == part_of(item)) and (beside is None or only_database_of(item) != beside)
    ]
    left_out = set(items) - set(chosen)
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = chosen


def part_of(item: pytest.Item) -> str:
    return "slow" if any(item.get_closest_marker(name) for name in _SLOW_MARKERS) else "quick"


def only_database_of(item: pytest.Item) -> str | None:
    """The one database on which a test is enough; None if it could come out differently on another."""
    if marker := item.get_closest_marker("one_database"):
        return str(marker.args[0]) if marker.args else "sqlite"
    named = _DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
    with_database = bool(named) or item.get_closest_marker("django_db") is not None
    return None if with_database and not _FORMS.search(str(item.path)) else "sqlite"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """A wrapper runs before pytest-django's own hook, which imports the settings."""
    folder = tempfile.TemporaryDirectory(prefix="journeyorch-tests-", dir=_memory_folder())
    early_config.add_cleanup(folder.cleanup)
    early_config.stash[RUN_FOLDER] = Path(folder.name)
    gc.disable()
    os.environ.update(_environment())
    os.environ["DATABASE_URL"] = _database_url(early_config)
    return (yield)


def _memory_folder() -> Path | None:
    """In memory, if there is room: on a disk SQLite waits at every commit for what no test looks at."""
    folder = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    if folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > 2**30:
        return folder
    return None


def _environment() -> dict[str, str]:
    return {
        # Plain static files: the hashed ones exist only after `collectstatic`.
        "DEBUG": "true",
        "SECRET_KEY": "only-for-tests-" + "x" * 50,
        "SECRETS_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "HTTPS": "false",
    }


def _database_url(config: pytest.Config) -> str:
    if config.known_args_namespace.database == "sqlite":
        return f"sqlite:///{config.stash[RUN_FOLDER]}/journeyorch.sqlite3"
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given
    servers = ExitStack()
    config.add_cleanup(servers.close)
    try:
        return servers.enter_context(postgres.cluster())
    except (postgres.PostgresMissing, postgres.PostgresFailed) as problem:
        raise pytest.UsageError(str(problem)) from problem
