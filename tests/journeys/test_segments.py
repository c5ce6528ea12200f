"""People come into segments and leave them, and journeys hear of it (engine.md, Entrances)."""

from __future__ import annotations

import json
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from datasources.models import Identity, Profile, Schema, Segment, SegmentMembership
from datasources.platform.profiles import people as reading
from datasources.platform.profiles.forgetting import forget_old_events
from datasources.platform.profiles.updates import set_attributes
from datasources.platform.segments import evaluating
from datasources.platform.segments import sweep as sweeping
from datasources.platform.segments.memberships import Turn
from datasources.platform.segments.store import MembershipNews
from datasources.platform.segments.sweep import forget_deleted, recheck_due, sweep
from journeyorch.background.models import BackgroundTask
from journeyorch.background.running import work
from journeyorch.background.tasks import cancel
from journeys import publishing
from journeys.engine.drain import drain_once
from journeys.engine.receivers import take_memberships
from journeys.models import Instance, JourneyVersion, LaneInput, StepEvent
from tests.journeys.crowd import EVENTS, GOLD, RICH, Crowd
from tests.journeys.together import on_postgresql, threads
from tests.journeys.world import act


@pytest.fixture
def crowd(db: None) -> Crowd:
    return Crowd()


def qualification(segment: str = "Rich", to: Any = None, **more: Any) -> Any:
    return act("segment_qualification", to, **{"segment": segment, **more})


def by_segment(crowd: Crowd, name: str = "Welcome", on: str = "entered", **more: Any) -> JourneyVersion:
    return crowd.journey(
        "in",
        name=name,
        **{
            "in": qualification("Rich", "wait", on=on, namespace="CRMID"),
            "wait": act("wait", duration="PT1H"),
        },
        **more,
    )


def steps(version: JourneyVersion, person: str = "anna") -> list[str]:
    found = StepEvent.objects.filter(version=version, person_id=person).order_by("pk")
    return [f"{step.activity}>{step.path}" for step in found]


# --- Membership -----------------------------------------------------------------------------------


def test_an_event_brings_its_person_into_a_segment(crowd: Crowd) -> None:
    crowd.segment()

    crowd.send("Lobby", amount=50)
    crowd.run()
    assert crowd.statuses() == []

    crowd.send("Lobby", amount=500)
    crowd.run()
    assert crowd.statuses() == [("Rich", "realized", 1)]

    crowd.send("Lobby", amount=1)
    crowd.run()
    assert crowd.statuses() == [("Rich", "existing", 1)]


def test_a_changed_profile_comes_in_and_leaves(crowd: Crowd) -> None:
    crowd.segment("Gold", GOLD)
    anna = crowd.person()

    for tier, expected in (
        ("gold", ("Gold", "realized", 1)),
        ("grey", ("Gold", "exited", 2)),
        ("gold", ("Gold", "realized", 3)),
    ):
        crowd.pass_time(seconds=1)
        crowd.set(anna, loyalty__tier=tier)
        assert crowd.statuses() == [expected]


def test_an_attribute_is_no_reason_to_look_at_events_and_the_other_way_round(crowd: Crowd) -> None:
    crowd.segment("Rich", RICH)
    crowd.segment("Gold", GOLD)
    anna = crowd.person()
    # As if both were true and nobody had looked: whoever looks finds it.
    Profile.objects.filter(pk=anna.pk).update(attributes={"loyalty": {"tier": "gold"}})

    crowd.send("Lobby", amount=500)
    crowd.run()
    assert crowd.statuses() == [("Rich", "realized", 1)]

    crowd.pass_time(seconds=1)
    crowd.set(anna, person__name="Anna")
    assert crowd.statuses() == [("Rich", "realized", 1), ("Gold", "realized", 1)]


def test_everybody_is_looked_at_once_a_segment_is_saved(crowd: Crowd) -> None:
    for number in range(5):
        crowd.person(f"p{number}", loyalty={"tier": "gold" if number % 2 else "grey"})

    segment = crowd.segment("Gold", GOLD)

    assert crowd.statuses() == [("Gold", "realized", 1)] * 2
    segment.refresh_from_db()
    assert (segment.is_due, segment.evaluated_at, segment.took) == (False, crowd.now, timedelta(0))


