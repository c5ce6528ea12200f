"""Traces: what is a span, what stands in it, and that it costs nothing where nobody wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from journeyorch.observing import tracing
from journeyorch.observing.tracing import require_installed, span
from journeyorch.outbound.client import Request, Response, exchange
from tests.journeyorch.outbound.conftest import serve
from tests.journeyorch.outbound.raw_server import RawServer
from tests.journeys.world import World, act

__all__ = ["serve"]


@pytest.fixture
def spans(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """Traces are wanted; gives the spans that are over."""
    kept = InMemorySpanExporter()
    settings.TRACES = True
    monkeypatch.setattr(tracing, "_processor", lambda: SimpleSpanProcessor(kept))
    tracing._tracer.cache_clear()
    yield kept.get_finished_spans
    tracing._tracer.cache_clear()


def test_routing_and_waves_are_told_by_ids(db: None, spans: Callable[[], Any]) -> None:
    world = World()
    world.journey("entry", entry=act("event", "end", event="Lobby"), end=act("end"))
    world.send("Lobby", "anna@example.com", amount=7)
    world.drain()
    found = {one.name: dict(one.attributes) for one in spans()}
    sandbox = world.sandbox.pk
    first = found["route events"]["journeyorch.first_event_id"]
    assert found["route events"] == {
        "journeyorch.sandbox_id": sandbox, "journeyorch.events": 1,
        "journeyorch.first_event_id": first, "journeyorch.last_event_id": first,
    }  # fmt: skip
    assert found["wave"]["journeyorch.sandbox_id"] == sandbox
    assert "anna" not in str([one.to_json() for one in spans()])


def test_a_failure_tells_its_kind_and_no_text(spans: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match="anna"), span("wave"):
        raise ValueError("anna@example.com is no number")
    (told,) = spans()
    assert told.attributes["error.type"] == "ValueError"
    assert told.status.status_code is StatusCode.ERROR
    assert "anna" not in told.to_json()


@pytest.mark.parametrize("wanted", [True, False])
def test_calls_carry_the_trace_only_if_they_are_to(
    spans: Callable[[], Any], settings: Any, serve: Callable[..., RawServer], wanted: bool
) -> None:
    settings.TRACES_CARRIED = wanted
    seen: list[bytes] = []

    def answer(sock: Any, request: bytes) -> None:
        seen.append(request)
        sock.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with span("call"):
        sent = exchange(Request("GET", serve(answer).url), timeout=60)
    assert isinstance(sent, Response)
    trace = f"{spans()[0].context.trace_id:032x}".encode()
    assert (b"traceparent: 00-" + trace in seen[0].replace(b"Traceparent", b"traceparent")) is wanted


def test_switched_off_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "_tracer", None)
    with span("wave", lanes=3):
        assert tracing.carried() == {}


def test_what_is_wanted_must_be_installed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "find_spec", lambda name: None)
    require_installed()
    settings.TRACES = True
    with pytest.raises(ImproperlyConfigured, match="install the extra"):
        require_installed()
