"""Another name for what journeys refer to: they follow, and people go on as if nothing had happened."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from actions.models import Action, Channel, MessageTemplate
from datasources.models import DataSource, FieldGroup
from events.models import Event
from journeyorch.access.models import User
from journeyorch.expressions.renaming import with_event_renamed
from journeyorch.renaming import renamed
from journeyorch.usage import used_in
from journeys import publishing
from journeys.models import Instance, JourneyVersion
from tests.journeys.world import World, act

PATHS = [{"id": "big", "expression": "@{Lobby.amount} > 10"}]
DRAWN = {
    "lobby": act("event", "wait", event="Lobby"),
    "wait": act("wait", "which", duration="PT1H"),
    "which": act("condition", {"big": ["end"]}, paths=PATHS),
    "end": act("end"),
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('@{Lobby.eventType} == "Lobby"', '@{Hall.eventType} == "Lobby"'),
        ("@{ Lobby . amount } > @{Lobby2.amount}", "@{ Hall . amount } > @{Lobby2.amount}"),
        ('"@{Lobby.a}" == @{Lobby}', '"@{Lobby.a}" == @{Hall}'),
        ("'it\\'s @{Lobby.a}'", "'it\\'s @{Lobby.a}'"),
        ("#{Lobby.group.x}", "#{Lobby.group.x}"),
        ('@{Lobby.a} == "open', '@{Hall.a} == "open'),
        ("@{'Lobby'.a} == @{ \"Lobby\" .b}", "@{Hall.a} == @{ Hall .b}"),
        ("@{Lobby-2.a} == @{'Lobby-2'.a}", "@{Lobby-2.a} == @{'Lobby-2'.a}"),
        ("", ""),
    ],
)
def test_an_expression_follows_its_event(source: str, expected: str) -> None:
    assert with_event_renamed(source, old="Lobby", new="Hall") == expected


def test_a_name_that_begins_with_a_digit_is_quoted_and_found_in_quotes() -> None:
    source = '@{Lobby.a} == "Lobby"'
    quoted = with_event_renamed(source, old="Lobby", new="2Go")
    assert quoted == "@{'2Go'.a} == \"Lobby\""
    assert with_event_renamed(quoted, old="2Go", new="Lobby") == source


def rename(obj: Any, kind: str, name: str) -> None:
    old, obj.name = obj.name, name
    obj.save()
    renamed(kind, obj, old=old)


def test_people_inside_go_on_when_their_event_gets_another_name(world: World) -> None:
    version = world.journey("lobby", **DRAWN)
    world.send("Lobby", amount=12)
    world.run()
    event = world.events["Lobby"]
    event.condition = with_event_renamed(event.condition, old="Lobby", new="Hall")
    rename(event, "event", "Hall")

    world.pass_time(hours=1)
    world.run()
    assert world.path() == ["lobby>next", "wait>next", "which>big", "end>"]
    assert world.instance().status == Instance.Status.FINISHED
    version.refresh_from_db()
    lobby = version.document["activities"]["lobby"]
    assert (lobby["config"]["event"], lobby["name"]) == ("Hall", "Lobby")
    assert publishing.check(version) == []


def test_versions_of_all_statuses_follow_and_other_sandboxes_do_not(world: World) -> None:
    first = world.journey("lobby", **DRAWN)
    publishing.stop(first, by=None)
    copy = publishing.duplicate(first, by=None)
    revision = copy.revision
    rename(world.events["Lobby"], "event", "Hall")

    for version in JourneyVersion.objects.all():
        assert version.document["activities"]["lobby"]["config"]["event"] == "Hall"
    copy.refresh_from_db()
    assert copy.revision > revision, "or an open editor would bring the old name back"


def test_a_name_that_was_given_stays(world: World) -> None:
    version = world.draft("lobby", lobby=act("event", event="Lobby", name="Arrival"))
    rename(world.events["Lobby"], "event", "Hall")

    version.refresh_from_db()
    assert version.document["activities"]["lobby"]["name"] == "Arrival"


def test_actions_and_templates_are_followed_too(world: World) -> None:
    action = Action.objects.create(
        sandbox=world.sandbox, name="Ring", url="https://ring.example", response_sample={"id": "1"}
    )
    template = MessageTemplate.objects.create(sandbox=world.sandbox, name="Hello", kind="email", content={})
    ring, mail = act("custom_action", "mail", action="Ring"), act("email", template="Hello")
    version = world.draft("lobby", lobby=act("event", "ring", event="Lobby"), ring=ring, mail=mail)
    rename(action, "action", "Bell")
    rename(template, "template", "Welcome")

    version.refresh_from_db()
    drawn = version.document["activities"]
    assert (drawn["ring"]["config"]["action"], drawn["mail"]["config"]["template"]) == ("Bell", "Welcome")
    assert drawn["ring"]["name"] == "Ring"


def test_templates_and_the_last_channel_of_a_kind_are_in_use(world: World) -> None:
    template = MessageTemplate.objects.create(sandbox=world.sandbox, name="Hello", kind="email", content={})
    channel = Channel.objects.create(sandbox=world.sandbox, name="Mail", kind="email", provider="smtp")
    world.draft("lobby", lobby=act("event", "mail", event="Lobby"), mail=act("email", template="Hello"))

    assert [use.label for use in used_in("template", template)] == ["Trial, version 1"]
    assert [use.label for use in used_in("channel", channel)] == ["Trial, version 1"]
    Channel.objects.create(sandbox=world.sandbox, name="Other", kind="email", provider="smtp")
    assert used_in("channel", channel) == []


# --- In the administration ------------------------------------------------------------------------


@pytest.fixture
def admin(world: World) -> Client:
    user = User.objects.create_superuser("root", password="x")
    user.sandboxes.add(world.sandbox)
    client = Client()
    client.force_login(user)
    return client


def form_of(client: Client, address: str) -> dict[str, Any]:
    """What the page would send if nothing were changed."""
    found = client.get(address).context["adminform"].form
    values = {name: found[name].value() for name in found.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_a_used_event_gets_another_name_in_the_administration(world: World, admin: Client) -> None:
    world.journey("lobby", **DRAWN)
    event = world.events["Lobby"]
    address = f"/admin/events/event/{event.pk}/change/"
    answer = admin.post(address, form_of(admin, address) | {"name": "Hall"})

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    stored = Event.objects.get(pk=event.pk)
    assert (stored.name, stored.condition) == ("Hall", '@{Hall.eventType} == "Lobby"')
    version = JourneyVersion.objects.get()
    assert version.document["activities"]["lobby"]["config"]["event"] == "Hall"
    world.send("Lobby")
    world.run()
    assert world.path() == ["lobby>next"]


@pytest.mark.parametrize("kind", ["datasource", "fieldgroup"])
def test_sources_and_groups_in_use_keep_their_names(world: World, admin: Client, kind: str) -> None:
    source = DataSource.objects.create(sandbox=world.sandbox, name="Rooms", url="https://rooms.example")
    sample = {"type": "object", "properties": {"n": {"type": "integer"}}}
    group = FieldGroup.objects.create(source=source, name="free", response_schema=sample)
    paths = [{"id": "a", "expression": "#{Rooms.free.n} > 0"}]
    world.draft("lobby", lobby=act("event", "c", event="Lobby"), c=act("condition", {}, paths=paths))
    pk = source.pk if kind == "datasource" else group.pk
    address = f"/admin/datasources/{kind}/{pk}/change/"
    answer = admin.post(address, form_of(admin, address) | {"name": "Other"})

    assert "The name cannot change while it is used in Trial, version 1." in answer.content.decode()
