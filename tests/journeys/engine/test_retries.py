"""Calls to real servers on loopback that answer as a table says: which are tried again, and how they end."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from actions.custom import CustomActionHandler
from actions.models import Action
from datasources.external.fetch import FetchHandler
from datasources.models import DataSource, FieldGroup
from journeyorch.outbound import calls, capping, connections
from journeyorch.outbound.client import seconds_asked
from journeys.models import Call, LaneInput, StepEvent
from tests.journeyorch.outbound.raw_server import RawServer, http
from tests.journeys.world import World, act

CASES = json.loads((Path(__file__).parent / "cases" / "retries.json").read_text())
ATTEMPTS = 6


@pytest.fixture
def serve(settings: Any, world: World) -> Iterator[Callable[[list[Any]], RawServer]]:
    """A server that answers by this list, one after the other."""
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    servers: list[RawServer] = []
    over = threading.Event()

    def start(answers: list[Any]) -> RawServer:
        left = list(answers)

        def answer(sock: socket.socket, request: bytes) -> None:
            what = left.pop(0)
            if what == "slow":
                world.pass_time(seconds=1)  # the world's clock does not run by itself
                over.wait(30)
            elif what == "cut":
                sock.shutdown(socket.SHUT_RDWR)
            elif what == "half":
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
                sock.shutdown(socket.SHUT_RDWR)
            elif what == "noise":
                sock.sendall(b"\x00\x01\x02 nothing that anybody understands\r\n\r\n")
            elif isinstance(what, str):
                sock.sendall(http(status="429 Later", headers=f"Retry-After: {what.split()[1]}\r\n"))
            else:
                sock.sendall(http(status=f"{what} Thus", headers="Location: /elsewhere\r\n"))

        servers.append(RawServer(answer))
        if not answers:
            servers[-1].close()
        return servers[-1]

    yield start
    over.set()
    connections.close_kept()
    for server in servers:
        server.close()


def draw(world: World, url: str, *, timeout: int) -> None:
    fields = {"who": {"type": "string", "variable": True, "label": "Who"}}
    Action.objects.create(
        sandbox=world.sandbox, name="Tell", url=url, payload={"type": "object", "fields": fields}
    )
    world.journey(
        "lobby",
        properties={"timeout_seconds": timeout},
        lobby=act("event", "tell", event="Lobby"),
        tell=act(
            "custom_action",
            {"next": ["end"]},
            action="Tell",
            values={"/who": "@{JourneyProperties.profileId}"},
        ),
        end=act("end"),
    )


def live_through_retries(world: World) -> None:
    world.send("Lobby")
    world.run()
    for _ in range(ATTEMPTS):
        world.pass_time(seconds=0.25)
        world.run()
        world.pass_time(seconds=3)
        world.run()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_calls_are_tried_again_as_the_table_says(
    world: World, serve: Callable[[list[Any]], RawServer], case: dict[str, Any]
) -> None:
    calls.register("custom_action", CustomActionHandler())
    server = serve(case["answers"])
    draw(world, f"{server.url}/tell", timeout=case.get("timeout", 30))

    live_through_retries(world)

    call = Call.objects.get()
    assert (call.status, call.attempts) == (Call.Status.DONE, case["attempts"])
    if case["answers"]:
        assert len(server.requests) == case["attempts"]
    # The same key and the same bytes, however often.
    assert len(set(server.requests)) <= 1
    assert all(f"Idempotency-Key: {call.pk}".encode() in request for request in server.requests)
    assert not LaneInput.objects.exists()
    step = StepEvent.objects.get(activity="tell")
    detail = json.loads(step.detail)
    assert step.path == case.get("path", "")
    assert (detail.get("failure"), detail.get("code")) == (case.get("failure"), case.get("code"))
    assert detail["attempts"] == case["attempts"]


def test_each_attempt_takes_a_slot_of_the_cap(
    transactional_db: None,
    world: World,
    serve: Callable[[list[Any]], RawServer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One call a second: the second attempt within it is not made."""
    take = capping.take
    monkeypatch.setattr(capping, "take", lambda endpoint, limit: take(endpoint, limit, world.now))
    calls.register("fetch", FetchHandler())
    server = serve([503, 200])
    source = DataSource.objects.create(sandbox=world.sandbox, name="Rooms", url=server.url, max_calls=1)
    response = {"type": "object", "properties": {"count": {"type": "integer"}}}
    FieldGroup.objects.create(source=source, name="Free", response_schema=response)
    paths = [{"id": "yes", "expression": "#{Rooms.Free.count} > 0"}]
    world.journey(
        "lobby",
        lobby=act("event", "check", event="Lobby"),
        check=act("condition", {"yes": ["end"]}, paths=paths),
        end=act("end"),
    )
    world.send("Lobby")
    world.run()
    for _ in range(4):
        world.pass_time(seconds=0.2)
        world.run()

    step = StepEvent.objects.get(activity="check")
    assert step.status == StepEvent.Status.CAPPED
    assert json.loads(step.detail)["failure"] == "capped"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "-7"}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "1.5"}, 0),
        ({"retry-after": "٣"}, 0),
        ({"retry-after": "9" * 40}, 999_999_999),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT", "date": "Fri, 31 Dec 1999 23:59:49 GMT"}, 10),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:39 GMT", "date": "Fri, 31 Dec 1999 23:59:49 GMT"}, 0),
    ],
)
def test_what_retry_after_asks_for(headers: dict[str, str], seconds: float) -> None:
    assert seconds_asked(headers) == seconds
