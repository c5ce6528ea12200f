"""Senders at the same time: one event is stored once, whoever sends it first (engine.md, Accept)."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from django.db import connection
from django.test import Client

from events.models import EventKey, Inlet, ReceivedEvent
from tests.events.conftest import message
from tests.events.seed import KEY


@pytest.mark.django_db(transaction=True)
def test_batches_with_common_keys_in_any_order_store_each_event_once(inlet: Inlet) -> None:
    def deliver(seed: int) -> list[int]:
        ids = list(range(60))
        random.Random(seed).shuffle(ids)
        try:
            return [_send([f"e-{id}" for id in ids[start : start + 20]]) for start in range(0, 60, 20)]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        statuses = [status for answer in threads.map(deliver, range(6)) for status in answer]
    assert set(statuses) == {207}
    stored = [orjson.loads(body)["body"]["xdmEntity"]["_id"] for body in _bodies()]
    assert sorted(stored) == sorted(f"e-{id}" for id in range(60))
    assert EventKey.objects.count() == 60


def _send(names: list[str]) -> int:
    body = orjson.dumps({"messages": [message(name) for name in names]})
    headers = {"Authorization": f"Bearer {KEY}"}
    address = "/collection/batch/inlet-1"
    return Client().post(address, body, content_type="application/json", headers=headers).status_code


def _bodies() -> list[str]:
    return list(ReceivedEvent.objects.values_list("body", flat=True))
