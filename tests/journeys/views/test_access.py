"""Who may open which page."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from journeyorch.access.models import Sandbox, User

SEEN_BY_READERS = ["", "design/", "people/", "details/", "counts/"]
CHANGED_BY_MAKERS = ["duplicate/", "delete/", "publish/"]


def test_strangers_are_sent_to_the_login(live):
    answer = Client().get(f"/versions/{live.uid}/")
    assert answer.status_code == 302
    assert answer.url == f"/login/?next=/versions/{live.uid}/"


@pytest.mark.parametrize("part", SEEN_BY_READERS)
def test_a_version_is_seen_by_readers_only(login, reader, draft, part):
    assert reader.get(f"/versions/{draft.uid}/{part}").status_code == 200
    assert login("view_event").get(f"/versions/{draft.uid}/{part}").status_code == 403


@pytest.mark.parametrize("part", CHANGED_BY_MAKERS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_readers_change_nothing(reader, draft, part, method):
    assert getattr(reader, method)(f"/versions/{draft.uid}/{part}").status_code == 403
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_whoever_makes_journeys_does_not_publish_them_without_the_permission(login, draft):
    maker = login("view_journey", "change_journey")
    assert maker.post(f"/versions/{draft.uid}/publish/").status_code == 403
    assert "Publish" not in maker.get(f"/versions/{draft.uid}/").content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/versions/{id}/",
        "/versions/{id}/people/",
        "/versions/{id}/stop/",
        "/journeys/{id}/",
        "/instances/{id}/",
    ],
)
def test_unknown_ids_are_404(maker, address):
    assert maker.get(address.format(id=uuid.uuid4())).status_code == 404
    assert maker.get(address.format(id="-" * 36)).status_code == 404


def test_what_belongs_to_another_sandbox_is_404(maker, live, person):
    instance = person("anna@example.com")
    other = Sandbox.objects.create(name="other", title="Other")
    type(live).objects.update(sandbox=other)
    for address in (f"/versions/{live.uid}/", f"/versions/{live.uid}/stop/", f"/instances/{instance.pk}/"):
        assert maker.get(address).status_code == 404


def test_the_help_is_open_to_everybody_who_is_logged_in(login):
    assert login().get(reverse("help")).status_code == 200


def test_a_page_says_that_no_sandbox_is_open(login):
    client = login("view_journey")
    User.objects.get().sandboxes.clear()
    answer = client.get("/")
    assert answer.status_code == 403
    assert "No sandbox is open to you" in answer.text


def test_everything_on_the_screen_is_of_the_sandbox_that_was_chosen(login, live):
    client = login("view_journey", "view_event")
    other = Sandbox.objects.create(name="other", title="Other world")
    User.objects.get().sandboxes.add(other)
    assert live.journey.name in client.get("/").text

    answer = client.post(reverse("switch-sandbox"), {"name": "other"}, follow=True)

    assert live.journey.name not in answer.text
    assert client.get(f"/versions/{live.uid}/").status_code == 404
    # The header is for programs, and wins.
    assert client.get(f"/versions/{live.uid}/", headers={"x-sandbox-name": "prod"}).status_code == 200


def test_a_group_carries_its_sandboxes(login, live):
    client = login("view_journey")
    user, group = User.objects.get(), Group.objects.create(name="Hotel")
    user.sandboxes.clear()
    user.groups.add(group)
    group.sandboxes.add(live.sandbox)
    assert client.get(f"/versions/{live.uid}/").status_code == 200


@pytest.mark.parametrize("name", ["other", "unknown", "", "a\x00b"])
def test_nobody_switches_to_a_sandbox_that_is_not_theirs(login, name):
    Sandbox.objects.create(name="other", title="Other world")
    client = login("view_journey")
    assert client.post(reverse("switch-sandbox"), {"name": name}).status_code == 404
    assert "Other world" not in client.get("/").text
    assert client.get("/", headers={"x-sandbox-name": name or "x"}).status_code == 404


def test_who_configures_but_sees_no_journeys_arrives_at_the_administration(db, client):
    user = User.objects.create_user("tim", is_staff=True)
    client.force_login(user)
    answer = client.get(reverse("home"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
