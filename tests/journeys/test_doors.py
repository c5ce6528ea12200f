"""Every address of the product is closed but for those listed here: role × address × method."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.urls import URLPattern, get_resolver

from actions.models import MessageTemplate
from datasources.models import Segment
from journeyorch.access.groups import ADMINISTRATORS, LIMITED, STANDARD, TECHNICAL
from journeyorch.access.models import Sandbox, User
from tests.journeys.world import World, act

METHODS = ("GET", "POST")
SOMEBODY = "guest-7141"
# Forms for something new, and questions whether to delete, show nothing that their lists and pages do not.
_ALSO_SHOWN_ELSEWHERE = re.compile(r"/(add|delete|history)/$")
#: Their views authenticate by themselves, by key or signature, or say nothing that is anybody's secret.
_PUBLIC_NAMES = {
    "login", "logout", "help", "access-token", "message-opened", "message-clicked", "message-mirror",
    "message-preferences", "password_reset", "password_reset_done", "password_reset_confirm",
    "password_reset_complete", "second-factor-code", "sign-on", "sign-on-back",
}  # fmt: skip
_PUBLIC_PATHS = re.compile(
    r"healthz|readyz|admin/(login|logout)/|(admin/)?jsi18n/|(api/v1/openapi\.json|webhooks/.*)"
)
#: Open to whoever has logged in and may enter a sandbox, whatever else they may.
#: Expressions are worked out on what the request brings along.
_FOR_EVERYBODY = re.compile(
    r"api/v1/(expressions/(functions|complete|check|evaluate|parameters|simple))?|"
    r"(api/v1/search|search/)|"  # finds only what its finder may see
    r"account/second-factor/|"
    r"(admin/(password_change/(done/)?|autocomplete/|access/sandbox/(<path:object_id>/(change|history)/)?)?)?"
)
_REFUSED = {301, 302, 401, 403, 404, 405}


class Door:
    """One address, with ids of real things in it."""

    def __init__(self, route: str, pattern: URLPattern, ids: dict[str, str]) -> None:
        self.route = route
        self.name = pattern.name or ""
        self.direct = getattr(pattern.callback, "direct", False)
        numbered = re.sub(r"<int:pk>", ids["number"], route)
        self.path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids.get(found[1], "1"), numbered)

    @property
    def public(self) -> bool:
        """An ingestion endpoint is marked direct: it asks for its own kind of key."""
        return self.direct or self.name in _PUBLIC_NAMES or bool(_PUBLIC_PATHS.fullmatch(self.route))


def doors(ids: dict[str, str]) -> Iterator[Door]:
    for route, pattern in _walk(get_resolver(), ""):
        if "(?P" in route or route.endswith("/ "):
            continue  # Django's own catch-alls of the admin; what they lead to is walked by its own address
        if "<path:object_id>" in route:
            _, app, model, *_ = route.split("/")
            ids = {**ids, "object_id": _id_of(app, model)}
        yield Door(route, pattern, ids)


def _walk(resolver: Any, before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from _walk(pattern, route)


def _id_of(app: str, model: str) -> str:
    for registered in admin.site._registry:
        if registered._meta.label_lower == f"{app}.{model}":
            first = registered._default_manager.first()
            return str(first.pk) if first else "1"
    return "1"


@pytest.fixture
def ids(world: World) -> dict[str, str]:
    if connection.vendor == "postgresql":
        pytest.skip("half a thousand pages, and what they say does not depend on the database")
    version = world.journey(
        "entry",
        entry=act("event", "wait", event="Lobby"),
        wait=act("wait", "end", duration="PT1H"),
        end=act("end"),
    )
    world.send("Lobby", SOMEBODY)
    world.drain()
    MessageTemplate.objects.create(pk=1, sandbox=version.sandbox, name="Hello", kind="sms")
    Segment.objects.create(pk=1, sandbox=version.sandbox, name="All", expression="true")
    return {
        "number": "1", "uid": str(version.uid),
        "pk": str(world.instance(SOMEBODY).pk), "name": "stop", "inlet": world.inlet.key,
        "key": world.inlet.key,
    }  # fmt: skip


def enter(name: str, *groups: str, sandbox: str | None = "prod", staff: bool = True) -> Client:
    user = User.objects.create_user(name, is_staff=staff)
    user.groups.set(Group.objects.filter(name__in=groups))
    user.sandboxes.set(Sandbox.objects.filter(name=sandbox))
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def answers(client: Client, found: Iterator[Door]) -> Iterator[tuple[str, int]]:
    for door in found:
        for method in METHODS:
            answer = client.generic(method, door.path)
            yield f"{method} {door.route}", answer.status_code


def test_strangers_are_refused_everywhere_but_at_public_doors(ids: dict[str, str]) -> None:
    closed = (door for door in doors(ids) if not door.public)
    opened = {
        where: status
        for where, status in answers(Client(raise_request_exception=False), closed)
        if status not in _REFUSED
    }
    assert opened == {}


def test_who_has_no_permission_gets_nowhere(ids: dict[str, str]) -> None:
    closed = (door for door in doors(ids) if not door.public and not _FOR_EVERYBODY.fullmatch(door.route))
    opened = {where: s for where, s in answers(enter("nobody"), closed) if s not in _REFUSED}
    assert opened == {}


def test_all_permissions_in_one_sandbox_open_nothing_in_another(ids: dict[str, str]) -> None:
    Sandbox.objects.create(name="other", title="Other")
    client = enter("elsewhere", ADMINISTRATORS.name, sandbox="other")
    things = (
        door for door in doors(ids)
        if not door.public and ("uid" in door.route or door.route.startswith(("templates/<", "segments/<")))
    )  # fmt: skip
    opened = {where: s for where, s in answers(client, things) if s not in {403, 404, 405}}
    assert opened == {}


#: What the ready-made groups find open (True) and closed: Limited, Standard, Technical, Administrators.
_PAGES = [
    ("/", "yes yes yes yes"),
    ("/versions/{uid}/", "yes yes yes yes"),
    ("/journeys/new/", "no yes no yes"),
    ("/versions/{uid}/stop/", "no yes no yes"),
    ("/people/", "no yes yes yes"),
    ("/versions/{uid}/people/", "no yes yes yes"),
    ("/instances/{pk}/", "no yes yes yes"),
    ("/api/v1/instances/{pk}", "no yes yes yes"),
    ("/account/second-factor/", "yes yes yes yes"),
    ("/fire/", "no yes yes yes"),
    ("/templates/1/", "no yes yes yes"),
    ("/templates/new/", "no yes yes yes"),
    ("/segments/1/delete/", "no yes yes yes"),
    ("/segments/1/members/", "no yes yes yes"),
    ("/admin/events/event/", "no yes yes yes"),
    ("/admin/events/event/add/", "no no yes yes"),
    ("/admin/events/inlet/add/", "no no yes yes"),
    ("/admin/datasources/datasource/add/", "no no yes yes"),
    ("/admin/datasources/segment/add/", "no yes yes yes"),
    ("/admin/datasources/profile/", "no yes yes yes"),
    ("/admin/actions/action/add/", "no no yes yes"),
    ("/admin/actions/channel/add/", "no no yes yes"),
    ("/admin/actions/messagetemplate/add/", "no yes yes yes"),
    ("/admin/access/user/", "no no no yes"),
    ("/admin/access/sandbox/add/", "no no no yes"),
    ("/admin/access/credential/", "no no no yes"),
    ("/admin/access/auditentry/", "no no no yes"),
]


def test_the_ready_made_groups_find_their_pages(ids: dict[str, str]) -> None:
    groups = (LIMITED, STANDARD, TECHNICAL, ADMINISTRATORS)
    clients = [enter(group.name, group.name) for group in groups]
    expected = {page: row.split() for page, row in _PAGES}
    found = {
        page: ["yes" if client.get(page.format(**ids)).status_code == 200 else "no" for client in clients]
        for page in expected
    }
    assert found == expected


def test_who_may_not_read_people_meets_nobody(ids: dict[str, str]) -> None:
    """Every page and every answer of the API, asked for with all permissions but that one."""
    client = enter("blind", ADMINISTRATORS.name)
    Group.objects.get(name=ADMINISTRATORS.name).permissions.remove(
        Permission.objects.get(codename="view_profile")
    )
    doors_in = (door for door in doors(ids) if not door.public)
    seen = (door.path for door in doors_in if not _ALSO_SHOWN_ELSEWHERE.search(door.path))
    assert [path for path in seen if SOMEBODY.encode() in getattr(client.get(path), "content", b"")] == []
