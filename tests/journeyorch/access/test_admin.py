"""Administrators manage users and sandboxes in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from journeyorch.access.models import Sandbox, User


@pytest.fixture
def admin(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root", password="not-a-real-one-1"))
    return client


def test_a_user_is_given_a_sandbox(admin: Client) -> None:
    user = User.objects.create_user("ada")
    page = admin.get(f"/admin/access/user/{user.pk}/change/")
    form = page.context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value is not None}
    data |= {
        "sandboxes": [Sandbox.objects.get(name="prod").pk],
        "date_joined_0": "2026-01-01",
        "date_joined_1": "10:00",
        "sign_on_accounts-TOTAL_FORMS": 0,
        "sign_on_accounts-INITIAL_FORMS": 0,
    }

    answer = admin.post(f"/admin/access/user/{user.pk}/change/", data)

    assert answer.status_code == 302, answer.context["errors"]
    assert list(user.sandboxes.values_list("name", flat=True)) == ["prod"]


def test_a_sandbox_keeps_its_name_and_is_not_deleted(admin: Client) -> None:
    prod = Sandbox.objects.get(name="prod")

    answer = admin.post(
        f"/admin/access/sandbox/{prod.pk}/change/",
        {"name": "other", "title": "Hotel", "kind": "production", "time_zone": "Europe/Paris"},
    )

    assert answer.status_code == 302
    prod.refresh_from_db()
    assert (prod.name, prod.title) == ("prod", "Hotel")
    assert admin.post(f"/admin/access/sandbox/{prod.pk}/delete/").status_code == 403


def test_the_health_check_is_answered_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.content == b"ok\n"


def test_the_page_of_deletion_lists_no_rows_that_nobody_knows(admin: Client) -> None:
    """Of a group there would be a line for each permission, and one for its having been offered."""
    group = Group.objects.get(name="Technical user")
    ada = User.objects.create_user("ada")
    ada.groups.add(group)

    of_group = admin.get(f"/admin/auth/group/{group.pk}/delete/").context
    of_user = admin.get(f"/admin/access/user/{ada.pk}/delete/").context

    assert [count for _name, count in of_group["model_count"]] == [1]
    assert len(of_group["deleted_objects"]) == 1
    assert [count for _name, count in of_user["model_count"]] == [1]
    assert len(of_user["deleted_objects"]) == 1


def test_the_page_of_a_password_is_in_the_readers_language(admin: Client) -> None:
    ada = User.objects.create_user("ada", password="not-a-real-one-1")

    page = admin.get(f"/admin/access/user/{ada.pk}/password/", HTTP_ACCEPT_LANGUAGE="de").content.decode()

    assert "Beim Ausschalten geht das jetzige Passwort des Benutzers verloren." in page
    assert "Ob sich der Benutzer mit einem Passwort anmelden kann." in page
