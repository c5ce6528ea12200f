"""Business users describe segments and look at who is in them without being staff."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from datasources.models import Identity, Profile, Segment, SegmentMembership
from journeyorch.access.groups import STANDARD
from journeyorch.access.models import User
from tests.datasources.test_segments_admin import GOLD, form, sandbox

__all__ = ["sandbox"]
MORNING = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def business(sandbox) -> Client:
    user = User.objects.create_user("business")
    user.groups.add(Group.objects.get(name=STANDARD.name))
    user.sandboxes.add(sandbox)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def segment(business, sandbox) -> Segment:
    assert business.post("/segments/new/", form(sandbox)).status_code == 302
    return Segment.objects.get()


def join(segment: Segment, name: str, status: str = "realized") -> None:
    profile = Profile.objects.create(sandbox=segment.sandbox)
    Identity.objects.create(
        sandbox=segment.sandbox, namespace="Email", value=name, profile=profile, seen_at=MORNING
    )
    SegmentMembership.objects.create(segment=segment, profile=profile, status=status, changed_at=MORNING)


def test_an_expression_that_is_wrong_is_refused_as_in_the_administration(business, sandbox):
    answer = business.post("/segments/new/", form(sandbox, expression="3"))
    assert "boolean" in str(answer.context["form"].errors["expression"])


def test_its_size_is_estimated_before_it_is_saved(business, segment):
    answer = business.post("/segments/estimate/", {"expression": GOLD})
    assert "0</strong> of 0 people" in answer.content.decode()


def test_everybody_is_looked_at_on_demand_by_whoever_asked(business, segment):
    business.post(f"/segments/{segment.pk}/evaluate/")
    segment.refresh_from_db()
    assert segment.task.by.username == "business"


def test_members_are_shown_and_found_by_an_identity_as_people_write_it(business, segment):
    join(segment, "anna@example.com")
    join(segment, "bo@example.com", status="exited")
    pages = {
        asked: [member.identities for member in found.context["members"]]
        for asked in ("", " Anna@Example.com", "bo@example.com")
        if (found := business.get(f"/segments/{segment.pk}/members/", {"q": asked}))
    }
    anna = [[("Email", "anna@example.com")]]
    assert pages == {"": anna, " Anna@Example.com": anna, "bo@example.com": []}


def test_the_list_says_how_many_are_in(business, segment):
    join(segment, "anna@example.com")
    assert [(row.name, row.known) for row in business.get("/segments/").context["list"].rows] == [("Gold", 1)]
