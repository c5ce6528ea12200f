"""Sandboxes, users, groups and API credentials over the API: nobody hands on more than they may."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone

from journeyorch.access.credentials import digest_of
from journeyorch.access.models import AuditEntry, Credential, Sandbox, SecondFactor, User
from tests.journeys.views.conftest import login, sandbox

__all__ = ["login", "sandbox"]

pytestmark = pytest.mark.django_db
SANDBOXES, USERS, GROUPS, KEYS = (
    f"/api/v1/{kind}" for kind in ("sandboxes", "users", "groups", "credentials")
)
LOGINS = "/api/v1/failed-logins"
_MAY = [f"{verb}_{kind}" for verb in ("view", "add", "change") for kind in ("sandbox", "user", "group")]


@pytest.fixture
def administrator(login: Any) -> Client:
    """May manage, and read journeys, but not change them."""
    return login(
        *_MAY, *(f"{verb}_credential" for verb in ("view", "add", "change", "delete")), "view_journey"
    )


def post(client: Client, address: str, **body: Any) -> Any:
    return client.post(address, body, content_type="application/json")


def put(client: Client, address: str, **body: Any) -> Any:
    return client.put(address, body, content_type="application/json")


def places(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.content
    return [one["pointer"] for one in answer.json()["errors"]]


def key_body(**more: Any) -> dict[str, Any]:
    body = {"name": "Shop", "user": "zoe", "sandboxes": ["prod"], "scopes": ["journeys.view_journey"]}
    return {**body, **more}


def test_a_key_is_told_once_and_replaced(administrator: Client) -> None:
    User.objects.create_user("zoe")
    made = post(administrator, KEYS, **key_body())
    assert made.status_code == 201
    key = made.json()["key"]
    row = Credential.objects.get()
    assert row.digest == digest_of(key)
    assert row.limits().permissions == {"journeys.view_journey"}
    one = f"{KEYS}/{row.pk}"
    assert "key" not in administrator.get(one).json()
    assert post(administrator, KEYS, **key_body()).status_code == 409
    assert put(administrator, one, **key_body(enabled=False)).json()["enabled"] is False
    again = administrator.post(f"{one}/new-key").json()["key"]
    row.refresh_from_db()
    assert (row.digest, row.old_digest) == (digest_of(again), digest_of(key))
    assert administrator.delete(one).status_code == 204
    assert administrator.get(one).status_code == 404
    log = AuditEntry.objects.filter(kind="access.credential").order_by("pk")
    assert [entry.verb for entry in log] == ["created", "changed", "replaced the key", "deleted"]
    assert key not in str(list(log.values()))


def test_a_key_gets_nothing_that_its_maker_may_not(administrator: Client, login: Any) -> None:
    zoe = User.objects.create_user("zoe")
    Sandbox.objects.create(name="other", title="Other")
    wanted = key_body(scopes=["journeys.view_journey", "journeys.change_journey"], sandboxes=["other"])
    assert places(post(administrator, KEYS, **wanted)) == ["/sandboxes/0"]
    assert places(post(administrator, KEYS, **{**wanted, "sandboxes": ["prod"]})) == ["/scopes/1"]
    assert places(post(administrator, KEYS, **key_body(user="nobody"))) == ["/user"]
    strong = Credential.objects.create(name="strong", user=zoe, digest="x", hint="jo_")
    strong.scopes.set(Permission.objects.filter(codename="change_journey"))
    assert administrator.post(f"{KEYS}/{strong.pk}/new-key").status_code == 403
    assert login("view_credential").get(KEYS).status_code == 200
    assert post(login("view_credential"), KEYS, **key_body()).status_code == 403


def test_a_user_is_made_and_changed_without_their_password_being_told(administrator: Client) -> None:
    readers = Group.objects.create(name="Readers")
    readers.permissions.set(Permission.objects.filter(codename="view_journey"))
    body = {"name": "zoe", "groups": ["Readers"], "sandboxes": ["prod"], "password": "correct horse 7141"}
    made = post(administrator, USERS, **body)
    assert made.status_code == 201, made.content
    assert "password" not in made.json()
    zoe = User.objects.get(username="zoe")
    assert zoe.check_password("correct horse 7141")
    assert zoe.has_perm("journeys.view_journey")
    assert put(administrator, f"{USERS}/{zoe.pk}", name="zoe", active=False).json()["groups"] == []
    zoe.refresh_from_db()
    assert (zoe.is_active, zoe.check_password("correct horse 7141")) == (False, True)
    assert "correct horse" not in str(list(AuditEntry.objects.values()))
    assert post(administrator, USERS, name="zoe").status_code == 409
    assert places(post(administrator, USERS, name="eve", password="x")) == ["/password"]


def test_nobody_takes_over_who_may_more(administrator: Client) -> None:
    strong = Group.objects.create(name="Strong")
    strong.permissions.set(Permission.objects.filter(codename="change_journey"))
    assert places(post(administrator, USERS, name="eve", groups=["Strong"])) == ["/groups/0"]
    root, zoe = User.objects.create_superuser("root"), User.objects.create_user("zoe")
    zoe.groups.add(strong)
    for one in (root, zoe):
        taken = put(administrator, f"{USERS}/{one.pk}", name="mine", password="correct horse 7141")
        assert taken.status_code == 403
    assert put(administrator, f"{GROUPS}/{strong.pk}", name="Strong").status_code == 403
    wanted = ["journeys.view_journey", "journeys.change_journey"]
    assert places(post(administrator, GROUPS, name="New", permissions=wanted)) == ["/permissions/1"]
    made = post(administrator, GROUPS, name="New", permissions=wanted[:1])
    assert (made.status_code, made.json()["permissions"]) == (201, wanted[:1])
    assert administrator.delete(f"{GROUPS}/{made.json()['id']}").status_code == 403


def test_a_sandbox_is_made_and_changed(administrator: Client, sandbox: Sandbox, login: Any) -> None:
    made = post(administrator, SANDBOXES, name="stage", title="Stage")
    assert made.status_code == 201
    assert post(administrator, SANDBOXES, name="stage", title="Stage").status_code == 409
    assert administrator.get(f"{SANDBOXES}/stage").status_code == 404, "nobody may enter it yet"
    assert [one["name"] for one in administrator.get(SANDBOXES).json()["items"]] == ["prod"]
    changed = put(administrator, f"{SANDBOXES}/prod", title="Shop", timeZone="Europe/Berlin")
    assert changed.json()["timeZone"] == "Europe/Berlin"
    before = sandbox.generation
    sandbox.refresh_from_db()
    assert (sandbox.title, sandbox.generation) == ("Shop", before + 1)
    assert places(put(administrator, f"{SANDBOXES}/prod", title="Shop", timeZone="Moon")) == ["/timeZone"]
    assert places(put(administrator, f"{SANDBOXES}/prod", title=" ")) == ["/title"]
    assert put(login("view_sandbox"), f"{SANDBOXES}/prod", title="X").status_code == 403


def test_a_group_is_made_and_changed(administrator: Client) -> None:
    made = post(administrator, GROUPS, name="Readers", permissions=["journeys.view_journey"])
    assert made.status_code == 201, made.content
    assert made.json()["permissions"] == ["journeys.view_journey"]
    one = f"{GROUPS}/{made.json()['id']}"
    assert post(administrator, GROUPS, name="Readers").status_code == 409

    changed = put(administrator, one, name="Watchers", permissions=["access.view_user"]).json()
    assert (changed["name"], changed["permissions"]) == ("Watchers", ["access.view_user"])
    assert administrator.get(one).json() == changed
    told = AuditEntry.objects.get(verb="changed").changes
    assert told["permissions"] == [["journeys.view_journey"], ["access.view_user"]]


def test_a_group_gets_nothing_that_its_maker_may_not(administrator: Client) -> None:
    body = {"name": "Strong", "permissions": ["journeys.publish_journey"]}
    assert places(post(administrator, GROUPS, **body)) == ["/permissions/0"]
    strong = Group.objects.create(name="Strong")
    strong.permissions.add(Permission.objects.get(codename="publish_journey"))
    assert put(administrator, f"{GROUPS}/{strong.pk}", name="Weak").status_code == 403
    strong.refresh_from_db()
    assert strong.name == "Strong"


def test_many_groups_are_read_as_a_few_are(administrator: Client, django_assert_max_num_queries: Any) -> None:
    may = Permission.objects.get(codename="view_journey")
    for number in range(20):
        Group.objects.create(name=f"Group {number}").permissions.add(may)
    with django_assert_max_num_queries(15):
        assert len(administrator.get(GROUPS).json()["items"]) >= 20


def test_a_user_goes_with_their_keys_and_nobody_deletes_themselves(login: Any) -> None:
    administrator = login("view_user", "delete_user")
    me = administrator.get(USERS).json()["items"][0]["id"]
    zoe, root = User.objects.create_user("zoe"), User.objects.create_superuser("root")
    Credential.objects.create(name="Shop", user=zoe, digest="x", hint="jo_")
    assert administrator.delete(f"{USERS}/{zoe.pk}").status_code == 204
    assert not User.objects.filter(username="zoe").exists()
    told = AuditEntry.objects.filter(verb="deleted").order_by("pk")
    assert [(one.kind, one.label) for one in told] == [("access.credential", "Shop"), ("access.user", "zoe")]
    assert administrator.delete(f"{USERS}/{zoe.pk}").status_code == 404
    assert administrator.delete(f"{USERS}/{root.pk}").status_code == 403
    assert administrator.delete(f"{USERS}/{me}").status_code == 409
    assert login("view_user", "change_user").delete(f"{USERS}/{me}").status_code == 403


def test_a_second_factor_that_was_lost_is_reset(administrator: Client) -> None:
    zoe = User.objects.create_user("zoe")
    SecondFactor.objects.create(user=zoe, secret={}, confirmed_at=timezone.now())
    one = f"{USERS}/{zoe.pk}"
    assert administrator.get(one).json()["secondFactor"] is True
    assert administrator.post(f"{one}/reset-second-factor").json()["secondFactor"] is False
    assert AuditEntry.objects.filter(kind="access.secondfactor", verb="deleted", label="zoe").exists()
    root = User.objects.create_superuser("root")
    assert administrator.post(f"{USERS}/{root.pk}/reset-second-factor").status_code == 403


def test_who_is_locked_out_is_seen_and_let_in(login: Any, client: Client, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    User.objects.create_user("zoe", password="correct horse 7141")
    for password in ("wrong", "wrong", "correct horse 7141"):
        client.post("/login/", {"username": "zoe", "password": password}, REMOTE_ADDR="192.0.2.7")
    administrator = login("view_accessattempt", "delete_accessattempt")
    (told,) = administrator.get(LOGINS).json()["items"]
    assert (told["name"], told["address"], told["locked"]) == ("zoe", "192.0.2.7", True)
    unlock = f"{LOGINS}/unlock"
    elsewhere = {"name": "zoe", "address": "192.0.2.8"}
    kept = administrator.post(unlock, elsewhere, content_type="application/json")
    assert kept.json() == {"forgotten": 0}
    assert post(administrator, unlock, name="zoe").json()["forgotten"] > 0
    assert administrator.get(LOGINS).json() == {"items": []}
    assert post(login("view_accessattempt"), unlock, name="zoe").status_code == 403
