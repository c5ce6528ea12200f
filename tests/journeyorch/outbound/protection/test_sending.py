"""Caps at the moment of sending: calls beyond them are not made, over all workers."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from journeyorch.access.models import Sandbox
from journeyorch.outbound import connections
from journeyorch.outbound.client import Failure, Request, Response, exchange, outcome_of
from journeyorch.outbound.models import CapWindow
from journeyorch.outbound.protection import lifecycle, sending
from journeyorch.outbound.protection.models import CappingConfig, ConnectionPermit
from journeyorch.outbound.protection.permits import release, take_permit
from journeyorch.outbound.protection.rules import ACTION, DATA_SOURCE
from journeyorch.outbound.protection.sending import Caller
from journeyorch.outbound.protection.windows import slots_of
from tests.journeyorch.outbound.raw_server import RawServer, http, says
from tests.journeys.together import on_postgresql

DAY = 24 * 3600 * 1000


@pytest.fixture
def server(settings: Any) -> Iterator[RawServer]:
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    started = RawServer(says(http()))
    yield started
    connections.close_kept()
    started.close()


@pytest.fixture
def cap(db: None, server: RawServer) -> Callable[..., CappingConfig]:
    """Deploys a cap for paths of the server below ``/limited``."""

    def make(service: str = ACTION, *, calls: int = 2, **limits: Any) -> CappingConfig:
        rating = {"maxCallsCount": calls, "periodInMs": DAY}
        config = CappingConfig(
            sandbox=Sandbox.objects.get(name="prod"),
            url=f"{server.url.rstrip('/')}/limited*",
            methods=["POST"],
            services={service: {"rating": rating, **limits}},
        )
        lifecycle.save(config, by=None, now=timezone.now())
        return lifecycle.deploy(config, by=None, now=timezone.now())

    return make


def send(
    server: RawServer, path: str = "/limited", *, method: str = "POST", service: str = ACTION, **caller: Any
) -> Response | Failure:
    sandbox = Sandbox.objects.get(name="prod")
    sending.rules.current([sandbox.pk])
    with sending.on_behalf_of(Caller(sandbox.pk, service, **caller)):
        return exchange(Request(method, server.url.rstrip("/") + path, body=b"{}"), timeout=60)


def statuses(answers: list[Response | Failure]) -> list[str]:
    return [outcome_of(answer).status for answer in answers]


def test_calls_beyond_the_cap_are_not_made(server: RawServer, cap: Any) -> None:
    cap(calls=2)

    answers = [send(server) for _ in range(4)]

    assert statuses(answers) == ["ok", "ok", "capped", "capped"]
    assert len(server.requests) == 2
    assert not outcome_of(answers[3]).retryable


@pytest.mark.parametrize(
    "other", [{"path": "/free"}, {"method": "PUT"}, {"service": DATA_SOURCE}], ids=lambda one: next(iter(one))
)
def test_a_cap_is_for_its_pattern_methods_and_service_only(
    server: RawServer, cap: Any, other: dict[str, str]
) -> None:
    cap(calls=1)
    send(server)

    assert statuses([send(server), send(server, **other)]) == ["capped", "ok"]


def test_requests_of_no_sandbox_are_not_capped(server: RawServer, cap: Any) -> None:
    cap(calls=1)
    send(server)

    answer = exchange(Request("POST", server.url.rstrip("/") + "/limited", body=b""), timeout=60)

    assert isinstance(answer, Response)


def test_a_request_whose_slot_was_taken_before_takes_none(server: RawServer, cap: Any) -> None:
    """What its authentication added to the query makes it no other; the request for a token pays."""
    cap(calls=1)
    paid = ("POST", server.url.rstrip("/") + "/limited")

    assert statuses([send(server, "/limited?key=k", paid=paid) for _ in range(3)]) == ["ok"] * 3
    assert statuses([send(server, "/limited/token", paid=paid) for _ in range(2)]) == ["ok", "capped"]


def test_made_again_within_the_same_call_it_takes_one(server: RawServer, cap: Any) -> None:
    """As after a 401, with a fresh token."""
    cap(calls=1)
    url = server.url.rstrip("/") + "/limited"
    sandbox = Sandbox.objects.get(name="prod")
    sending.rules.current([sandbox.pk])
    with sending.on_behalf_of(Caller(sandbox.pk, ACTION, paid=("POST", url))):
        answers = [exchange(Request("POST", url, body=b""), timeout=60) for _ in range(3)]

    assert statuses(answers) == ["ok", "ok", "capped"]


def test_a_deployed_cap_changes_only_when_it_is_deployed_again(server: RawServer, cap: Any) -> None:
    config = cap(calls=1)
    config.services = {ACTION: {"rating": {"maxCallsCount": 3, "periodInMs": DAY}}}
    lifecycle.save(config, by=None, now=timezone.now())
    assert statuses([send(server) for _ in range(2)]) == ["ok", "capped"]

    config = lifecycle.undeploy(config, now=timezone.now())
    lifecycle.deploy(config, by=None, now=timezone.now())

    assert statuses([send(server) for _ in range(3)]) == ["ok", "ok", "capped"]


def test_connections_beyond_the_limit_are_not_opened(server: RawServer, cap: Any) -> None:
    """Nor kept, where somebody else needs them; one whose holder died is free after its lease."""
    config = cap(calls=100, maxHttpConnections=1)
    endpoint = f"cap:{config.pk}:{ACTION}"
    held = take_permit(endpoint, 1, seconds=30)
    assert held is not None
    answer = send(server)
    assert isinstance(answer, Failure)
    assert (answer.reason, outcome_of(answer).status) == (sending.NO_CONNECTION, "capped")
    assert not CapWindow.objects.exists()

    release(held)

    assert statuses([send(server) for _ in range(2)]) == ["ok", "ok"]
    assert server.connections == 2
    ConnectionPermit.objects.update(until_ms=1)
    assert take_permit(endpoint, 1, seconds=30) is not None
    release(held)
    assert take_permit(endpoint, 1, seconds=30) is None, "who lost it gave back another one's"


SET_UP = """
import sys
import django; django.setup()
from django.utils import timezone
from journeyorch.access.models import Sandbox
from journeyorch.outbound.protection import lifecycle
from journeyorch.outbound.protection.models import CappingConfig, ThrottlingConfig
prod = Sandbox.objects.get(name="prod")
rating = {"maxCallsCount": 60, "periodInMs": 30 * 24 * 3600 * 1000}
services = {"action": {"maxHttpConnections": 3, "rating": rating}}
configs = (
    CappingConfig(sandbox=prod, url=sys.argv[1], methods=["GET"], services=services),
    ThrottlingConfig(sandbox=prod, url_pattern=sys.argv[1], methods=["GET"], max_throughput=205),
)
for config in configs:
    lifecycle.save(config, by=None, now=timezone.now())
    lifecycle.deploy(config, by=None, now=timezone.now())