def test_a_batch_segment_leaves_people_alone_until_it_is_evaluated(crowd: Crowd) -> None:
    """Who comes in then is told as bulk work: nobody's events wait for that."""
    segment = crowd.segment("Rich", RICH, evaluation="batch")
    by_segment(crowd)
    crowd.send("Lobby", amount=500)
    crowd.run()
    assert crowd.statuses() == []

    Segment.objects.filter(pk=segment.pk).update(is_due=True)
    crowd.sweep()
    assert crowd.statuses() == [("Rich", "realized", 1)]
    assert LaneInput.objects.get().bulk == LaneInput.Class.BULK


def test_a_batch_segment_is_evaluated_on_its_schedule(crowd: Crowd) -> None:
    segment = crowd.segment("Gold", GOLD, evaluation="batch", every="day", at=time(3))
    crowd.person("anna", loyalty={"tier": "gold"})

    crowd.pass_time(hours=14)
    crowd.sweep()
    assert crowd.statuses() == []

    crowd.pass_time(hours=2)  # from noon it is past three in the night
    crowd.sweep()
    assert crowd.statuses() == [("Gold", "realized", 1)]
    segment.refresh_from_db()
    assert segment.evaluated_at == crowd.now
    assert segment.next_at is not None
    assert segment.next_at.isoformat() == "2026-03-03T03:00:00+00:00"


def begun(crowd: Crowd, people: int, monkeypatch: pytest.MonkeyPatch) -> BackgroundTask:
    """An evaluation of so many golden people, two at a time, of whom two have been looked at."""
    monkeypatch.setattr(evaluating, "EVERYBODY", 2)
    for number in range(people):
        crowd.person(f"p{number}", loyalty={"tier": "gold"})
    segment = Segment.objects.create(sandbox=crowd.sandbox, name="Gold", expression=GOLD)
    with crowd.clock():
        sweep(crowd.now)
        assert work(owner="first")
    segment.refresh_from_db()
    assert segment.task is not None
    return segment.task


