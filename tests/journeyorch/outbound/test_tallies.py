"""Attempts to call other systems are counted, and written now and then."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.models import CallTally
from journeyorch.outbound.tallies import EVERY, Tallies, result_of


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Outcome("ok", "200"), "ok"),
        (Outcome("http", "404"), "4xx"),
        (Outcome("http", "503"), "5xx"),
        (Outcome("timedOut", "timeout"), "timedOut"),
        (Outcome("capped", "capped"), "capped"),
        (Outcome("error", "connect"), "error"),
    ],
)
def test_how_it_ended_is_one_word(outcome: Outcome, word: str) -> None:
    assert result_of(outcome) == word


@pytest.mark.django_db
def test_they_are_added_up_over_processes_and_written_once_a_second() -> None:
    time = [0.0]
    ours, others = Tallies(clock=lambda: time[0]), Tallies(clock=lambda: time[0])
    for tallies in (ours, others):
        tallies.count("action:1", Outcome("ok", "200"))
        tallies.count("action:1", Outcome("http", "500"))
        tallies.write_now_and_then()
    assert not CallTally.objects.exists()

    time[0] += EVERY
    ours.count("action:1", Outcome("ok", "200"))
    for tallies in (ours, others, ours):  # what is written is not written again
        tallies.write_now_and_then()
    rows = set(CallTally.objects.values_list("endpoint", "result", "n"))
    assert rows == {("action:1", "ok", 3), ("action:1", "5xx", 2)}


@pytest.mark.django_db
def test_what_cannot_be_written_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    tallies = Tallies()
    tallies.count("source:1", Outcome("ok", "200"))

    def away(*given: object, **more: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr("journeyorch.outbound.tallies.bulk.insert", away)
        with pytest.raises(DatabaseError):
            tallies.write()
    tallies.write()
    assert CallTally.objects.get().n == 1
