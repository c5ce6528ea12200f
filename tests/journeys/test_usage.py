"""What is said to be used in which journeys, and what the technical users' pages make of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from actions.models import Action
from datasources.models import DataSource, FieldGroup, ProfileFieldGroup
from events.models import Event
from journeyorch.access.models import Sandbox, User
from journeyorch.usage import used_in
from journeys import publishing
from journeys.definition.document import Document, read_document
from journeys.models import JourneyVersion
from journeys.usage import names_of_usable, reads_group, versions_with
from tests.journeys.world import World, act


@pytest.fixture
def group(world: World) -> FieldGroup:
    source = DataSource.objects.create(sandbox=world.sandbox, name="Weather", url="https://weather.example/")
    schema = {"type": "object", "properties": {"warm": {"type": "boolean"}}}
    return FieldGroup.objects.create(
        source=source, name="Now", parameters="city", response_sample={"warm": True}, response_schema=schema
    )


@pytest.fixture
def action(world: World) -> Action:
    return Action.objects.create(sandbox=world.sandbox, name="Notify", url="https://other.example/")


def drawn(expression: str) -> Document:
    document, problems = read_document({"start": ["in"], "activities": ways(expression)})
    assert document is not None, problems
    return document


def ways(expression: str) -> dict[str, Any]:
    path = {"id": "yes", "expression": expression}
    return {"in": act("event", "if", event="Lobby"), "if": act("condition", paths=[path])}


def labels(kind: str, obj: Event | Action | FieldGroup | ProfileFieldGroup) -> list[str]:
    return [use.label for use in used_in(kind, obj)]


def test_an_event_is_used_where_an_activity_names_it(world: World) -> None:
    version = world.draft("in", name="Welcome", **{"in": act("event", event="Lobby")})

    assert [tuple(use) for use in used_in("event", world.events["Lobby"])] == [
        ("Welcome, version 1", reverse("version", args=[version.uid]))
    ]
    assert labels("event", world.events["Restaurant"]) == []


def test_field_groups_of_profiles_are_used_as_those_of_other_sources_are(world: World) -> None:
    group = ProfileFieldGroup.objects.create(sandbox=world.sandbox, name="Loyalty")
    world.draft("in", name="Reader", **ways("#{ExperiencePlatform.Loyalty.tier} == 1"))
    version = world.draft("in", name="Other", **ways("#{ExperiencePlatform.ProfileFieldGroup.tier} == 1"))

    assert labels("profile_field_group", group) == ["Reader, version 1"]
    standard = ProfileFieldGroup(sandbox=world.sandbox, name="ProfileFieldGroup")
    assert labels("profile_field_group", standard) == ["Other, version 1"]
    assert ("field_group", "ExperiencePlatform.Loyalty") in list(names_of_usable(world.sandbox.pk))
    assert versions_with(world.sandbox.pk, "field_group", "ExperiencePlatform.ProfileFieldGroup") == [
        version.pk
    ]


def test_versions_are_found_by_what_they_use_whatever_their_status(
    world: World, group: FieldGroup, action: Action
) -> None:
    warm = {"id": "yes", "expression": '#{Weather.Now.warm, params: {city: "Rome"}}'}
    ways = {"in": act("event", "if", event="Lobby"), "if": act("condition", {"yes": ["tell"]}, paths=[warm])}
    version = world.journey("in", **ways, tell=act("custom_action", action="Notify"))
    publishing.stop(version, by=None)
    world.draft("in", name="Other", **{"in": act("event", event="Restaurant")})

    used = [("event", "Lobby"), ("action", "Notify"), ("field_group", "Weather.Now")]
    assert list(names_of_usable(world.sandbox.pk)) == [used[0], used[1], ("event", "Restaurant"), used[2]]
    for kind, name in used:
        assert versions_with(world.sandbox.pk, kind, name) == [version.pk]
    assert versions_with(world.sandbox.pk, "action", "Lobby") == []


@pytest.mark.parametrize(
    ("status", "counts"),
    [("draft", True), ("live", True), ("closed", True), ("stopped", False), ("finished", False)],
)
def test_only_versions_that_run_or_may_run_count(world: World, status: str, counts: bool) -> None:
    world.draft("in", name="Welcome", **{"in": act("event", event="Lobby")})
    JourneyVersion.objects.update(status=status)

    assert labels("event", world.events["Lobby"]) == (["Welcome, version 1"] if counts else [])


def test_each_version_is_named(world: World) -> None:
    first = world.journey("in", name="Welcome", **{"in": act("event", event="Lobby")})
    publishing.new_version(first, by=None)

    assert labels("event", world.events["Lobby"]) == ["Welcome, version 1", "Welcome, version 2"]


def test_another_sandbox_with_the_same_names_does_not_count(world: World) -> None:
    elsewhere = Sandbox.objects.create(name="dev", title="Development")
    schema = world.schema
    schema.pk, schema.sandbox = None, elsewhere
    schema.save()
    twin = Event.objects.create(sandbox=elsewhere, name="Lobby", event_id="other", schema=schema)
    world.draft("in", **{"in": act("event", event="Lobby")})

    assert labels("event", twin) == []


def test_a_name_in_a_text_is_no_use(world: World) -> None:
    told = act("event", event="Restaurant")
    world.draft("in", **{"in": {**told, "label": "From the Lobby"}})

    assert labels("event", world.events["Lobby"]) == []


def test_an_action_is_used_where_an_activity_calls_it(world: World, action: Action) -> None:
    world.draft(
        "in",
        name="Welcome",
        **{"in": act("event", "call", event="Lobby"), "call": act("custom_action", action="Notify")},
    )

    assert labels("action", action) == ["Welcome, version 1"]


def test_a_field_group_is_used_where_an_expression_reads_it(world: World, group: FieldGroup) -> None:
    path = {"id": "yes", "expression": '#{Weather.Now.warm, params: {city: "Rome"}}'}
    world.draft(
        "in",
        name="Welcome",
        **{"in": act("event", "if", event="Lobby"), "if": act("condition", paths=[path])},
    )

    assert labels("field_group", group) == ["Welcome, version 1"]


@pytest.mark.parametrize(
    ("expression", "reads"),
    [
        ("#{Weather.Now.warm}", True),
        ("#{ Weather . Now . warm }", True),
        ("#{Weather.'Now'.warm} and true", True),
        # Inside the parameters of another one, inside a condition on a list, inside a call.
        ("#{Geo.Place.name, params: {warm: #{Weather.Now.warm}}} is null", True),
        ("count(#{Geo.Place.all(currentDataPackField.x == #{Weather.Now.warm})}) > 0", True),
        ("#{Weather.Later.warm} or #{Soon.Now.warm}", False),
        ('@{Lobby.text} == "#{Weather.Now.warm}"', False),
        ("@{Weather.Now}", False),
        # Half-written: rather one use too many.
        ("#{Weather.Now.warm", True),
    ],
)
def test_expressions_are_understood_not_searched(expression: str, reads: bool) -> None:
    assert reads_group(drawn(expression), "Weather", "Now") is reads


def test_a_used_event_keeps_its_schema_and_cannot_be_deleted(world: World, admin_client: Client) -> None:
    event = world.events["Lobby"]
    world.draft("in", name="Welcome", **{"in": act("event", event="Lobby")})
    change = reverse("admin:events_event_change", args=[event.pk])

    page = admin_client.get(change).text
    refused = admin_client.post(
        change,
        {
            "name": "Lobby",
            "type": "rule",
            "schema": world.schema.pk,
            "condition": "true",
            "namespace": "CRMID",
        },
    )
    admin_client.post(reverse("admin:events_event_delete", args=[event.pk]), {"post": "yes"})

    assert "Welcome, version 1" in page
    assert "This cannot be changed while the event is used in: Welcome, version 1." in refused.text
    event.refresh_from_db()  # still there
    assert event.condition == '@{Lobby.eventType} == "Lobby"'


def test_a_refused_new_name_still_finds_the_uses(world: World, action: Action) -> None:
    world.draft(
        "in", **{"in": act("event", "call", event="Lobby"), "call": act("custom_action", action="Notify")}
    )
    action.name = "Unsaved"

    assert labels("action", action) == ["Trial, version 1"]


def test_other_kinds_are_not_ours(world: World) -> None:
    assert used_in("user", User.objects.create(username="somebody")) == []
