"""API credentials: what a program may that shows one, and how keys come and go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from journeyorch.access.credentials import GRACE, PREFIX, new_key
from journeyorch.access.models import AuditEntry, Credential, Sandbox, User

pytestmark = pytest.mark.django_db

JOURNEYS = "/api/v1/journeys"
PEOPLE = "/data/core/ups/access/entities?schema.name=_xdm.context.profile&entityId=a&entityIdNS=Email"


def permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename)


@pytest.fixture
def program() -> Credential:
    """May look at journeys in ``prod``; its user may more, and elsewhere, too."""
    user = User.objects.create_user("robot")
    user.user_permissions.set([permission("view_journey"), permission("view_profile")])
    prod = Sandbox.objects.get(name="prod")
    user.sandboxes.set([prod, Sandbox.objects.create(name="dev", title="Dev")])
    credential = Credential(name="Reports", user=user)
    credential.key = new_key(credential, now=timezone.now())  # type: ignore[attr-defined]
    credential.scopes.set([permission("view_journey"), permission("view_event")])
    credential.sandboxes.set([prod])
    return credential


def asked(program: Credential | str, address: str = JOURNEYS, **headers: str) -> Any:
    key = program if isinstance(program, str) else program.key  # type: ignore[attr-defined]
    return Client().get(address, headers={"Authorization": f"Bearer {key}", **headers})


def test_a_program_may_what_both_its_scopes_and_its_user_allow(program: Credential) -> None:
    assert asked(program).status_code == 200
    assert asked(program, PEOPLE).status_code == 403, "the user may, the credential may not"
    program.user.user_permissions.clear()
    assert asked(program).status_code == 403, "the credential may, the user may not any more"


def test_it_enters_the_sandboxes_that_are_open_to_both(program: Credential) -> None:
    assert asked(program, **{"x-sandbox-name": "prod"}).status_code == 200
    assert asked(program, **{"x-sandbox-name": "dev"}).status_code == 404
    program.sandboxes.set(Sandbox.objects.filter(name="dev"))
    assert asked(program, **{"x-sandbox-name": "dev"}).status_code == 200
    program.user.sandboxes.clear()
    assert asked(program, **{"x-sandbox-name": "dev"}).status_code == 404


def test_a_superusers_credential_is_no_superuser(program: Credential) -> None:
    User.objects.filter(pk=program.user_id).update(is_superuser=True)
    assert asked(program, PEOPLE).status_code == 403
    assert asked(program, **{"x-sandbox-name": "dev"}).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"enabled": False},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"digest": "0" * 64},
        {"user__is_active": False},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_key_that_is_over_is_401(program: Credential, change: dict[str, Any]) -> None:
    if "user__is_active" in change:
        User.objects.update(is_active=False)
    else:
        Credential.objects.update(**change)
    answer = asked(program)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("key", [PREFIX, f"{PREFIX}x", f"{PREFIX}ü", "", "other", f"{PREFIX}a b"])
def test_a_wrong_key_is_401(program: Credential, key: str) -> None:
    assert asked(key).status_code == 401


def test_a_replaced_key_works_on_for_a_day(program: Credential) -> None:
    old = program.key  # type: ignore[attr-defined]
    now = timezone.now()
    new = new_key(program, now=now)
    assert old != new
    assert [asked(key).status_code for key in (old, new)] == [200, 200]
    new_key(program, now=now - GRACE)  # as if that had been a day ago
    assert [asked(key).status_code for key in (old, new)] == [401, 401]


def test_the_log_names_program_and_user(program: Credential, admin_client: Client) -> None:
    from journeyorch.access.acting import actor

    seen = []
    from journeys.api import journeys

    original = journeys.Journeys.get

    def get(self: Any, request: Any) -> Any:
        seen.append(actor())
        return original(self, request)

    journeys.Journeys.get = get  # type: ignore[method-assign]
    try:
        asked(program)
    finally:
        journeys.Journeys.get = original  # type: ignore[method-assign]
    assert [tuple(one) for one in seen] == [("robot", "Reports")]
    assert actor().name == "system", "nobody acts after the request"


def test_the_key_is_shown_once(admin_client: Client) -> None:
    robot = User.objects.create_user("robot")
    sent = {"name": "CRM", "user": robot.pk, "sandboxes": [Sandbox.objects.get().pk], "enabled": "on"}
    sent |= {"scopes": [permission("view_journey").pk], "expires_at_0": "", "expires_at_1": ""}

    page = admin_client.post(reverse("admin:access_credential_add"), sent)

    credential = Credential.objects.get()
    key = page.context["made"]
    assert key.startswith(credential.hint)
    assert key in page.text
    assert "no-store" in page["Cache-Control"]
    for address in ("changelist", "change"):
        parts = [credential.pk] if address == "change" else []
        assert key not in admin_client.get(reverse(f"admin:access_credential_{address}", args=parts)).text
    assert key not in str(list(Credential.objects.values())) + str(list(AuditEntry.objects.values()))

    replace = reverse("admin:access_credential_new_key", args=[credential.pk])
    assert "24 hours" in admin_client.get(replace).text
    assert admin_client.post(replace).context["made"] != key
    verbs = AuditEntry.objects.filter(kind="access.credential").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["created", "replaced the key"]
