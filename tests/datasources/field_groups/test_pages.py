"""Technical users say what journeys can read of people."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from datasources.models import ProfileFieldGroup, Schema
from datasources.platform.field_groups.offers import offered_fields
from datasources.platform.field_groups.portable import ProfileFieldGroups
from journeyorch.access.models import User
from journeyorch.expressions import FieldGroupScope, types
from journeys.engine.catalog import read_catalog
from tests.datasources.schemas.test_admin import save
from tests.journeys.world import World, act

ADD = reverse("admin:datasources_profilefieldgroup_add")
TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
PEOPLE = {
    "type": "object",
    "properties": {
        "points": NUMBER,
        "person": {"type": "object", "title": "Who it is", "properties": {"name": TEXT, "gender": TEXT}},
    },
}
ORDERS = {"type": "object", "properties": {"total": NUMBER, "shop": TEXT}}


@pytest.fixture
def people(db: None) -> World:
    world = World()
    for kind, document in (("profile", PEOPLE), ("event", ORDERS), ("record", {"properties": {"sku": TEXT}})):
        Schema.objects.create(sandbox=world.sandbox, name=kind, kind=kind, document=document)
    return world


def form(world: World, name: str, *fields: str, **more: Any) -> dict[str, Any]:
    return {"sandbox": world.sandbox.pk, "name": name, "fields": fields, "description": "", **more}


def page_of(group: ProfileFieldGroup) -> str:
    return reverse("admin:datasources_profilefieldgroup_change", args=[group.pk])


def make(world: World, name: str, *fields: str) -> ProfileFieldGroup:
    return ProfileFieldGroup.objects.create(sandbox=world.sandbox, name=name, fields=fields)


def scope_of(world: World, name: str) -> FieldGroupScope:
    return read_catalog(world.sandbox.pk).profile_groups[name].scope


def reading(world: World, expression: str) -> None:
    path = {"id": "yes", "expression": expression}
    ways = {"in": act("event", "if", event="Lobby"), "if": act("condition", paths=[path])}
    world.draft("in", name="Reader", **ways)


def test_a_group_is_chosen_from_all_that_is_known_of_people(admin_client: Client, people: World) -> None:
    page = admin_client.get(ADD).content.decode()

    offered = ("person", "person.name", "points", "experienceevent", "experienceevent.total")
    assert all(f'value="{path}"' in page for path in offered)
    assert "Who it is (person)" in page
    assert "Experience events, newest first (experienceevent)" in page
    # Records are about things.
    assert 'value="experienceevent.sku"' not in page

    assert save(admin_client, ADD, **form(people, "Some", "person.name", "experienceevent.total")) == {}
    assert scope_of(people, "Some") == FieldGroupScope(
        types.ObjectType(
            {
                "person": types.ObjectType({"name": types.STRING}),
                "experienceevent": types.ListType(types.ObjectType({"total": types.INTEGER})),
            }
        )
    )
    assert "points" in scope_of(people, "ProfileFieldGroup").type.fields


def test_all_fields_of_large_schemas_are_offered(people: World) -> None:
    """Those of events stand behind those of profiles; a field that is not offered is lost on saving."""
    for number in range(2):
        document = {"type": "object", "properties": {f"f{number}x{each}": TEXT for each in range(6000)}}
        name = f"large{number}"
        Schema.objects.create(sandbox=people.sandbox, name=name, kind="profile", document=document)

    paths = {field.path for field in offered_fields(people.sandbox.pk)}

    assert {"f0x0", "f1x5999", "experienceevent", "experienceevent.total"} <= paths


def test_the_page_shows_what_one_fetch_brings(admin_client: Client, people: World) -> None:
    group = make(people, "Some", "person.name", "experienceevent.total")
    page = admin_client.get(page_of(group)).content.decode()

    preview = page[page.index('<pre tabindex="0">') : page.index("</pre>")].replace("&quot;", '"')
    assert '"name": "text"' in preview
    assert '"total": 1' in preview
    assert "gender" not in preview
    assert "shop" not in preview


def test_what_holds_its_like_is_shown_once(admin_client: Client, people: World) -> None:
    """As references of a schema to itself say."""
    inner = {"anyOf": [{"$ref": "#"}, {"type": "null"}]}
    document = {"type": "object", "properties": {"label": TEXT, "inner": inner}}
    Schema.objects.create(sandbox=people.sandbox, name="tree", kind="profile", document=document)

    page = admin_client.get(page_of(make(people, "Tree", "inner"))).content.decode()

    assert page.count("&quot;label&quot;: &quot;text&quot;") == 1


@pytest.mark.parametrize("name", ["Some group", "ä", "x" * 31, ""])
def test_a_name_that_expressions_could_not_write_is_refused(
    admin_client: Client, people: World, name: str
) -> None:
    assert "name" in save(admin_client, ADD, **form(people, name, "points"))
    assert not ProfileFieldGroup.objects.exists()


def test_a_group_is_there_once(admin_client: Client, people: World) -> None:
    make(people, "Some", "points")

    assert save(admin_client, ADD, **form(people, "Some", "person")) != {}


def test_a_group_is_duplicated_under_another_name(admin_client: Client, people: World) -> None:
    group = make(people, "Some", "points")

    errors = save(admin_client, page_of(group), **form(people, "Copy", "points", _saveasnew="1"))

    assert errors == {}
    assert list(ProfileFieldGroup.objects.order_by("pk").values_list("name", "fields")) == [
        ("Some", ["points"]),
        ("Copy", ["points"]),
    ]


def test_a_group_that_journeys_use_keeps_name_and_fields(admin_client: Client, people: World) -> None:
    group = make(people, "Some", "points", "person.name")
    reading(people, "#{ExperiencePlatform.Some.points} > 3")

    assert "Reader, version 1" in admin_client.get(page_of(group)).content.decode()
    refused = save(admin_client, page_of(group), **form(people, "Other", "points"))
    assert "Reader, version 1" in str(refused["name"])
    assert "Reader, version 1" in str(refused["fields"])
    delete = reverse("admin:datasources_profilefieldgroup_delete", args=[group.pk])
    admin_client.post(delete, {"post": "yes"})
    assert ProfileFieldGroup.objects.get().fields == ["points", "person.name"]

    assert save(admin_client, page_of(group), **form(people, "Some", "points", "person")) == {}
    assert save(admin_client, page_of(group), **form(people, "Some")) == {}  # all


def test_fields_that_no_schema_has_any_more_do_not_stand_in_the_way(
    admin_client: Client, people: World
) -> None:
    group = make(people, "Some", "points", "gone")
    reading(people, "#{ExperiencePlatform.Some.points} > 3")

    assert save(admin_client, page_of(group), **form(people, "Some", "points", description="New")) == {}
    assert ProfileFieldGroup.objects.get().fields == ["points"]


def test_a_group_none_of_whose_fields_is_left_does_not_come_to_show_everything(
    admin_client: Client, people: World
) -> None:
    """Nothing is ticked on its page then, and none chosen is all."""
    group = make(people, "Some", "gone", "person.gone")

    refused = save(admin_client, page_of(group), **form(people, "Some", description="New"))

    assert "Choose others" in str(refused["fields"])
    assert "Some" not in read_catalog(people.sandbox.pk).profile_groups
    assert save(admin_client, page_of(group), **form(people, "Some", "points", "person")) == {}


def test_the_group_that_is_always_there_is_replaced_only_while_nobody_uses_it(
    admin_client: Client, people: World
) -> None:
    reading(people, "#{ExperiencePlatform.ProfileFieldGroup.points} > 3")
    refused = save(admin_client, ADD, **form(people, "ProfileFieldGroup", "person"))
    assert "Reader, version 1" in str(refused["fields"])
    assert save(admin_client, ADD, **form(people, "ProfileFieldGroup")) == {}


def test_nor_by_a_group_that_is_given_its_name(admin_client: Client, people: World) -> None:
    reading(people, "#{ExperiencePlatform.ProfileFieldGroup.points} > 3")
    group = make(people, "Some", "person")

    refused = save(admin_client, page_of(group), **form(people, "ProfileFieldGroup", "person"))

    assert "Reader, version 1" in str(refused["fields"])
    assert "points" in scope_of(people, "ProfileFieldGroup").type.fields
    assert save(admin_client, page_of(group), **form(people, "ProfileFieldGroup")) == {}


def test_a_group_of_that_name_takes_its_place(admin_client: Client, people: World) -> None:
    assert save(admin_client, ADD, **form(people, "ProfileFieldGroup", "person")) == {}

    assert set(scope_of(people, "ProfileFieldGroup").type.fields) == {"person"}
    ProfileFieldGroup.objects.get().delete()
    assert "points" in scope_of(people, "ProfileFieldGroup").type.fields


def test_a_group_without_a_field_is_not_offered(people: World) -> None:
    make(people, "Gone", "nothing", "person.nothing")

    assert set(read_catalog(people.sandbox.pk).profile_groups) == {"ProfileFieldGroup"}


@pytest.mark.parametrize(
    ("fields", "schemas"),
    [
        ([], ["profile", "event"]),
        (["person.name"], ["profile"]),
        (["points", "experienceevent.shop"], ["profile", "event"]),
        (["experienceevent"], ["event"]),
        (["experienceevent.shop.name"], ["event"]),
        (["experienceevent.directMarketing"], []),  # what the product writes by itself
    ],
)
def test_an_export_brings_the_schemas_that_have_the_fields(
    people: World, fields: list[str], schemas: list[str]
) -> None:
    # The world has a schema of its own, with other fields.
    Schema.objects.filter(pk=people.schema.pk).update(feeds_profiles=False)
    found = ProfileFieldGroups().refers(make(people, "Some", *fields))

    assert [str(schema) for schema in found] == schemas


@pytest.mark.parametrize(("fields", "shown"), [([], "all"), (["points", "person"], "points, person")])
def test_who_may_only_look_is_told_what_is_chosen(
    client: Client, people: World, fields: list[str], shown: str
) -> None:
    group = make(people, "Some", *fields)
    looker = User.objects.create_user("looker", password="secret", is_staff=True)
    looker.sandboxes.add(people.sandbox)
    looker.user_permissions.add(Permission.objects.get(codename="view_profilefieldgroup"))
    client.force_login(looker)

    page = client.get(page_of(group)).content.decode()

    assert f'<div class="readonly">{shown}</div>' in page
    assert "data-tree" not in page


@pytest.mark.parametrize("kind", ["datasource", "fieldgroup", "profilefieldgroup"])
def test_field_groups_stand_under_data_sources_in_the_bar(admin_client: Client, db: None, kind: str) -> None:
    page = admin_client.get(reverse(f"admin:datasources_{kind}_add")).content.decode()
    assert re.findall(r'aria-current="page">([^<]+)', page.partition("</nav>")[0]) == ["Data sources"]
