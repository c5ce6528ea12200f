"""Ids are the same for the same thing, others for any other, and begin with the moment of the entrance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import RFC_4122, UUID

from journeys.engine.decide import Arrival
from journeys.engine.decide.ids import call_key, instance_id_of

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def instance_at(moment: datetime, *, event: int = 7, person: str = "ida", run: int = 0) -> UUID:
    arrival = Arrival(keys=(), payload={}, received_at=moment, received_id=event)
    return instance_id_of(arrival, journey_id=1, person=("CRMID", person), run=run)


def test_an_id_is_the_same_when_it_is_made_again_and_another_for_anything_else() -> None:
    instance = instance_at(MOMENT)
    others = [instance_at(MOMENT, event=8), instance_at(MOMENT, person="ina"), instance_at(MOMENT, run=1)]
    calls = [
        call_key(*of)
        for of in [
            (instance, "tell", 1, "do"), (instance, "tell", 2, "do"), (instance, "tell", 1, "fetch0"),
            (instance, "ask", 1, "do"), (others[0], "tell", 1, "do"),
        ]
    ]  # fmt: skip

    assert instance_at(MOMENT) == instance
    assert call_key(instance, "tell", 1, "do") == calls[0]
    ids = [instance, *others, *calls]
    assert len(set(ids)) == len(ids)
    # A key holds in any system that looks at what a UUID is made of.
    assert {(id.variant, id.version) for id in ids} == {(RFC_4122, 7)}


def test_rows_of_people_who_came_later_stand_later_in_the_index() -> None:
    instances = [instance_at(MOMENT + timedelta(milliseconds=number)) for number in range(20)]
    calls = [call_key(instance, "tell", 1, "do") for instance in instances]

    assert all(earlier < later for earlier, later in [*pairwise(instances), *pairwise(calls)])
