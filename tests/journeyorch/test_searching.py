"""The search over everything shows to each what they may see."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from actions.models import MessageTemplate
from datasources.models import Identity, Profile
from events.models import Event
from journeyorch.access.groups import LIMITED, STANDARD, TECHNICAL
from journeyorch.access.models import Sandbox, User
from journeys import publishing
from tests.journeys.views.conftest import MORNING, event, sandbox

__all__ = ["event", "sandbox"]


@pytest.fixture
def welcomes(sandbox: Sandbox, event: Event) -> None:
    """A journey, a template and an event that are all called so, in each of two sandboxes; and a person."""
    Event.objects.filter(pk=event.pk).update(name="WelcomeSeen")
    other = Sandbox.objects.create(name="other")
    for each in (sandbox, other):
        publishing.create_journey(each, f"Welcome to {each.name}", by=None)
        MessageTemplate.objects.create(sandbox=each, name=f"Welcome mail of {each.name}", kind="email")
    anna = Profile.objects.create(sandbox=sandbox)
    Identity.objects.create(
        sandbox=sandbox, namespace="Email", value="anna@example.com", profile=anna, seen_at=MORNING
    )


def search(group: str, text: str, *, staff: bool = False) -> dict[str, list[str]]:
    user = User.objects.create_user(group, is_staff=staff)
    user.groups.add(Group.objects.get(name=group))
    user.sandboxes.add(Sandbox.objects.get(name="prod"))
    client = Client()
    client.force_login(user)
    found = client.get("/search/", {"q": text}, headers={"Accept": "application/json"}).json()["groups"]
    page = client.get("/search/", {"q": text}).content.decode()
    assert all(hit["label"] in page for group in found for hit in group["hits"])
    assert all(
        client.get(hit["url"], follow=True).status_code == 200 for group in found for hit in group["hits"]
    )
    return {group["title"]: [hit["label"] for hit in group["hits"]] for group in found}


JOURNEY, TEMPLATE = {"Journeys": ["Welcome to prod"]}, {"Templates": ["Welcome mail of prod"]}
EVENT, PERSON = {"Events": ["WelcomeSeen"]}, {"People": ["Anna@Example.com"]}


@pytest.mark.parametrize(
    ("group", "staff", "text", "expected"),
    [
        (LIMITED, False, "welcome", JOURNEY),
        (STANDARD, False, "welcome", JOURNEY | TEMPLATE),
        (TECHNICAL, True, "welcome", JOURNEY | TEMPLATE | EVENT),
        (LIMITED, False, "Anna@Example.com", {}),
        (STANDARD, False, "Anna@Example.com", PERSON),
        (STANDARD, False, "anna@example", {}),
        (STANDARD, False, "", {}),
    ],
    ids=str,
)
def test_everybody_finds_what_they_may_see_in_their_sandbox(welcomes, group, staff, text, expected):
    assert search(group.name, text, staff=staff) == expected
