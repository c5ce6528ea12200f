"""Administrators manage users and sandboxes in the admin."""

from __future__ import annotations

import pytest
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
