"""What several browser tests begin with."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from journeyorch.access.models import Sandbox, User
from journeys.demo.hotel import Addresses, load_hotel
from journeys.engine.lanes import ensure_lanes


@pytest.fixture
def hotel(live_server: Any) -> Sandbox:
    """The demo's sandbox, and an administrator."""
    cache.clear()
    load_hotel(Addresses("http://127.0.0.1:1", "http://127.0.0.1:1"))
    sandbox = Sandbox.objects.get(name="prod")
    ensure_lanes(sandbox.pk)
    User.objects.create_superuser("anna", password="secret").sandboxes.add(sandbox)
    return sandbox
