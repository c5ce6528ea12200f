"""When an endpoint is left alone, and when it is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from journeyorch.access.models import Sandbox
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.protection import breaker
from journeyorch.outbound.protection.breaker import Condition, Tally, after, failed, tally
from journeyorch.outbound.protection.models import Breaker

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DOWN = Outcome("error", "connect", message="No connection could be made.")
OK, CAPPED = Outcome("ok", "200"), Outcome("capped", "capped")


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (OK, False),
        (Outcome("ok", "cached"), None),
        (Outcome("http", "500"), True),
        (Outcome("http", "503"), True),
        (Outcome("http", "404"), False),
        (Outcome("http", "429"), False),
        (Outcome("timedOut", "timeout"), True),
        (DOWN, True),
        (Outcome("error", "tls"), True),
        (Outcome("error", "badValue"), None),
        (Outcome("error", "noAddress"), None),
        (Outcome("error", "circuitOpen"), None),
        (CAPPED, None),
    ],
)
def test_what_an_outcome_says_of_the_system(outcome: Outcome, expected: bool | None) -> None:
    assert failed(outcome) is expected


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ([], Tally()),
        ([DOWN, DOWN], Tally(2, False, DOWN.message)),
        ([DOWN, OK], Tally(0, True)),
        ([OK, DOWN, CAPPED, DOWN], Tally(2, True, DOWN.message)),
        ([CAPPED], Tally()),
        ([Outcome("http", "502")], Tally(1, False, "http 502")),
    ],
)
def test_failures_in_a_row_are_counted_at_the_end(outcomes: list[Outcome], told: Tally) -> None:
    assert tally(outcomes) == told


LONG_AGO, JUST_NOW = ago(60), ago(5)
OPEN = Condition(25, LONG_AGO, JUST_NOW, ago(-25))
NEXT = NOW + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("before", "told", "expected"),
    [
        # Too few, or over too short a time.
        (Condition(), Tally(100), Condition(100, NOW)),
        (Condition(18, LONG_AGO), Tally(1), Condition(19, LONG_AGO)),
        (Condition(500, JUST_NOW), Tally(1), Condition(501, JUST_NOW)),
        # Enough.
        (Condition(19, LONG_AGO), Tally(1), Condition(20, LONG_AGO, NOW, NEXT)),
        (Condition(19, ago(10)), Tally(1), Condition(20, ago(10), NOW, NEXT)),
        # A success in between begins anew.
        (Condition(19, LONG_AGO), Tally(3, True), Condition(3, NOW)),
        (Condition(19, LONG_AGO), Tally(0, True), Condition()),
        # Open: it stays open from failure to failure, and a success closes it.
        (OPEN, Tally(1), Condition(26, LONG_AGO, JUST_NOW, NEXT)),
        (OPEN, Tally(0, True), Condition()),
        # Nothing was said.
        (OPEN, Tally(), OPEN),
    ],
)
def test_it_opens_after_many_failures_over_some_seconds(
    before: Condition, told: Tally, expected: Condition
) -> None:
    assert after(before, told, NOW, most=20, seconds=30) == expected


def test_without_a_number_of_failures_it_never_opens() -> None:
    assert after(Condition(10**6, LONG_AGO), Tally(9), NOW, most=0, seconds=30).opened_at is None


# --- In the database ------------------------------------------------------------------------------


def note(*outcomes: Outcome, at: datetime = NOW) -> None:
    sandbox = Sandbox.objects.get(name="prod")
    breaker.note({(sandbox.pk, "action:7"): outcomes}, at, failing=set(breaker.conditions()))


@pytest.mark.django_db
def test_a_healthy_endpoint_has_no_row() -> None:
    note(OK, CAPPED)
    assert not Breaker.objects.exists()


@pytest.mark.django_db
def test_workers_count_together_and_one_of_them_makes_the_probe(settings) -> None:
    settings.BREAKER_FAILURES = 4
    note(DOWN, DOWN, at=ago(20))
    note(DOWN)
    assert breaker.conditions()["action:7"].opened_at is None
    note(DOWN)
    condition = breaker.conditions()["action:7"]
    assert (condition.opened_at, condition.probe_at) == (NOW, NEXT)

    assert not breaker.take_probe("action:7", condition, NEXT - timedelta(milliseconds=1))
    assert [breaker.take_probe("action:7", condition, NEXT) for _ in range(3)] == [True, False, False]

    # Its worker died: another one makes it.
    condition = breaker.conditions()["action:7"]
    assert not breaker.take_probe("action:7", condition, NEXT + timedelta(seconds=44))
    assert breaker.take_probe("action:7", condition, NEXT + timedelta(seconds=45))


@pytest.mark.django_db
def test_a_success_closes_it_and_the_last_error_is_remembered(settings) -> None:
    settings.BREAKER_FAILURES = 1
    note(DOWN, at=ago(20))
    note(DOWN)
    note(OK)
    row = Breaker.objects.get()
    assert (row.failures, row.failing_since, row.opened_at, row.probe_at) == (0, None, None, None)
    assert (row.last_error, row.last_failed_at) == (DOWN.message, NOW)
    assert breaker.conditions() == {}


@pytest.mark.django_db
def test_an_administrator_closes_it(settings) -> None:
    settings.BREAKER_FAILURES = 1
    note(DOWN, at=ago(20))
    note(DOWN)
    breaker.reset("action:7")
    assert breaker.conditions() == {}
