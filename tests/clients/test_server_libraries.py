"""The libraries with which servers send to Segment, RudderStack and PostHog, as published, sending here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.clients.conftest import KEY, LIMIT, Shop, Storage, database_of_this_test
from tests.clients.packages import NotInstallable, from_pypi
from tests.events.server import environment_for, gunicorn
from tests.postgres import free_port

pytestmark = pytest.mark.slow

# Whose library, which is also the user that its script sends → its package.
LIBRARIES = {
    "segment": "segment-analytics-python",
    "rudderstack": "rudder-sdk-python",
    "posthog": "posthog",
}
SCRIPTS = Path(__file__).parent / "servers"


@pytest.fixture
def packages() -> Path:
    if connection.vendor == "postgresql":
        pytest.skip("the libraries do not see which database it is")
    try:
        return from_pypi(*LIBRARIES.values())
    except NotInstallable as problem:
        pytest.skip(f"left out: the libraries cannot be had here: {problem}")


@pytest.fixture
def plain_storage(shop: Shop, tmp_path: Path) -> Iterator[tuple[str, Storage]]:
    """The address of a running server, without TLS, and its storage."""
    switch, port = tmp_path / "storage-fails", free_port()
    environment = environment_for(database_of_this_test()) | {"FAILING_STORAGE": str(switch)}
    with gunicorn(environment, "--threads=4", application="tests.clients.failing_storage", port=port):
        yield f"http://127.0.0.1:{port}", Storage(switch)


def until_refused(storage: Storage, sending: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LIMIT
    while not storage.has_refused():
        assert sending.poll() is None, "it ended before it had sent anything"
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_servers_send_arrives_and_comes_again_when_it_was_refused(
    packages: Path, shop: Shop, plain_storage: tuple[str, Storage]
) -> None:
    address, storage = plain_storage
    shop.begin_with_orders(namespace="CRMID")
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    for library in LIBRARIES:
        storage.fail()
        command = [sys.executable, str(SCRIPTS / f"send_{library}.py"), address, KEY]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as sending:
            until_refused(storage, sending)
            storage.work()
            assert sending.wait(LIMIT) == 0, library

    shop.handle()
    assert sorted(shop.inside()) == sorted(LIBRARIES)
    for library in LIBRARIES:
        person = shop.person("CRMID", library)
        assert shop.person("Email", f"{library}@example.com") == person
        assert [event["commerce"]["order"]["priceTotal"] for event in orders(shop, library)] == [12.5]


def orders(shop: Shop, who: str) -> list[dict[str, Any]]:
    history = shop.history(shop.person("CRMID", who))
    return [event for event in history if event["eventType"] == "commerce.purchases"]
