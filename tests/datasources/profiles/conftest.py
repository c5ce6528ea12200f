"""People as tests speak of them: ``see(...)`` lets one event happen, ``person(...)`` reads somebody back."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from datasources.platform.namespaces.standard import STANDARD
from datasources.platform.profiles.changes import write
from datasources.platform.profiles.feed import Received
from datasources.platform.profiles.loading import load_feed
from datasources.platform.profiles.people import Needs, Person, load_people
from journeyorch.access.models import Sandbox

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
EVERYTHING = Needs(attributes=True, event_types=None, identities=True)


@pytest.fixture
def sandbox(db) -> Sandbox:
    return Sandbox.objects.create(name="people", title="People")


@pytest.fixture
def receive() -> Callable[..., Received]:
    """An event: identities as "Namespace:value", the first one primary; its fields by keyword."""
    ids = itertools.count(1)

    def received(*names: str, record: bool = False, id: int | None = None, **fields: Any) -> Received:
        number = next(ids) if id is None else id
        pairs = [name.split(":", 1) for name in names]
        identities = [(pair[0], pair[1], index == 0) for index, pair in enumerate(pairs)]
        return Received(number, NOW + timedelta(seconds=number), identities, fields, record)

    return received


def feed(sandbox_id: int, events: list[Received], **options: Any) -> None:
    """One wave of these events, written."""
    with transaction.atomic():
        loaded = load_feed(sandbox_id, events, namespaces=STANDARD, now=NOW, **options)
        for event in events:
            loaded.apply(event)
        write(loaded.changes())


@pytest.fixture
def see(sandbox, receive) -> Callable[..., Received]:
    def happened(*names: str, **fields: Any) -> Received:
        event = receive(*names, **fields)
        feed(sandbox.pk, [event])
        return event

    return happened


@pytest.fixture
def person(sandbox) -> Callable[..., Person | None]:
    def read(name: str, needs: Needs = EVERYTHING) -> Person | None:
        pair = tuple(name.split(":", 1))
        return load_people(sandbox.pk, [pair], needs, now=NOW + timedelta(days=1)).get(pair)

    return read
