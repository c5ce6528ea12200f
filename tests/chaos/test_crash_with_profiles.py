"""The same for what a wave writes besides its lanes: profiles, segments, caps, jumps.

See test_crash_at_every_commit.py.
"""

from __future__ import annotations

import pytest

from datasources.models import ExperienceEvent, Identity, Profile, SegmentMembership
from journeys.engine import plans
from journeys.models import Entrance, Instance, JourneyVersion, LaneInput, ProfileCap, StepCount, StepEvent
from journeys.reports.steps.agreement import disagreements
from tests.chaos.crashing import crash_at
from tests.journeys.crowd import GOLD, Crowd
from tests.journeys.world import act

PEOPLE = ("anna", "bert", "cleo")
SEATS = 2
DINNER, WELCOME = ["meal>next", "end>"], ["in>next", "end>"]


@pytest.fixture
def crowd(transactional_db: None) -> Crowd:
    """Lobby → two seats → gold, which brings into a segment and so into a journey → a jump into another."""
    plans.forget_all()
    crowd = Crowd()
    crowd.segment("Gold", GOLD)
    end = act("end")
    dinner = crowd.journey("meal", name="Dinner", meal=act("event", "end", event="Restaurant"), end=end)
    qualified = act("segment_qualification", "end", segment="Gold", namespace="CRMID")
    crowd.journey("in", name="Welcome", end=end, **{"in": qualified})
    values = {"eventType": '"Dinner"', "amount": "7.5"}
    crowd.journey(
        "lobby",
        lobby=act("event", "seats", event="Lobby"),
        seats=act("profile_cap", {"within": ["gild"], "beyond": ["end"]}, count=SEATS),
        gild=act("update_profile", "jump", fields={"loyalty.tier": '"gold"'}),
        jump=act("jump", "end", journey=str(dinner.journey.uid), event="Restaurant", values=values),
        end=end,
    )
    return crowd


@pytest.mark.timeout(600)
def test_whenever_the_process_dies_everything_happens_once(crowd: Crowd) -> None:
    number = 0
    while True:
        number += 1
        _begin_anew(crowd)
        with crash_at(number) as crasher:
            crowd.run()
        plans.forget_all()
        for _ in range(3):  # leases run out
            crowd.pass_time(seconds=41)
            crowd.run()
        _check(f"died at point {number}")
        if not crasher.crashed:
            break
    assert number > 4, "the crash points were not reached"


def _begin_anew(crowd: Crowd) -> None:
    for model in (
        Instance, Entrance, StepEvent, StepCount, LaneInput, ProfileCap, SegmentMembership, ExperienceEvent,
        Identity, Profile,
    ):  # fmt: skip
        model.objects.all().delete()
    for person in PEOPLE:
        crowd.send("Lobby", person)


def _check(told: str) -> None:
    seated = [person for person in PEOPLE if "seats>within" in _path("Trial", person)]
    assert len(seated) == ProfileCap.objects.get().taken == SEATS, told
    for person in PEOPLE:
        inside = person in seated
        way = ["seats>within", "gild>next", "jump>next"] if inside else ["seats>beyond"]
        assert _path("Trial", person) == ["lobby>next", *way, "end>"], told
        assert _path("Dinner", person) == (DINNER if inside else []), told
        assert _path("Welcome", person) == (WELCOME if inside else []), told
        assert Identity.objects.get(value=person).profile.attributes.get("loyalty") == (
            {"tier": "gold"} if inside else None
        ), told
    inside_segment = SegmentMembership.objects.filter(sequence=1).exclude(status="exited")
    assert inside_segment.count() == SegmentMembership.objects.count() == SEATS, told
    assert set(Instance.objects.values_list("status", flat=True)) == {Instance.Status.FINISHED}, told
    assert not Entrance.objects.exclude(active_instance=None).exists(), told
    assert not LaneInput.objects.exists(), told
    assert list(disagreements()) == [], told


def _path(journey: str, person: str) -> list[str]:
    version = JourneyVersion.objects.get(journey__name=journey)
    steps = StepEvent.objects.filter(version=version, person_id=person).order_by("instance_id", "sequence")
    return [f"{step.activity}>{step.path}" for step in steps]
