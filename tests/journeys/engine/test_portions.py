"""Waves that read people's histories take as much as fits into memory."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from datasources.models import ExperienceEvent
from datasources.platform.profiles import people as reading
from journeys.engine.drain import run_waiting_wave
from journeys.engine.lanes import WAVE_INPUTS
from journeys.engine.wave import portions
from journeys.engine.wave.load import share
from journeys.models import Instance
from tests.journeys.crowd import Crowd
from tests.journeys.engine.test_waves import RACE, people, route
from tests.journeys.world import act

_PAST = "ExperiencePlatform.ProfileFieldGroup.experienceevent"
BUSY = f'count(#{{{_PAST}.all(currentDataPackField.eventType == "x")}}) > 3'

CALM = BUSY.replace(">", "<")


@pytest.mark.parametrize(
    ("before", "things", "events", "after"),
    [
        # Nobody has a history: up to a full wave, at most twice as much at a time.
        (64, 64, 0, 128),
        (400, 300, 0, WAVE_INPUTS),
        # A few without a history say nothing of many.
        (64, 1, 0, 64),
        (64, 40, 0, 80),
        # As much as would have fit.
        (500, 500, 75_000, 100),
        (100, 100, 15_000, 100),
        (100, 50, 15_000, 50),
        # A thing whose person has a thousand is handled, too.
        (8, 8, 1_000_000, 8),
    ],
)
def test_the_next_wave_takes_what_would_have_fit(before: int, things: int, events: int, after: int) -> None:
    portions._most[1] = before

    portions.learn(1, things=things, events=events)

    assert portions.most_for(1) == after
    assert portions.most_for(2) == 64, "another sandbox has its own"


@pytest.mark.parametrize(
    ("most", "taken"), [(500, (200, 200, 100)), (100, (40, 40, 20)), (8, (3, 3, 1)), (1, (1, 1, 1))]
)
def test_a_smaller_wave_has_the_same_shares(most: int, taken: tuple[int, int, int]) -> None:
    inputs = [*people(500), *people(500, first=1000, bulk=1)]

    chosen, timers, left = share(inputs, [UUID(int=number) for number in range(500)], most=most)

    assert (sum(not one.bulk for one in chosen), len(timers), sum(one.bulk for one in chosen)) == taken
    assert len(chosen) + len(left) == 1000


@pytest.mark.django_db
def test_no_wave_reads_more_of_the_past_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """And everybody is handled all the same."""
    monkeypatch.setattr(portions, "EVENTS", 100)
    monkeypatch.setattr(portions, "_FIRST", 10)
    crowd = Crowd()
    crowd.journey(
        "in",
        **{"in": act("event", "if", event="Lobby"), "end": act("end")},
        **{"if": act("condition", {"yes": ["end"]}, paths=[{"id": "yes", "expression": BUSY}])},
    )
    for number in range(60):
        profile = crowd.person(f"p{number}")
        ExperienceEvent.objects.bulk_create(
            ExperienceEvent(
                sandbox=crowd.sandbox,
                profile=profile,
                event_type="x",
                timestamp=crowd.now - timedelta(hours=each),
                data={"eventType": "x"},
                source=f"{number}-{each}",
            )
            for each in range(10)
        )
        crowd.send("Lobby", f"p{number}")
    read: list[int] = []
    load = reading.load_history

    def counted(*arguments: object, **more: object) -> object:
        found = load(*arguments, **more)  # type: ignore[arg-type]
        read.append(sum(map(len, found.values())))
        return found

    monkeypatch.setattr(reading, "load_history", counted)
    crowd.run()

    assert Instance.objects.filter(status=Instance.Status.FINISHED).count() == 60
    assert max(read) <= 100
    assert sum(read) == 600


@pytest.mark.django_db
def test_a_wave_whose_timers_all_wait_for_an_older_event_asks_for_no_other_at_once() -> None:
    """What they wait for wakes the workers up; until then they would run waves that do nothing."""
    crowd = Crowd()
    look = act("condition", {"yes": ["meal", "hour"]}, paths=[{"id": "yes", "expression": CALM}])
    crowd.journey("lobby", **{**RACE, "lobby": act("event", "look", event="Lobby"), "look": look})
    for number in range(12):
        crowd.send("Lobby", f"p{number}")
    crowd.run()
    crowd.pass_time(minutes=59)
    crowd.send("Restaurant", "p0")
    crowd.pass_time(minutes=2)
    portions._most[crowd.sandbox.pk] = 8

    with crowd.clock():
        done = run_waiting_wave(crowd.sandbox.pk, owner="drain", workers=1)
        assert done == (0, False)

    route(crowd)
    with crowd.clock():
        assert run_waiting_wave(crowd.sandbox.pk, owner="drain", workers=1).more
    crowd.run()
    assert Instance.objects.filter(status=Instance.Status.FINISHED).count() == 12
