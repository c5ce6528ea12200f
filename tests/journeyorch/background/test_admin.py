"""The page of a task: who sees it, how it keeps itself up to date, and its end."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from journeyorch.access.models import Sandbox, User
from journeyorch.background.files import store
from journeyorch.background.models import BackgroundTask
from journeyorch.background.running import work

LIST = "/admin/journeyorch/backgroundtask/"


@pytest.fixture
def technician(client, count) -> User:
    user = User.objects.create_user("technician", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_sandbox", "view_profile")))
    user.sandboxes.add(Sandbox.objects.get(name="prod"))
    client.force_login(user)
    return user


def test_the_list_and_the_page_show_how_far_it_is(client, technician, count):
    task = count(20, by=technician)
    work(owner="one")
    assert "50 %" in client.get(LIST).content.decode()
    page = client.get(f"{LIST}{task.pk}/change/").content.decode()
    assert '<progress max="100" value="50"' in page
    assert "It is odd." in page
    assert "technician" in page


def test_its_title_is_in_the_readers_language(client, technician, count):
    task = count(20, by=technician)
    BackgroundTask.objects.filter(pk=task.pk).update(title="Import of “Gäste”.csv")
    german = {"headers": {"accept-language": "de"}}
    assert "Import von “Gäste”.csv" in client.get(LIST, **german).text
    assert "<title>Import von “Gäste”.csv" in client.get(f"{LIST}{task.pk}/progress/", **german).text


def test_the_moving_part_is_sent_only_when_it_has_changed(client, technician, count):
    task = count(20)
    address = f"{LIST}{task.pk}/progress/"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    work(owner="one")
    changed = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "data-renew" in changed.content.decode()
    work(owner="one")
    assert "data-renew" not in client.get(address).content.decode()


def test_it_is_cancelled_by_a_post_alone(client, technician, count):
    task = count(20)
    address = f"{LIST}{task.pk}/cancel/"
    assert client.get(address).status_code == 405
    assert b"ends after what it has in hand" in client.post(address, follow=True).content
    work(owner="one")
    assert b"over already" in client.post(address, follow=True).content
    task.refresh_from_db()
    assert task.state == BackgroundTask.State.CANCELLED


def test_what_was_made_is_downloaded(client, technician, count, counting):
    counting.drops_file = False
    file = store(Sandbox.objects.get(name="prod"), "x", [b"made"], most=10)
    task = count(5, file=file)
    address = f"{LIST}{task.pk}/download/"
    assert client.get(address).status_code == 404
    work(owner="one")
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == b"made"
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("part", ["change/", "progress/", "cancel/", "download/"])
def test_those_without_the_permission_or_of_another_sandbox_see_nothing(client, technician, count, part):
    task = count(5)
    technician.sandboxes.set([Sandbox.objects.create(name="other", title="Other")])
    assert client.post(f"{LIST}{task.pk}/{part}").status_code == (302 if part == "change/" else 404)
    technician.user_permissions.clear()
    assert client.post(f"{LIST}{task.pk}/{part}").status_code == 403
    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize("pk", ["0", "9" * 30, "x"])
def test_an_unknown_task_leads_back(client, technician, pk):
    assert client.get(f"{LIST}{pk}/change/").url == "/admin/"
