"""People and their events over HTTP: found by any identity, and nothing for those who may not."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Permission

from datasources.models import Namespace, Profile
from journeyorch.access.models import Sandbox, User
from tests.datasources.profiles.conftest import NOW, person, receive, sandbox, see
from tests.events.bad_inputs import load

__all__ = ["person", "receive", "sandbox", "see"]

pytestmark = pytest.mark.django_db
ENTITIES = "/data/core/ups/access/entities"
NAMESPACES = "/data/core/idnamespace/identities"
PEOPLE, EVENTS = "_xdm.context.profile", "_xdm.context.experienceevent"


@pytest.fixture
def reader(client, sandbox):
    user = User.objects.create_user("reader", password="x")
    user.user_permissions.set(Permission.objects.filter(codename="view_profile"))
    user.sandboxes.add(sandbox)
    client.force_login(user)
    client.defaults["HTTP_X_SANDBOX_NAME"] = sandbox.name
    return user


@pytest.fixture
def zoe(see) -> str:
    see(
        "CRMID:1",
        "Email:zoe@example.com",
        record=True,
        person={"name": {"firstName": "Zoe", "lastName": "Q"}},
    )
    see("ECID:c", "CRMID:1", eventType="visit", page="a")
    see("CRMID:1", eventType="order", total=3)
    return f"P{Profile.objects.get().pk}"


def ask(client, **parameters):
    return client.get(ENTITIES, {name.replace("__", "."): value for name, value in parameters.items()})


def person_of(client, **parameters):
    return ask(client, schema__name=PEOPLE, **parameters)


def events_of(client, **parameters):
    about = {"relatedSchema__name": PEOPLE, "relatedEntityId": "1", "relatedEntityIdNS": "CRMID"}
    return ask(client, schema__name=EVENTS, **{**about, **parameters})


@pytest.mark.parametrize(
    ("namespace", "id"), [("CRMID", "1"), ("Email", " ZOE@example.com"), ("ECID", "c"), ("", None)]
)
def test_a_person_is_found_by_any_identity(client, reader, zoe, namespace, id):
    answer = person_of(client, entityId=id or zoe, entityIdNS=namespace)
    assert answer.status_code == 200, answer.content
    ((key, found),) = answer.json().items()
    assert key == found["entityId"] == zoe
    assert found["mergePolicy"] == {"id": "default"}
    assert found["sources"] == ["event"]
    assert found["tags"] == []
    assert found["lastModifiedAt"].startswith(NOW.strftime("%Y-%m-%dT"))
    assert found["entity"] == {
        "person": {"name": {"firstName": "Zoe", "lastName": "Q"}},
        "identityMap": {"CRMID": [{"id": "1"}], "ECID": [{"id": "c"}], "Email": [{"id": "zoe@example.com"}]},
    }


@pytest.mark.parametrize(
    ("fields", "entity"),
    [
        ("person.name.firstName", {"person": {"name": {"firstName": "Zoe"}}}),
        ("person.name.firstName,person.name", {"person": {"name": {"firstName": "Zoe", "lastName": "Q"}}}),
        ("person, person.name.firstName", {"person": {"name": {"firstName": "Zoe", "lastName": "Q"}}}),
        ("nothing.here,person.name.firstName.x", {}),
        ("identityMap.ECID", {"identityMap": {"ECID": [{"id": "c"}]}}),
    ],
)
def test_only_the_fields_that_were_asked_for(client, reader, zoe, fields, entity):
    (found,) = person_of(client, entityId="1", entityIdNS="CRMID", fields=fields).json().values()
    assert {name: value for name, value in found["entity"].items() if value != {"name": {}}} == entity


def test_events_come_newest_first_page_by_page(client, reader, zoe):
    first = events_of(client, limit=1).json()
    assert first["_page"] == {
        "orderby": "-timestamp",
        "start": "",
        "count": 1,
        "next": first["_page"]["next"],
    }
    assert [one["entity"]["eventType"] for one in first["children"]] == ["order"]
    assert first["children"][0]["relatedEntityId"] == zoe
    assert first["children"][0]["timestamp"] > NOW.timestamp() * 1000
    second = client.get(first["_links"]["next"]["href"]).json()
    assert [one["entity"]["eventType"] for one in second["children"]] == ["visit"]
    assert second["_page"]["next"] == ""
    assert second["_links"] == {}


def test_events_of_a_time_in_either_order_with_some_fields(client, reader, zoe):
    oldest = events_of(client, orderby="timestamp", fields="page").json()["children"]
    assert [one["entity"] for one in oldest] == [{"page": "a"}, {}]
    until = events_of(client, endTime=oldest[0]["timestamp"]).json()["children"]
    assert [one["entityId"] for one in until] == [oldest[0]["entityId"]]
    assert events_of(client, startTime=oldest[1]["timestamp"] + 1).json()["children"] == []


def test_those_who_are_one_person_have_one_history(client, reader, see):
    see("CRMID:1", eventType="a")
    see("CRMID:2", eventType="b")
    see("CRMID:1", "CRMID:2", eventType="c")
    children = events_of(client).json()["children"]
    assert [one["entity"]["eventType"] for one in children] == ["c", "b", "a"]


def test_several_people_are_asked_for_at_once(client, reader, zoe, see):
    see("CRMID:2")
    identities = [
        {"entityId": "1", "entityIdNS": {"code": "CRMID"}},
        {"entityId": "zoe@example.com", "entityIdNS": {"code": "Email"}},
        {"entityId": "2", "entityIdNS": {"code": "CRMID"}},
        {"entityId": "unknown", "entityIdNS": {"code": "CRMID"}},
        {"entityId": zoe},
    ]
    body = {"schema": {"name": PEOPLE}, "fields": ["person"], "identities": identities}
    answer = client.post(ENTITIES, json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert list(answer.json()) == [zoe, f"P{Profile.objects.latest('pk').pk}"]
    assert answer.json()[zoe]["entity"]["person"]["name"]["firstName"] == "Zoe"


@pytest.mark.parametrize(
    "parameters",
    [
        {"entityId": "2", "entityIdNS": "CRMID"},
        {"entityId": "1", "entityIdNS": "Email"},
        {"entityId": "1", "entityIdNS": "Unheard"},
        {"entityId": "P0"},
        {"entityId": "P" + "9" * 18},
        {"entityId": "1"},
        {"entityId": "a\x00b", "entityIdNS": "CRMID"},
        {"entityId": "1", "entityIdNS": "a\x00"},
        {"entityId": "x" * 600, "entityIdNS": "CRMID"},
    ],
)
def test_nobody_is_404(client, reader, zoe, parameters):
    answer = person_of(client, **parameters)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"schema__name": "other"},
        {"schema__name": PEOPLE},
        {"schema__name": PEOPLE, "entityId": "x" * 601, "entityIdNS": "CRMID"},
        {"schema__name": PEOPLE, "entityId": "1", "entityIdNS": "CRMID", "unheard": "1"},
        {"schema__name": PEOPLE, "entityId": "1", "entityIdNS": "CRMID", "mergePolicyId": "mine"},
        {"schema__name": EVENTS, "entityId": "1", "entityIdNS": "CRMID"},
    ],
)
def test_parameters_that_mean_nothing_are_400(client, reader, zoe, parameters):
    assert ask(client, **parameters).status_code == 400


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": "0"},
        {"limit": "1001"},
        {"limit": "x"},
        {"start": "x"},
        {"start": "999999999999999999.1"},
        {"start": "-999999999999999999.1"},
        {"startTime": "-1"},
        {"endTime": "9" * 30},
        {"orderby": "name"},
    ],
)
def test_pages_that_do_not_exist_are_400(client, reader, zoe, parameters):
    assert events_of(client, **parameters).status_code == 400


@pytest.mark.parametrize("bad", load(), ids=lambda one: one.name)
def test_no_body_is_a_fault_of_ours(client, reader, bad):
    answer = client.post(ENTITIES, bad.body, content_type=bad.media_type)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("address", [ENTITIES, NAMESPACES])
def test_strangers_and_those_without_the_permission_see_nothing(client, reader, address):
    reader.user_permissions.clear()
    assert client.get(address).status_code == 403
    client.logout()
    assert client.get(address).status_code == 401


@pytest.mark.parametrize("name", ["elsewhere", "unheard", "a\x00b"])
def test_other_sandboxes_are_404(client, reader, zoe, name):
    Sandbox.objects.create(name="elsewhere", title="Elsewhere")
    answer = client.get(NAMESPACES, headers={"x-sandbox-name": name})
    assert answer.status_code == 404


def test_people_of_another_sandbox_are_nobody(client, reader, zoe):
    other = Sandbox.objects.create(name="elsewhere", title="Elsewhere")
    reader.sandboxes.add(other)
    client.defaults["HTTP_X_SANDBOX_NAME"] = "elsewhere"
    assert person_of(client, entityId="1", entityIdNS="CRMID").status_code == 404
    assert person_of(client, entityId=zoe).status_code == 404


def test_namespaces_are_listed_in_their_shape(client, reader, sandbox):
    own = Namespace.objects.create(sandbox=sandbox, code="Shop", name="Shop customers", kind="cross-device")
    found = {one["code"]: one for one in client.get(NAMESPACES).json()}
    assert found["Email"] | {"id": 0} == {
        "id": 0, "code": "Email", "name": "Email", "status": "ACTIVE", "idType": "EMAIL", "custom": False,
    }  # fmt: skip
    assert (found["Shop"]["custom"], found["Shop"]["idType"]) == (True, "CROSS_DEVICE")
    assert found["Shop"]["createTime"] == int(own.created_at.timestamp() * 1000)
    assert len({one["id"] for one in found.values()}) == len(found) > 14


def test_there_is_nothing_else(client, reader):
    assert client.get("/data/core/other").status_code == 404
