"""Events that feed profiles: who they are about, what becomes known of them, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import orjson
import pytest
from django.db import transaction

from datasources.models import ExperienceEvent, Identity, Profile
from datasources.platform.namespaces.standard import STANDARD
from datasources.platform.profiles.changes import Stale, json_text, write
from datasources.platform.profiles.loading import load_feed
from datasources.platform.profiles.people import Needs
from journeyorch import bulk
from journeyorch.access.models import Sandbox
from tests.datasources.profiles.conftest import EVERYTHING, NOW, feed

pytestmark = pytest.mark.django_db


def names(person) -> set[str]:
    return {f"{one.namespace}:{one.value}" for one in person.identities}


def history(person) -> list:
    return [event.get("n") for event in person.fields["experienceevent"]]


# --- Getting to know people -----------------------------------------------------------------------


def test_somebody_unknown_becomes_a_profile_with_the_event_as_history(see, person):
    see("CRMID:1", "ECID:c", eventType="web.view", n=1)
    found = person("CRMID:1")
    assert names(found) == {"CRMID:1", "ECID:c"}
    assert history(found) == [1]
    assert person("ECID:c").profile_id == found.profile_id
    assert Profile.objects.count() == 1


def test_an_identity_seen_with_a_known_one_is_linked(see, person):
    see("CRMID:1", n=1)
    see("CRMID:1", "Email:a@example.com", n=2)
    see("Email:a@example.com", n=3)
    assert history(person("CRMID:1")) == [3, 2, 1]
    assert Profile.objects.count() == 1


def test_an_event_that_names_nobody_changes_nothing(see):
    see(n=1)
    assert not Profile.objects.exists()
    assert not ExperienceEvent.objects.exists()


def test_people_of_another_sandbox_stay_strangers(see, person, receive, db):
    see("CRMID:1", n=1)
    other = Sandbox.objects.create(name="other", title="Other")
    feed(other.pk, [receive("CRMID:1", n=2)])
    assert history(person("CRMID:1")) == [1]
    assert Profile.objects.count() == 2


@pytest.mark.parametrize("name", ["CRMID:" + "x" * 513, "N" * 61 + ":1", "CRMID:a\x00b", "CRMID:"])
def test_a_name_that_no_table_takes_is_passed_over(see, person, name):
    see(name, "CRMID:1", n=1)
    assert names(person("CRMID:1")) == {"CRMID:1"}


def test_an_event_applied_again_is_the_same_event(sandbox, receive, person):
    event = receive("CRMID:1", "ECID:c", n=1)
    for _ in range(3):
        feed(sandbox.pk, [event, event])
    assert history(person("CRMID:1")) == [1]
    assert Identity.objects.count() == 2


def test_the_last_time_an_identity_was_seen_never_goes_back(see, person):
    see("CRMID:1", id=50)
    see("CRMID:1", id=10)
    (identity,) = person("CRMID:1").identities
    assert identity.seen_at == NOW + timedelta(seconds=50)


def test_the_most_recently_seen_identity_comes_first(see, person):
    see("CRMID:1", "CRMID:2")
    see("CRMID:1")
    assert [one.value for one in person("CRMID:2").identities] == ["1", "2"]


def test_an_event_without_a_usable_time_happened_when_it_was_received(see, person):
    for number, text in enumerate([None, "yesterday", 5, "0001-01-01T00:00:00+14:00", [], ""]):
        see("CRMID:1", id=number + 1, n=number, timestamp=text)
    assert history(person("CRMID:1")) == [5, 4, 3, 2, 1, 0]
    first = person("CRMID:1").history[-1]
    assert first.data["timestamp"] == "2026-06-01T12:00:01Z"


def test_history_goes_by_the_time_of_the_event(see, person):
    see("CRMID:1", n=1, timestamp="2026-05-02T00:00:00+02:00")
    see("CRMID:1", n=2, timestamp="2026-05-01T21:00:00")
    found = person("CRMID:1")
    assert history(found) == [1, 2]
    assert found.history[0].at == datetime(2026, 5, 1, 22, tzinfo=UTC)


def test_nul_and_very_long_types_do_not_stop_a_wave(see, person):
    see("CRMID:1", eventType="t\x00" + "x" * 500, n="a\x00b", m="\\u0000")
    data = person("CRMID:1").history[0].data
    assert (data["n"], data["m"]) == ("a\ufffdb", "\\u0000")
    assert len(ExperienceEvent.objects.get().event_type) == 120


@pytest.mark.parametrize("text", ["\x00\x00", "\\\x00", "\\\\\x00", "\\u0000", "\\\\u0000\x00"])
def test_only_nul_itself_is_replaced(text):
    assert orjson.loads(json_text(text)) == text.replace("\x00", "\ufffd")


def test_what_cannot_be_stored_is_refused_before_anything_changes(sandbox, receive):
    deep: dict = {}
    for _ in range(600):
        deep = {"d": deep}
    loaded = load_feed(sandbox.pk, [], namespaces=STANDARD, now=NOW)
    for entity in ({"a": deep}, {"a": 2**70}, {"a": object()}):
        for record in (True, False):
            with pytest.raises(ValueError, match="cannot be stored"):
                loaded.apply(receive("CRMID:1", record=record, **entity))
    changes = loaded.changes()
    assert (changes.created, changes.identities, changes.events) == ([], [], [])


# --- Records --------------------------------------------------------------------------------------


def test_a_record_writes_attributes_and_joins_no_history(see, person):
    see("CRMID:1", record=True, person={"name": {"firstName": "Zoë"}}, identityMap={"CRMID": []})
    see("CRMID:1", record=True, person={"name": {"lastName": "O'Hara"}})
    found = person("CRMID:1")
    assert found.attributes == {"person": {"name": {"firstName": "Zoë", "lastName": "O'Hara"}}}
    assert history(found) == []


def test_of_two_records_the_one_received_later_wins_whichever_is_handled_first(see, person):
    see("CRMID:1", record=True, id=2, loyalty={"tier": "gold"})
    see("CRMID:1", record=True, id=1, loyalty={"tier": "silver", "points": 3})
    assert person("CRMID:1").attributes == {"loyalty": {"tier": "gold", "points": 3}}


def test_records_of_one_request_win_by_their_order(sandbox, receive, person):
    first, second = receive("CRMID:1", record=True, a=1), receive("CRMID:1", record=True, a=2)
    second = second._replace(received_at=first.received_at)
    feed(sandbox.pk, [second])
    feed(sandbox.pk, [first])
    assert person("CRMID:1").attributes == {"a": 2}


def test_a_record_applied_again_writes_nothing(see, sandbox, person):
    event = see("CRMID:1", record=True, a=1)
    version = person("CRMID:1").version
    feed(sandbox.pk, [event])
    assert person("CRMID:1").version == version


def test_a_record_may_flag_a_test_profile(see, person):
    see("CRMID:1", record=True, testProfile=True)
    see("CRMID:1", record=True, a=1)
    assert person("CRMID:1").test_profile
    see("CRMID:1", record=True, testProfile=False)
    assert not person("CRMID:1").test_profile


def test_a_record_reaches_somebody_whom_an_earlier_event_of_the_wave_linked(sandbox, see, receive, person):
    see("CRMID:1", record=True, a=1)
    feed(sandbox.pk, [receive("CRMID:1", "Email:a@b.c"), receive("Email:a@b.c", record=True, b=2)])
    assert person("CRMID:1").attributes == {"a": 1, "b": 2}


# --- Becoming one ---------------------------------------------------------------------------------


def test_two_people_named_together_become_one_with_all_that_was_known(see, person):
    see("CRMID:1", record=True, tier="silver", city="Oslo", id=1)
    see("Email:a@b.c", record=True, tier="gold", zip="1", id=2)
    see("CRMID:1", n=3)
    see("Email:a@b.c", n=4)
    see("Email:a@b.c", "CRMID:1", n=5)
    found = person("CRMID:1")
    assert found == person("Email:a@b.c")
    assert found.attributes == {"tier": "gold", "city": "Oslo", "zip": "1"}
    assert history(found) == [5, 4, 3]
    assert names(found) == {"CRMID:1", "Email:a@b.c"}


def test_whoever_was_merged_before_follows(see, person):
    for name in ("CRMID:1", "CRMID:2", "CRMID:3"):
        see(name, n=name)
    see("CRMID:2", "CRMID:3")
    see("CRMID:1", "CRMID:2")
    assert len({person(f"CRMID:{n}").profile_id for n in (1, 2, 3)}) == 1
    assert sorted(filter(None, history(person("CRMID:3")))) == ["CRMID:1", "CRMID:2", "CRMID:3"]
    root = Profile.objects.get(merged_into=None)
    assert Profile.objects.filter(merged_into=root).count() == 2


def test_a_merge_within_one_wave_sees_people_that_the_wave_itself_brought(sandbox, receive, person):
    events = [
        receive("CRMID:1", record=True, a=1),
        receive("CRMID:2", record=True, b=2),
        receive("CRMID:2", n=3),
        receive("CRMID:2", "CRMID:1", n=4),
        receive("CRMID:2", record=True, c=5),
    ]
    feed(sandbox.pk, events)
    assert person("CRMID:2").attributes == {"a": 1, "b": 2, "c": 5}
    assert history(person("CRMID:1")) == [4, 3]
    assert Profile.objects.count() == 1


def test_a_chain_of_events_in_one_wave_joins_whom_they_show_to_be_one(sandbox, see, receive, person):
    see("ECID:c", record=True, a=1)
    see("CRMID:2", record=True, b=2)
    feed(sandbox.pk, [receive("ECID:c", "Email:x@y.z"), receive("Email:x@y.z", "CRMID:2")])
    assert person("ECID:c").attributes == {"a": 1, "b": 2}


@pytest.mark.parametrize("cookie", ["ECID:c", "GAID:g", "FCM:t", "Unheard:u"])
def test_a_browser_that_two_known_people_use_does_not_make_them_one(see, person, cookie):
    see("CRMID:1", cookie, n=1)
    see("CRMID:2", n=2)
    see("CRMID:2", cookie, n=3)
    assert person("CRMID:1").profile_id != person("CRMID:2").profile_id
    assert history(person("CRMID:2")) == [3, 2]
    assert person(cookie).profile_id == person("CRMID:1").profile_id


def test_two_known_people_named_by_cookies_alone_stay_two(see, person):
    see("CRMID:1", "ECID:c")
    see("CRMID:2", "ECID:d")
    see("ECID:d", "ECID:c", n=3)
    assert history(person("CRMID:2"))[0] == 3
    assert person("CRMID:1").profile_id != person("CRMID:2").profile_id


def test_somebody_unnamed_behind_a_cookie_turns_out_to_be_a_known_person(see, person):
    see("CRMID:1", n=1)
    see("ECID:c", n=2)
    see("ECID:c", "CRMID:1", n=3)
    assert history(person("CRMID:1")) == [3, 2, 1]
    assert person("ECID:c") == person("CRMID:1")


def test_a_cookie_that_was_authenticated_joins(see, person):
    see("CRMID:1", "ECID:c")
    see("CRMID:2")
    state = {"ECID": [{"id": "c", "authenticatedState": "authenticated"}]}
    see("CRMID:2", "ECID:c", identityMap=state)
    assert person("CRMID:1").profile_id == person("CRMID:2").profile_id


def test_a_test_profile_that_is_merged_stays_one(see, person):
    see("CRMID:1")
    see("CRMID:2", record=True, testProfile=True)
    see("CRMID:1", "CRMID:2")
    assert person("CRMID:1").test_profile


# --- Within the wave ------------------------------------------------------------------------------


def test_a_journey_sees_the_event_that_starts_it_and_none_that_comes_later(sandbox, see, receive):
    see("CRMID:1", eventType="a", n=0)
    events = [receive("CRMID:1", eventType="a", n=1), receive("CRMID:1", record=True, x=1)]
    with transaction.atomic():
        wave = load_feed(sandbox.pk, events, namespaces=STANDARD, now=NOW, needs=EVERYTHING)
        before = wave.person(("CRMID", "1"))
        wave.apply(events[0])
        during = wave.person(("CRMID", "1"))
        wave.apply(events[1])
        after = wave.person(("CRMID", "1"))
    assert [history(one) for one in (before, during, after)] == [[0], [1, 0], [1, 0]]
    assert [one.attributes for one in (before, during, after)] == [{}, {}, {"x": 1}]


def test_what_the_wave_shows_is_what_is_read_after_it(sandbox, see, receive, person):
    see("CRMID:1", record=True, a=1)
    see("ECID:c", n=1)
    events = [receive("CRMID:1", "ECID:c", n=2), receive("CRMID:9", "ECID:d", n=3), receive("ECID:d", n=4)]
    with transaction.atomic():
        wave = load_feed(
            sandbox.pk, events, namespaces=STANDARD, now=NOW + timedelta(days=1), needs=EVERYTHING
        )
        for event in events:
            wave.apply(event)
        shown = [wave.person(pair) for pair in (("CRMID", "1"), ("CRMID", "9"))]
        write(wave.changes())
    for one, name in zip(shown, ("CRMID:1", "CRMID:9"), strict=True):
        read = person(name)
        assert (one.profile_id, one.attributes, one.history) == (
            read.profile_id,
            read.attributes,
            read.history,
        )
        assert set(one.identities) == set(read.identities)


def test_events_of_types_that_no_rule_names_are_not_shown(sandbox, receive):
    events = [receive("CRMID:1", eventType="a", n=1), receive("CRMID:1", eventType="b", n=2)]
    with transaction.atomic():
        wave = load_feed(
            sandbox.pk, events, namespaces=STANDARD, now=NOW, needs=Needs(event_types=frozenset({"b"}))
        )
        for event in events:
            wave.apply(event)
    assert history(wave.person(("CRMID", "1"))) == [2]


def test_attributes_are_set_by_path_within_the_wave(sandbox, see, person):
    see("CRMID:1", record=True, a={"b": 1, "c": 2})
    with transaction.atomic():
        wave = load_feed(
            sandbox.pk, [], namespaces=STANDARD, now=NOW, needs=EVERYTHING, others=[("CRMID", "1")]
        )
        assert wave.set_attributes(("CRMID", "1"), {"a.b": 5}, NOW + timedelta(days=1))
        assert not wave.set_attributes(("CRMID", "unknown"), {"a.b": 5}, NOW)
        assert wave.person(("CRMID", "1")).attributes == {"a": {"b": 5, "c": 2}}
        write(wave.changes())
    assert person("CRMID:1").attributes == {"a": {"b": 5, "c": 2}}


def test_the_number_of_statements_does_not_grow_with_the_number_of_people(sandbox, receive, monkeypatch):
    made = []
    for verb in ("lookup", "insert", "update", "new_ids"):
        monkeypatch.setattr(bulk, verb, partial(counted, made, getattr(bulk, verb)))

    def statements(count: int) -> int:
        made.clear()
        names = [(f"CRMID:{n}", f"ECID:{n}") for n in range(count)]
        feed(
            sandbox.pk,
            [receive(*pair, record=n % 5 == 0, n=n) for n, pair in enumerate(names)] * 2,
            needs=EVERYTHING,
        )
        return len(made)

    statements(200)
    assert statements(200) == statements(5) <= 25


def counted(made, verb, *args, **options):
    made.append(verb)
    return verb(*args, **options)


# --- Somebody else was faster ---------------------------------------------------------------------


def planned(sandbox, *events):
    wave = load_feed(sandbox.pk, events, namespaces=STANDARD, now=NOW)
    for event in events:
        wave.apply(event)
    return wave.changes()


def refused(changes) -> bool:
    try:
        with transaction.atomic():
            write(changes)
    except Stale:
        return True
    return False


def test_two_who_meet_the_same_stranger_make_one_profile(sandbox, see, receive, person):
    mine = receive("CRMID:1", n=1)
    changes = planned(sandbox, mine)
    see("CRMID:1", n=2)
    assert refused(changes)
    feed(sandbox.pk, [mine])
    assert history(person("CRMID:1")) == [2, 1]
    assert Profile.objects.count() == 1


def test_attributes_written_meanwhile_are_not_lost(sandbox, see, receive, person):
    see("CRMID:1", record=True, a=0, id=1)
    late = receive("CRMID:1", record=True, a=1, id=2)
    changes = planned(sandbox, late)
    see("CRMID:1", record=True, b=1, id=3)
    assert refused(changes)
    feed(sandbox.pk, [late])
    assert person("CRMID:1").attributes == {"a": 1, "b": 1}


def test_somebody_merged_meanwhile_is_decided_about_again(sandbox, see, receive, person):
    see("CRMID:1")
    see("CRMID:2", record=True, a=1)
    changes = planned(sandbox, receive("CRMID:2", record=True, a=2))
    see("CRMID:1", "CRMID:2")
    assert refused(changes)


def test_history_written_to_somebody_merged_meanwhile_is_kept(sandbox, see, receive, person):
    see("CRMID:1")
    see("CRMID:2")
    changes = planned(sandbox, receive("CRMID:2", "ECID:new", n="late"))
    see("CRMID:1", "CRMID:2")
    assert not refused(changes)
    assert "late" in history(person("CRMID:1"))
    assert person("ECID:new").profile_id == person("CRMID:1").profile_id


def test_a_merge_decided_before_somebody_became_known_is_refused(sandbox, see, receive, person):
    see("CRMID:1")
    see("ECID:c")
    changes = planned(sandbox, receive("CRMID:1", "ECID:c"))
    see("ECID:c", "CRMID:2")
    assert refused(changes)


def test_an_event_that_another_wave_applied_meanwhile_is_not_applied_twice(sandbox, see, receive):
    event = receive("CRMID:1", "Email:a@b.c", n=1)
    see("CRMID:1")
    changes = planned(sandbox, event)
    feed(sandbox.pk, [event])
    assert refused(changes)


def test_a_refused_write_leaves_nothing_behind(sandbox, see, receive):
    see("CRMID:1", record=True, a=0)
    changes = planned(sandbox, receive("CRMID:1", record=True, a=1), receive("CRMID:7", n=1))
    see("CRMID:1", record=True, b=1)
    before = (Profile.objects.count(), Identity.objects.count(), ExperienceEvent.objects.count())
    assert refused(changes)
    assert before == (Profile.objects.count(), Identity.objects.count(), ExperienceEvent.objects.count())


def test_an_identity_whose_profile_was_erased_gets_a_new_one(sandbox, see, person):
    see("CRMID:1", n=1)
    Profile.objects.all()._raw_delete("default")
    ExperienceEvent.objects.all().delete()
    assert person("CRMID:1") is None
    see("CRMID:1", n=2)
    assert history(person("CRMID:1")) == [2]
    assert Identity.objects.count() == 1


def test_people_may_be_locked_while_they_are_loaded(sandbox, see, receive, person):
    see("CRMID:1", record=True, a=1)
    see("CRMID:2", "CRMID:1")
    feed(sandbox.pk, [receive("CRMID:2", record=True, a=2), receive("CRMID:3")], lock=True)
    assert person("CRMID:1").attributes == {"a": 2}