def test_an_evaluation_says_how_far_it_is_and_goes_on_after_a_crash(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = begun(crowd, 5, monkeypatch)
    assert (task.done, task.total, task.percent) == (2, 5, 40)

    # A worker that took it up dies with the batch in its hands; the lease ends, and another one goes on.
    BackgroundTask.objects.filter(pk=task.pk).update(owner="dead", lease_until=crowd.now)
    crowd.pass_time(seconds=1)
    crowd.sweep()

    task.refresh_from_db()
    assert (task.state, task.done, task.total) == (BackgroundTask.State.DONE, 5, 5)
    assert crowd.statuses() == [("Gold", "realized", 1)] * 5  # nobody was looked at twice
    assert Segment.objects.get().took == timedelta(seconds=1)


def test_an_evaluation_that_is_cancelled_ends_after_what_it_has_in_hand(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = begun(crowd, 5, monkeypatch)

    with crowd.clock():
        cancel(task)
    crowd.sweep()

    task.refresh_from_db()
    assert task.state == BackgroundTask.State.CANCELLED
    assert len(crowd.statuses()) == 2
    assert Segment.objects.get().evaluated_at is None


def test_another_expression_ends_what_is_under_way_and_begins_anew(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = begun(crowd, 5, monkeypatch)
    segment = Segment.objects.get()
    segment.expression, segment.is_due = GOLD.replace("gold", "grey"), True
    segment.save()

    crowd.sweep()

    task.refresh_from_db()
    segment.refresh_from_db()
    assert segment.task is not None
    assert (task.state, segment.task.state) == ("cancelled", "done")
    assert crowd.statuses() == [("Gold", "exited", 2)] * 2


def test_the_evaluation_of_a_segment_that_cannot_be_used_says_so(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = begun(crowd, 5, monkeypatch)
    Segment.objects.get().delete()

    crowd.sweep()

    task.refresh_from_db()
    assert (task.state, task.message[:20]) == ("failed", "The segment is gone,")


def test_only_whose_membership_changes_is_decided_again_by_others(crowd: Crowd) -> None:
    anna, bert = crowd.person("anna", loyalty={"tier": "gold"}), crowd.person("bert")

    crowd.segment("Gold", GOLD)

    anna.refresh_from_db()
    bert.refresh_from_db()
    assert (anna.version, bert.version) == (2, 1)


def test_an_expression_that_fails_on_somebody_is_not_true_for_them(crowd: Crowd) -> None:
    crowd.segment("Odd", "toInteger(#{ExperiencePlatform.ProfileFieldGroup.person.name}) > 3")
    crowd.person("anna", person={"name": "Anna"})
    crowd.person("bert", person={"name": "7"})

    for profile in Profile.objects.all():
        crowd.set(profile, loyalty__tier="x")

    assert SegmentMembership.objects.get().profile.identities.get().value == "bert"


# --- Time -----------------------------------------------------------------------------------------

LATELY = f"count({EVENTS}.all(inLastDays(currentDataPackField.timestamp, 7))}}) > 0"
QUIET = f"count({EVENTS}.all(inLastDays(currentDataPackField.timestamp, 7))}}) == 0"


def test_who_was_there_lately_leaves_by_time_alone(crowd: Crowd) -> None:
    crowd.segment("Lately", LATELY)
    crowd.send("Lobby")
    crowd.run()
    assert crowd.statuses() == [("Lately", "realized", 1)]

    crowd.pass_time(days=6, hours=23, minutes=59)
    crowd.sweep()
    assert crowd.statuses()[0][1] in ("realized", "existing")

    crowd.pass_time(minutes=1, seconds=2)
    crowd.sweep()
    assert crowd.statuses() == [("Lately", "exited", 2)]


def test_events_that_are_too_old_are_forgotten_and_count_in_no_segment(
    crowd: Crowd, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RETENTION_EXPERIENCE_EVENTS_DAYS = 30
    monkeypatch.setattr(reading, "WITH_EVENTS", 1)
    crowd.segment("Came", f'count({EVENTS}.all(currentDataPackField.eventType != "")}}) > 0')
    for person in ("anna", "bert"):
        crowd.send("Lobby", person, eventType="visit")
    crowd.run()
    crowd.pass_time(days=20)
    crowd.send("Lobby", "bert", eventType="visit", timestamp=crowd.now.isoformat())
    crowd.run()

    crowd.pass_time(days=10, seconds=1)
    with crowd.clock():
        forgotten = [forget_old_events(crowd.now, most=1) for _ in range(3)]

    assert forgotten == [1, 1, 0]
    assert sorted(status for _, status, _ in crowd.statuses()) == ["existing", "exited"]


def test_who_stays_away_comes_in_by_time_alone(crowd: Crowd) -> None:
    crowd.segment("Quiet", QUIET)
    version = crowd.journey(
        "in",
        name="Miss you",
        **{"in": qualification("Quiet", "wait", namespace="CRMID"), "wait": act("wait", duration="PT1H")},
    )
    crowd.send("Lobby")
    crowd.run()

    for _ in range(8):
        crowd.pass_time(days=1, seconds=1)
        crowd.sweep()
        crowd.run()

    assert steps(version)[:1] == ["in>next"]
    assert [row[1:] for row in crowd.statuses()] in ([("realized", 1)], [("existing", 1)])


def test_a_time_that_nobody_can_look_at_is_not_tried_for_ever(crowd: Crowd) -> None:
    segment = crowd.segment("Lately", LATELY)
    crowd.send("Lobby")
    crowd.run()
    Segment.objects.filter(pk=segment.pk).update(expression="#{Gone.Group.field} > 3")
    crowd.sandbox.configuration_changed()

    crowd.pass_time(days=30)
    with crowd.clock():
        recheck_due(crowd.now)

    assert SegmentMembership.objects.get().recheck_at is None


def test_rows_of_a_deleted_segment_go_little_by_little(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "DELETED", 2)
    for person in ("anna", "bert", "cleo"):
        crowd.person(person, loyalty={"tier": "gold"})
    crowd.segment("Gold", GOLD)
    kept = crowd.segment("Kept", GOLD)
    Segment.objects.get(name="Gold").delete()
    assert SegmentMembership.objects.count() == 6

    assert forget_deleted()
    assert SegmentMembership.objects.count() == 4
    assert crowd.statuses()[-3:] == [("Kept", "realized", 1)] * 3
    crowd.sweep()

    assert set(SegmentMembership.objects.values_list("segment_id", flat=True)) == {kept.pk}
    assert SegmentMembership.objects.count() == 3


# --- Journeys -------------------------------------------------------------------------------------


def test_coming_into_a_segment_starts_the_journey(crowd: Crowd) -> None:
    crowd.segment()
    version = by_segment(crowd)

    crowd.send("Lobby", amount=500)
    crowd.run()
    crowd.send("Lobby", amount=500)
    crowd.run()

    assert steps(version) == ["in>next"]
    told = crowd.instance().state
    assert '"status":"realized"' in told
    assert '"segmentName":"Rich"' in told


def test_the_qualification_can_be_read(crowd: Crowd) -> None:
    segment = crowd.segment()
    read = (
        '@{SegmentQualification.status} == "realized" and @{SegmentQualification.segmentName} == "Rich" and '
        f'@{{SegmentQualification.segmentId}} == "{segment.pk}" and '
        "@{SegmentQualification.lastQualificationTime} <= now()"
    )
    version = crowd.journey(
        "in",
        **{
            "in": qualification("Rich", "check", namespace="CRMID"),
            "check": act("condition", {"yes": ["end"]}, paths=[{"id": "yes", "expression": read}]),
            "end": act("end"),
        },
    )

    crowd.send("Lobby", amount=500)
    crowd.run()

    assert steps(version) == ["in>next", "check>yes", "end>"]


def test_the_other_direction_is_discarded_with_its_reason(crowd: Crowd) -> None:
    crowd.segment("Rich", GOLD)
    version = by_segment(crowd, on="left")
    anna = crowd.person()

    crowd.set(anna, loyalty__tier="gold")
    crowd.run()
    assert steps(version) == [">wrongSegmentStatus"]

    crowd.pass_time(seconds=1)
    crowd.set(anna, loyalty__tier="grey")
    crowd.run()
    assert steps(version) == [">wrongSegmentStatus", "in>next"]


def test_the_identity_seen_last_starts_and_all_of_them_hear_later(crowd: Crowd) -> None:
    crowd.segment("Rich", GOLD)
    version = by_segment(crowd)
    waiting = crowd.journey(
        "lobby",
        name="Waiting",
        lobby=act("event", "rich", event="Lobby"),
        rich=qualification("Rich", "end", timeout="P1D"),
        end=act("end"),
    )
    anna = crowd.person("old")
    crowd.known(anna, "CRMID", "new")
    Identity.objects.filter(value="old").update(seen_at=crowd.now - timedelta(days=1))
    Schema.objects.filter(pk=crowd.schema.pk).update(feeds_profiles=False)
    crowd.sandbox.configuration_changed()
    for person in ("old", "new"):
        crowd.send("Lobby", person)
    crowd.run()

    crowd.set(anna, loyalty__tier="gold")
    crowd.run()

    assert (steps(version, "old"), steps(version, "new")) == ([], ["in>next"])
    for person in ("old", "new"):
        assert steps(waiting, person) == ["lobby>next", "rich>next", "end>"]


def test_who_has_no_identity_in_the_starts_namespace_is_discarded(crowd: Crowd) -> None:
    crowd.segment("Rich", GOLD)
    version = by_segment(crowd)
    nobody = Profile.objects.create(sandbox=crowd.sandbox)
    crowd.known(nobody, "Email", "a@example.com")

    crowd.set(nobody, loyalty__tier="gold")
    crowd.run()

    assert steps(version, "a@example.com") == [">wrongNamespace"]
    assert not Instance.objects.exists()


def test_two_journeys_of_different_namespaces_each_hear_under_their_own(crowd: Crowd) -> None:
    crowd.segment("Rich", GOLD)
    first = by_segment(crowd)
    second = crowd.journey("in", name="By mail", **{"in": qualification("Rich", namespace="Email")})
    anna = crowd.person()
    crowd.known(anna, "Email", "a@example.com")

    crowd.set(anna, loyalty__tier="gold")
    crowd.run()

    assert (steps(first), steps(second)) == (["in>next"], [])
    assert steps(second, "a@example.com") == ["in>next"]


def test_a_segment_nobody_listens_to_writes_no_inputs(crowd: Crowd) -> None:
    crowd.segment("Rich", GOLD)

    crowd.set(crowd.person(), loyalty__tier="gold")

    assert not LaneInput.objects.exists()


def test_a_change_is_told_once_and_the_next_one_too(crowd: Crowd) -> None:
    """Whoever tells it again, such as after a crash, adds nothing."""
    segment = crowd.segment("Rich", GOLD)
    by_segment(crowd)
    known = (("CRMID", "anna", crowd.now),)
    for sequence in (3, 3, 4):
        news = MembershipNews(7, segment.pk, "Rich", Turn("realized", sequence, crowd.now), known)
        take_memberships(None, sandbox_id=crowd.sandbox.pk, news=[news], bulk=False)

    told = LaneInput.objects.order_by("pk").values_list("detail", flat=True)
    assert [json.loads(detail)["sequence"] for detail in told] == [3, 4]


def test_a_change_that_is_taken_back_is_told_to_nobody(crowd: Crowd) -> None:
    crowd.segment("Rich", GOLD)
    by_segment(crowd)
    anna = crowd.person()

    with transaction.atomic():
        crowd.set(anna, loyalty__tier="gold")
        assert LaneInput.objects.filter(kind=LaneInput.Kind.SEGMENT).count() == 1
        transaction.set_rollback(True)

    assert not LaneInput.objects.exists()
    assert crowd.statuses() == []


def test_a_qualification_keeps_its_place_among_the_persons_events(crowd: Crowd) -> None:
    crowd.segment()
    version = crowd.journey(
        "in",
        **{
            "in": qualification("Rich", "meal", namespace="CRMID"),
            "meal": act("event", "end", event="Restaurant", timeout="PT1H"),
            "end": act("end"),
        },
    )
    crowd.send("Restaurant")
    crowd.send("Lobby", amount=500)
    crowd.run()
    crowd.send("Restaurant")
    crowd.run()

    assert [step for step in steps(version) if "notListening" not in step] == [
        "in>next",
        "meal>next",
        "end>",
    ]


# --- inSegment ------------------------------------------------------------------------------------


def asking(crowd: Crowd, name: str = "Asking") -> JourneyVersion:
    return crowd.journey(
        "lobby",
        name=name,
        lobby=act("event", "rich", event="Lobby"),
        rich=act(
            "condition",
            {"yes": ["end"]},
            paths=[{"id": "yes", "expression": 'inSegment("Rich")'}],
            other=False,
        ),
        end=act("end"),
    )


def test_a_condition_sees_who_is_in_a_segment(crowd: Crowd) -> None:
    crowd.segment("Rich", GOLD)
    version = asking(crowd)
    crowd.set(crowd.person("anna"), loyalty__tier="gold")
    crowd.set(crowd.person("bert"), loyalty__tier="grey")

    for person in ("anna", "bert", "stranger"):
        crowd.send("Lobby", person)
    crowd.run()

    assert steps(version, "anna") == ["lobby>next", "rich>yes", "end>"]
    assert steps(version, "bert") == steps(version, "stranger") == ["lobby>next", "rich>"]


def test_an_event_that_brings_somebody_in_is_seen_by_the_journey_that_it_starts(crowd: Crowd) -> None:
    crowd.segment()
    version = asking(crowd)

    crowd.send("Lobby", amount=500)
    crowd.run()

    assert steps(version) == ["lobby>next", "rich>yes", "end>"]


def test_who_has_left_is_not_in_it(crowd: Crowd) -> None:
    crowd.segment("Rich", GOLD)
    version = asking(crowd)
    anna = crowd.person()
    crowd.set(anna, loyalty__tier="gold")
    crowd.pass_time(seconds=1)
    crowd.set(anna, loyalty__tier="grey")

    crowd.send("Lobby")
    crowd.run()

    assert steps(version) == ["lobby>next", "rich>"]


def test_a_segment_that_does_not_exist_is_refused(crowd: Crowd) -> None:
    with pytest.raises(publishing.NotAllowed) as refused:
        asking(crowd)

    assert [problem.code for problem in refused.value.problems] == ["ERR_JOURNEY_EXPR_UNKNOWN_SEGMENT"]


# --- Merging --------------------------------------------------------------------------------------


def meet(crowd: Crowd, **payload: Any) -> None:
    """An event that names both: two profiles become one."""
    crowd.send(
        "Lobby",
        identityMap={"CRMID": [{"id": "anna", "primary": True}], "Email": [{"id": "a@example.com"}]},
        **payload,
    )


@pytest.mark.parametrize("rich", ["anna", "mail", "both"])
def test_who_was_in_before_a_merge_does_not_come_in_again(crowd: Crowd, rich: str) -> None:
    crowd.segment("Rich", GOLD)
    version = by_segment(crowd)
    anna = crowd.person()
    mail = Profile.objects.create(sandbox=crowd.sandbox)
    crowd.known(mail, "Email", "a@example.com")
    for name, profile in (("anna", anna), ("mail", mail)):
        if rich in (name, "both"):
            crowd.set(profile, loyalty__tier="gold")
    crowd.run()
    before = steps(version)

    meet(crowd)
    crowd.run()

    membership = SegmentMembership.objects.get()
    assert membership.profile.merged_into is None
    assert (membership.status, membership.sequence) == ("existing", 1)
    assert steps(version) == before


def test_a_merge_may_make_somebody_leave(crowd: Crowd) -> None:
    crowd.segment("Rich", "#{ExperiencePlatform.ProfileFieldGroup.person.name} is null and " + GOLD)
    version = by_segment(crowd, on="left")
    crowd.set(crowd.person(), loyalty__tier="gold")
    mail = Profile.objects.create(sandbox=crowd.sandbox)
    crowd.known(mail, "Email", "a@example.com")
    crowd.set(mail, person__name="Anna")
    crowd.run()

    meet(crowd)
    crowd.run()

    assert [row[1:] for row in crowd.statuses()] == [("exited", 2)]
    assert steps(version)[-1] == "in>next"


def test_in_segment_follows_a_merge_in_the_same_wave(crowd: Crowd) -> None:
    crowd.segment("Rich", GOLD)
    version = asking(crowd)
    crowd.person()
    mail = Profile.objects.create(sandbox=crowd.sandbox)
    crowd.known(mail, "Email", "a@example.com")
    crowd.set(mail, loyalty__tier="gold")

    meet(crowd)
    crowd.run()

    assert steps(version) == ["lobby>next", "rich>yes", "end>"]


# --- Races ----------------------------------------------------------------------------------------


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", ["event", "edit", "merge"])
def test_of_two_who_look_at_a_person_at_once_the_second_one_looks_again(other: str) -> None:
    """Each alone sees too little to bring the person in; together it is enough, whoever is first."""
    crowd = Crowd()
    crowd.segment("Rich", f"{GOLD} or count({EVENTS}.all()}}) > 1")
    version = by_segment(crowd)
    anna = crowd.person()
    crowd.known(anna, "Email", "a@example.com")
    mail = {"Email": [{"id": "a@example.com", "primary": True}]}
    crowd.send("Lobby")
    if other == "event":
        crowd.send("Unknown", identityMap=mail)
    elif other == "merge":
        crowd.known(Profile.objects.create(sandbox=crowd.sandbox), "ECID", "cookie")
        both = {"ECID": [{"id": "cookie"}], **mail}
        crowd.send("Unknown", identityMap=both)

    def drain() -> None:
        while drain_once(crowd.sandbox.pk, owner=uuid4().hex, workers=64):
            pass

    with crowd.clock(), threads() as others:
        others.start(drain)
        others.start(drain)
        if other == "edit":
            others.start(set_attributes, anna, {"loyalty.tier": "gold"}, crowd.now)
    crowd.run()

    (row,) = [row for row in crowd.statuses() if row[1] != "exited"]
    assert row[2] == 1
    assert steps(version) == ["in>next"]
    assert crowd.waiting_inputs() == 0
