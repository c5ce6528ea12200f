from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from journeyorch.outbound import connections
from tests.journeyorch.outbound.raw_server import Answer, RawServer


@pytest.fixture
def serve(settings) -> Iterator[Callable[..., RawServer]]:
    """Starts raw servers on loopback, which the guard lets through for this test."""
    servers: list[RawServer] = []
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]

    def start(answer: Answer, **options) -> RawServer:
        servers.append(RawServer(answer, **options))
        return servers[-1]

    yield start
    connections.close_kept()
    for server in servers:
        server.close()
