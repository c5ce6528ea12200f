"""The page of an inlet that shows what arrives."""

from __future__ import annotations

import html
import json
import re
import subprocess

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from datasources.models import Schema
from datasources.platform.schemas.library import compose
from events.models import Event, Inlet, Quarantined, ReceivedEvent
from journeyorch.access.models import Sandbox, User
from tests.events.conftest import Send, message

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client, sandbox: Sandbox) -> Client:
    """Somebody who may see inlets and what came in."""
    user = User.objects.create_user("technical", password="x", is_staff=True)
    user.sandboxes.add(sandbox)
    user.user_permissions.set(
        Permission.objects.filter(
            codename__in=["view_inlet", "view_receivedevent", "view_event", "view_profile"]
        )
    )
    client.force_login(user)
    return client


@pytest.fixture
def event(sandbox: Sandbox, inlet: Inlet) -> Event:
    document = compose("event", ["orchestration"], id="urn:hotel")
    inlet.schema = Schema.objects.create(sandbox=sandbox, name="Hotel", kind="event", document=document)
    inlet.save()
    return Event.objects.create(
        sandbox=sandbox, name="Lobby", event_id="lobby-1", schema=inlet.schema, namespace="CRMID"
    )


def page_of(inlet: Inlet, part: str = "") -> str:
    return reverse(f"admin:events_inlet_receiving{part}", args=[inlet.pk])


def sent_by_shell(curl: str) -> str:
    """What curl would send, told by another program of this name."""
    stand_in = 'curl() { while [ "$1" != -d ]; do shift; done; printf %s "$2"; }\n'
    return subprocess.run(["sh", "-euc", stand_in + curl], check=True, capture_output=True, text=True).stdout


def lobby(id: str, person: str = "guest-7", **more: object) -> dict[str, object]:
    orchestration = {"_experience": {"campaign": {"orchestration": {"eventID": "lobby-1"}}}}
    return message(id, **orchestration, identityMap={"CRMID": [{"id": person, "primary": True}]}, **more)


def test_before_the_first_event_the_page_says_how_to_send_it(
    reader: Client, inlet: Inlet, event: Event, send: Send
) -> None:
    page = reader.get(page_of(inlet)).content.decode()
    assert "Nothing has arrived yet" in page
    shown = re.search(r'<pre id="curl"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert shown is not None
    curl = html.unescape(shown[1])
    assert f"/collection/{inlet.key}" in curl

    body = json.loads(sent_by_shell(curl))
    assert send(body, query="?syncValidation=true").status == 200
    assert "Lobby" in reader.get(page_of(inlet)).content.decode(), "it is the configured event"


def test_an_inlet_without_a_schema_is_sent_plain_json(reader: Client, inlet: Inlet) -> None:
    assert f"/events/json/{inlet.key}" in reader.get(page_of(inlet)).content.decode()


IDLE = "No journey has done anything with it so far."


def rows_of(reader: Client, inlet: Inlet) -> list[str]:
    rows = re.findall(r"<tr>(.*?)</tr>", reader.get(page_of(inlet)).content.decode(), re.DOTALL)[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_each_arrival_tells_what_became_of_it(reader: Client, inlet: Inlet, event: Event, send: Send) -> None:
    send(lobby("waits"))
    send(lobby("told", person="guest-8"))
    send(lobby("bad", person="guest-9"))
    send(message("other"))
    bad = ReceivedEvent.objects.get(body__contains='"bad"')
    ReceivedEvent.objects.exclude(body__contains='"waits"').update(routed=True)
    Quarantined.objects.create(
        received_event=bad, sandbox=inlet.sandbox, code="invalid", message="<b>Broken</b>", at=timezone.now()
    )
    texts = rows_of(reader, inlet)
    assert "Accepted" in texts[0]
    assert "none of the configured events" in texts[0]
    assert "guest-9 Quarantined invalid &lt;b&gt;Broken&lt;/b&gt;" in texts[1]
    assert "guest-8 Accepted : Lobby" in texts[2]
    assert "guest-7 Stored, waits for a worker : Lobby" in texts[3]

    assert not any(IDLE in text for text in texts), "they may not see journeys"
    User.objects.get().user_permissions.add(Permission.objects.get(codename="view_journey"))
    assert [IDLE in text for text in rows_of(reader, inlet)] == [False, False, True, False]


def test_whoever_asks_again_hears_that_nothing_has_changed(
    reader: Client, inlet: Inlet, event: Event, send: Send
) -> None:
    first = reader.get(page_of(inlet, "_part"))
    again = reader.get(page_of(inlet, "_part"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    send(lobby("new"))
    changed = reader.get(page_of(inlet, "_part"), headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "guest-7" in changed.content.decode()


@pytest.mark.parametrize("part", ["", "_part"])
def test_events_are_shown_only_to_those_who_may_see_them(reader: Client, inlet: Inlet, part: str) -> None:
    elsewhere = Inlet.objects.create(
        sandbox=Sandbox.objects.create(name="elsewhere", title="Elsewhere"), key="inlet-2", name="Other"
    )
    assert reader.get(page_of(elsewhere, part)).status_code == 404
    User.objects.get().user_permissions.remove(Permission.objects.get(codename="view_receivedevent"))
    assert reader.get(page_of(inlet, part)).status_code == 403