"""

# Calls until the cap is used up, in four threads; then slots of the throttle, 40 times, one by one.
WORK = """
import sys
from concurrent.futures import ThreadPoolExecutor
import django; django.setup()
from django.db import connection, transaction
from journeyorch.access.models import Sandbox
from journeyorch.outbound.client import Request, Response, exchange
from journeyorch.outbound.protection import sending
from journeyorch.outbound.protection.models import ThrottlingConfig
from journeyorch.outbound.protection.throttling import lock_turns
from journeyorch.outbound.protection.windows import WINDOW_MS

prod = Sandbox.objects.get(name="prod").pk
sending.rules.current([prod])

def call(_):
    with sending.on_behalf_of(sending.Caller(prod, "action")):
        while True:
            answer = exchange(Request("GET", sys.argv[1]), timeout=20)
            if not isinstance(answer, Response) and answer.reason != sending.NO_CONNECTION:
                connection.close()
                return answer.reason

with ThreadPoolExecutor(4) as pool:
    print("ended", *pool.map(call, range(4)))
throttle = ThrottlingConfig.objects.get().pk
for _ in range(40):
    with transaction.atomic():
        turns = lock_turns(throttle)
        if turns.free:
            turns.spend(1)
            print("slot", turns.now_ms // WINDOW_MS)
"""


@on_postgresql
def test_four_processes_make_exactly_as_many_calls_as_allowed(
    settings: Any, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted where calls arrive, with the connections that were open at once; slots as they were given."""
    present, most, lock = 0, 0, threading.Lock()

    def answer(sock: socket.socket, request: bytes) -> None:
        nonlocal present, most
        with lock:
            present += 1
            most = max(most, present)
        time.sleep(0.005)  # so that others may come meanwhile, if they are let
        with lock:
            present -= 1
        sock.sendall(http())

    server = RawServer(answer)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "journeyorch.settings")
    monkeypatch.setenv("OUTBOUND_ALLOWED_NETWORKS", "127.0.0.0/8")
    url = f"{server.url}/limited"
    subprocess.run([sys.executable, "-c", SET_UP, url], check=True, timeout=60)
    workers = [
        subprocess.Popen([sys.executable, "-c", WORK, url], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    lines = [line.split() for worker in workers for line in worker.communicate(timeout=100)[0].splitlines()]
    server.close()

    assert len(server.requests) == 60
    assert 1 <= most <= 3
    assert {reason for kind, *reasons in lines if kind == "ended" for reason in reasons} == {"capped"}
    slots = Counter(int(number) for kind, number, *_ in lines if kind == "slot")
    assert sum(slots.values()) > 0
    assert all(count <= slots_of(205, number) for number, count in slots.items()), slots
