"""The clients of other systems for Python and Node, as they are published, sending here from a server.

Each is a small script in tests/clients/servers, which is told the product's address, a key and a person. It
says who the person is and that they ordered, and is refused twice before it gets through.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from events.models import ReceivedEvent
from tests.clients.conftest import LIMIT, Shop, Storage
from tests.clients.packages import NotInstallable, from_npm_with_dependencies, from_pypi
from tools import javascript

pytestmark = pytest.mark.slow

SCRIPTS = Path(__file__).parent / "servers"
REFUSALS = (503, 429)


class Sender(NamedTuple):
    """A client, and what it does for the application that uses it."""

    script: str
    package: str
    identifies: bool = True  # whether it has a word for who somebody is
    retries: bool = True  # False: it tells the application of a refusal, and that sends again


PYTHON = (
    Sender("python/segment.py", "segment-analytics-python"),
    Sender("python/rudderstack.py", "rudder-sdk-python"),
    Sender("python/posthog.py", "posthog"),
    Sender("python/customerio.py", "customerio"),
    Sender("python/snowplow.py", "snowplow-tracker", identifies=False),
    Sender("python/cloudevents.py", "cloudevents", identifies=False, retries=False),
)
NODE = (
    Sender("node/segment.cjs", "@segment/analytics-node"),
    Sender("node/rudderstack.cjs", "@rudderstack/rudder-sdk-node"),
    Sender("node/posthog.cjs", "posthog-node"),
    Sender("node/customerio.cjs", "customerio-node"),
    Sender("node/snowplow.cjs", "@snowplow/node-tracker", identifies=False, retries=False),
    Sender("node/cloudevents.cjs", "cloudevents", identifies=False, retries=False),
)


class Clients(NamedTuple):
    """Those of a language, ready to run."""

    senders: Iterable[Sender]
    command: list[str]  # to be followed by the script
    environment: dict[str, str]


def of_python(certificate: Path) -> Clients:
    packages = from_pypi(*(sender.package for sender in PYTHON))
    path = os.pathsep.join([str(packages), str(javascript.ROOT)])
    command = [sys.executable, "-P", str(SCRIPTS / "alone.py")]
    return Clients(PYTHON, command, {"PYTHONPATH": path, "REQUESTS_CA_BUNDLE": str(certificate)})


def of_node(certificate: Path) -> Clients:
    packages = from_npm_with_dependencies(*(sender.package for sender in NODE))
    command = [javascript.node(), "--require", str(SCRIPTS / "alone.cjs")]
    return Clients(NODE, command, {"NODE_PATH": str(packages), "NODE_EXTRA_CA_CERTS": str(certificate)})


@pytest.fixture(params=[of_python, of_node], ids=["python", "node"])
def clients(request: pytest.FixtureRequest, shop: Shop, certificate: Path) -> Clients:
    """Those of one language after the other."""
    try:
        return request.param(certificate)
    except NotInstallable as problem:
        pytest.skip(f"left out: the clients cannot be had here: {problem}")


class Run(NamedTuple):
    """A client that is sending, from a process of its own."""

    sender: Sender
    person: str  # whom it speaks of; its inlet is called the same
    process: subprocess.Popen[str]


@pytest.fixture
def send(clients: Clients, shop: Shop, storage: Storage, port: int) -> Iterator[Callable[[Sender], Run]]:
    """``send(sender)``: it begins, and is refused at first."""
    with ExitStack() as started:

        def start(sender: Sender) -> Run:
            person = Path(sender.script).stem
            key = f"write-key-of-{person}"
            shop.open_inlet(person, write_key=key)
            storage.refuse(*REFUSALS, inlet=person)
            script = [str(SCRIPTS / sender.script), f"https://127.0.0.1:{port}", key, person]
            process = subprocess.Popen(
                [*clients.command, *script], env={**os.environ, **clients.environment},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            started.enter_context(process)
            started.callback(process.kill)
            return Run(sender, person, process)

        yield start


def test_whom_clients_tell_of_enters_the_journey_although_they_are_refused_at_first(
    clients: Clients,
    shop: Shop,
    storage: Storage,
    send: Callable[[Sender], Run],
    subtests: pytest.Subtests,
) -> None:
    shop.begin_with_orders(namespace="CRMID")
    # All at once: most of the time they wait.
    runs = [send(sender) for sender in clients.senders]
    outputs = [run.process.communicate(timeout=LIMIT) for run in runs]
    shop.handle()
    for run, (told, complaints) in zip(runs, outputs, strict=True):
        with subtests.test(run.sender.package):
            assert run.process.returncode == 0, complaints
            assert storage.has_refused_all(inlet=run.person)
            # By itself the client came again, or its application was told that it must.
            assert told.split() == ([] if run.sender.retries else [str(status) for status in REFUSALS])
            assert_arrived_once(run, shop)


def assert_arrived_once(run: Run, shop: Shop) -> None:
    received = ReceivedEvent.objects.filter(inlet__key=run.person)
    assert received.count() == (2 if run.sender.identifies else 1)
    person = shop.person("CRMID", run.person)
    assert [event["eventType"] for event in shop.history(person)] == ["commerce.purchases"]
    assert shop.inside().count(run.person) == 1
    if run.sender.identifies:
        assert shop.person("Email", f"{run.person}@example.com") == person
        assert person.attributes["person"] == {"name": {"firstName": "Jane"}}
