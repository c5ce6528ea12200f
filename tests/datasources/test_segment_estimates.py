"""What a segment's size is told from, and how certain it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from datasources.models import Profile, Schema
from datasources.platform.segments import estimating
from datasources.platform.segments.compiling import compiled_alone
from datasources.platform.segments.estimating import estimate, estimated
from journeyorch.access.models import Sandbox

# hits, sample, people: size, low, high. The intervals are those of tables of Wilson's.
FIGURES = [
    ((3, 10, 10), (3, 3, 3)),
    ((0, 0, 0), (0, 0, 0)),
    ((50, 100, 1000), (500, 404, 596)),
    ((0, 100, 1000), (0, 0, 37)),
    ((100, 100, 1000), (1000, 963, 1000)),
    ((1, 5000, 1_000_000), (200, 35, 1132)),
    ((99, 100, 101), (100, 99, 100)),
    ((0, 0, 1000), (0, 0, 1000)),
]
GOLD = '#{ExperiencePlatform.ProfileFieldGroup.tier} == "gold"'
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(("seen", "expected"), FIGURES)
def test_an_estimate_says_between_what_the_size_is(
    seen: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    hits, sample, people = seen
    found = estimated(hits, sample=sample, people=people)

    assert (found.size, found.low, found.high) == expected
    assert found.is_exact == (sample == people)


@pytest.fixture
def people(db: None) -> Sandbox:
    """Forty people, ten of them gold; and others of another sandbox, or merged, who do not count."""
    prod = Sandbox.objects.get(name="prod")
    other = Sandbox.objects.create(name="other", title="Other")
    document = {"type": "object", "properties": {"tier": {"type": "string"}}}
    Schema.objects.create(sandbox=prod, name="People", kind="profile", document=document)
    tiers = [{"tier": "gold" if number % 4 == 0 else "grey"} for number in range(40)]
    mine = Profile.objects.bulk_create([Profile(sandbox=prod, attributes=tier) for tier in tiers])
    Profile.objects.bulk_create([Profile(sandbox=other, attributes={"tier": "gold"})] * 1)
    Profile.objects.create(sandbox=prod, attributes={"tier": "gold"}, merged_into=mine[1])
    return prod


def test_few_people_are_counted(people: Sandbox) -> None:
    segment, zone = compiled_alone(GOLD, people.pk)

    found = estimate(segment, people.pk, zone=zone, now=NOW)

    assert (found.is_exact, found.people, found.size) == (True, 40, 10)


def test_many_people_are_estimated_from_a_sample_of_different_people(
    people: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimating, "SAMPLE", 20)
    segment, zone = compiled_alone(GOLD, people.pk)

    found = estimate(segment, people.pk, zone=zone, now=NOW)

    assert (found.is_exact, found.people, found.sample) == (False, 40, 20)
    assert found.low <= 10 <= found.high
    assert found.low < found.high
