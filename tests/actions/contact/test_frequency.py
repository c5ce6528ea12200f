"""At most so many messages in so many hours, whoever counts at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections

from actions.contact.frequency import Cap, Wish, decide, forget_expired, give_back, take_slots
from actions.contact.models import ContactCount
from journeyorch.access.models import Sandbox

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A, B, C = (UUID(int=number) for number in (1, 2, 3))
KEY, WHOLE = (1, 5, "profile:1"), (1, 0, "profile:1")
DAILY = Cap(1, 24)


def ago(**delta):
    return NOW - timedelta(**delta)


@pytest.mark.parametrize(
    ("got", "cap", "fits"),
    [
        ([], DAILY, True),
        ([(ago(hours=23), A)], DAILY, False),
        ([(ago(hours=24), A)], DAILY, True),
        ([(ago(hours=1), B)], DAILY, True),  # itself, tried once more
        ([(ago(hours=1), A), (ago(hours=1), C)], Cap(3, 24), True),
        ([(ago(days=6), A), (ago(hours=1), C)], Cap(2, 24 * 7), False),
    ],
)
def test_messages_of_the_span_count(got, cap, fits):
    after, refused = decide([Wish(B, {KEY: cap})], {KEY: got}, NOW)

    assert (refused == {}) is fits
    assert ((NOW, B) in after[KEY]) is fits
    assert len({id for _, id in after[KEY]}) == len(after[KEY])


def test_a_message_that_one_cap_refuses_takes_no_slot_of_another():
    full = {WHOLE: [(ago(hours=1), A)], KEY: []}

    after, refused = decide([Wish(B, {KEY: DAILY, WHOLE: DAILY})], full, NOW)

    assert refused == {B: WHOLE}
    assert after == full


def test_messages_of_one_batch_count_each_other():
    _, refused = decide([Wish(id, {KEY: Cap(2, 24)}) for id in (A, B, C)], {KEY: []}, NOW)
    assert refused == {C: KEY}


@pytest.fixture
def key(db):
    return Sandbox.objects.get(name="prod").pk, 5, "profile:1"


def test_a_slot_is_free_again_when_the_message_was_not_sent(key):
    assert take_slots([Wish(A, {key: DAILY})], NOW) == {}
    assert take_slots([Wish(B, {key: DAILY})], NOW) == {B: key}

    give_back({A: [key]})

    assert take_slots([Wish(B, {key: DAILY})], NOW) == {}


def test_counts_are_forgotten_when_nobody_looks_at_them(key):
    take_slots([Wish(A, {key: DAILY})], NOW)
    assert forget_expired(NOW + timedelta(hours=24), most=10) == 0
    assert forget_expired(NOW + timedelta(hours=25), most=10) == 1
    assert not ContactCount.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_workers_that_count_at_the_same_time_let_no_message_too_many_through():
    """Two caps that cross, so that the order of locking matters as well."""
    sandbox = Sandbox.objects.get(name="prod").pk
    keys = [(sandbox, scope, "profile:1") for scope in (0, 5)]
    cap = Cap(7, 24)

    def take(number: int) -> int:
        try:
            caps = dict.fromkeys(keys if number % 2 else reversed(keys), cap)
            return 3 - len(take_slots([Wish(uuid4(), caps) for _ in range(3)], NOW))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(16)))

    assert sum(taken) == cap.most
    assert {len(row.recent) for row in ContactCount.objects.all()} == {cap.most}
