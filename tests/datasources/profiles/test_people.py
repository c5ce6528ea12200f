"""People as expressions see them: what is asked for, of the right time, whoever they were merged with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from datasources.models import ExperienceEvent, Identity, Profile
from datasources.platform.profiles.people import HISTORY_EVENTS, Needs, load_people
from journeyorch import bulk
from tests.datasources.profiles.conftest import NOW

pytestmark = pytest.mark.django_db


def types(person) -> list[str]:
    return [event.type for event in person.history]


def test_strangers_are_left_out(sandbox, see):
    see("CRMID:1")
    found = load_people(sandbox.pk, [("CRMID", "1"), ("CRMID", "2"), ("Email", "1")], Needs())
    assert list(found) == [("CRMID", "1")]


def test_what_is_not_asked_for_is_not_there(see, person):
    see("CRMID:1", record=True, a=1)
    see("CRMID:1", eventType="x")
    found = person("CRMID:1", Needs())
    assert (found.attributes, found.history, found.identities) == ({}, (), ())
    assert person("CRMID:1", Needs(attributes=True)).attributes == {"a": 1}
    assert len(person("CRMID:1", Needs(identities=True)).identities) == 1


def test_only_the_types_asked_for_are_read(see, person):
    for kind in ("a", "b", "a", "c", ""):
        see("CRMID:1", eventType=kind)
    assert types(person("CRMID:1", Needs(event_types=frozenset({"a", "c"})))) == ["c", "a", "a"]
    assert types(person("CRMID:1", Needs(event_types=None))) == ["", "c", "a", "b", "a"]


def test_events_older_than_a_year_or_than_asked_for_are_not_seen(see, person):
    # The fixture reads a day after NOW.
    for days in (365, 363, 10, 1):
        see("CRMID:1", eventType=str(days), timestamp=(NOW - timedelta(days=days)).isoformat())
    assert types(person("CRMID:1", Needs(event_types=None))) == ["1", "10", "363"]
    since = NOW - timedelta(days=10)
    assert types(person("CRMID:1", Needs(event_types=None, events_since=since))) == ["1", "10"]
    assert types(person("CRMID:1", Needs(event_types=None, events_since=NOW - timedelta(days=9999)))) == [
        "1",
        "10",
        "363",
    ]


def test_the_limit_counts_events_of_all_types(sandbox, see, person):
    see("CRMID:1", eventType="rare")
    profile = Profile.objects.get()
    ExperienceEvent.objects.bulk_create(
        ExperienceEvent(
            sandbox=sandbox,
            profile=profile,
            source=f"e{n}",
            event_type="often",
            timestamp=NOW + timedelta(minutes=n + 1),
        )
        for n in range(HISTORY_EVENTS)
    )
    assert types(person("CRMID:1", Needs(event_types=frozenset({"rare"})))) == []
    ExperienceEvent.objects.filter(source="e5").delete()
    assert types(person("CRMID:1", Needs(event_types=frozenset({"rare"})))) == ["rare"]


def test_of_people_who_became_one_the_newest_events_of_both_are_read(sandbox, see, person):
    see("CRMID:1")
    see("CRMID:2")
    profiles = Profile.objects.order_by("pk")
    ExperienceEvent.objects.bulk_create(
        ExperienceEvent(
            sandbox=sandbox,
            profile=profiles[n % 2],
            source=f"e{n}",
            event_type=str(n),
            timestamp=NOW + timedelta(minutes=n),
        )
        for n in range(1300)
    )
    see("CRMID:1", "CRMID:2", timestamp="2020-01-01T00:00:00Z")
    assert types(person("CRMID:2")) == [str(n) for n in range(1299, 299, -1)]


def test_a_reference_reads_attributes_and_events_by_their_paths(see, person):
    see("CRMID:1", record=True, person={"name": 1})
    see("CRMID:1", eventType="x", n=2)
    fields = person("CRMID:1").fields
    assert fields["person"] == {"name": 1}
    assert [event["n"] for event in fields["experienceevent"]] == [2]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's planner")
@pytest.mark.parametrize("locked", [False, True])
def test_people_are_found_by_index_on_tables_without_statistics(sandbox, see, monkeypatch, locked):
    profiles = Profile.objects.bulk_create(Profile(sandbox=sandbox) for _ in range(3000))
    Identity.objects.bulk_create(
        Identity(sandbox=sandbox, namespace="CRMID", value=f"v{n}", profile=one, seen_at=NOW)
        for n, one in enumerate(profiles)
    )
    ExperienceEvent.objects.bulk_create(
        ExperienceEvent(sandbox=sandbox, profile=one, source=f"e{n}", timestamp=NOW)
        for n, one in enumerate(profiles)
    )
    plans = []
    run = bulk._fetch

    def explained(sql, parameters):
        if "LATERAL" in sql:
            plans.append("\n".join(row[0] for row in run(f"EXPLAIN {sql}", parameters)))
        return run(sql, parameters)

    monkeypatch.setattr(bulk, "_fetch", explained)
    pairs = [("CRMID", f"v{n}") for n in range(500)]
    needs = Needs(attributes=True, event_types=None, identities=True)
    assert len(load_people(sandbox.pk, pairs, needs, now=NOW, lock=locked)) == 500
    assert len(plans) >= 6
    assert not [plan for plan in plans if "Seq Scan" in plan]
    assert any("identity_unique" in plan for plan in plans)


def test_looking_people_up_takes_few_queries(sandbox, see, monkeypatch):
    see("CRMID:1", "Email:a@b.c")
    made = []
    lookup = bulk.lookup
    monkeypatch.setattr(bulk, "lookup", lambda *args, **options: made.append(1) or lookup(*args, **options))
    load_people(sandbox.pk, [("CRMID", "1")], Needs())
    assert len(made) == 2
