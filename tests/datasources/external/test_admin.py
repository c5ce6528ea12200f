"""The pages of external sources, as a technical user fills them."""

from __future__ import annotations

import re

import orjson
import pytest
from django.urls import reverse
from django.utils import timezone

from datasources.external.models import DataSource, FieldGroup
from journeyorch import usage
from journeyorch.access.models import Sandbox, User
from journeyorch.outbound import auth
from journeyorch.outbound.protection import lifecycle
from journeyorch.outbound.protection.models import CappingConfig
from tests.journeyorch.outbound.conftest import serve  # noqa: F401
from tests.journeyorch.outbound.raw_server import http, says

pytestmark = pytest.mark.django_db
CANARY = "canary-5c1d"


@pytest.fixture
def source():
    return DataSource.objects.create(
        sandbox=Sandbox.objects.get(name="prod"), name="Weather", url="https://api.example/v1"
    )


@pytest.fixture
def group(source):
    return FieldGroup.objects.create(source=source, name="now", parameters="city")


def source_form(**changes) -> dict:
    return {
        "sandbox": Sandbox.objects.get(name="prod").pk,
        "name": "Weather",
        "url": "https://api.example/v1",
        "max_calls": 15,
        "cache_seconds": 0,
        "auth_type": "none",
        "field_groups-TOTAL_FORMS": 0,
        "field_groups-INITIAL_FORMS": 0,
        **changes,
    }


def group_form(source: DataSource, **changes) -> dict:
    return {"source": source.pk, "name": "now", "method": "GET", "response_sample": '{"t": 1.5}', **changes}


def errors(response) -> str:
    assert response.status_code == 200, "it was saved"
    found = re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', response.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text) for text in found)


ADD_SOURCE = "admin:datasources_datasource_add"
ADD_GROUP = "admin:datasources_fieldgroup_add"


def test_a_source_is_saved_with_its_secret_sealed(admin_client):
    form = source_form(auth_type="basic", auth_basic_username="ada", auth_basic_password=CANARY)
    assert admin_client.post(reverse(ADD_SOURCE), form).status_code == 302
    source = DataSource.objects.get()
    assert CANARY not in orjson.dumps(source.auth).decode()
    assert auth.load(source.auth, origin="https://api.example").secrets()[0] == CANARY
    page = admin_client.get(reverse("admin:datasources_datasource_change", args=[source.pk]))
    assert CANARY not in page.text
    assert source.auth["password"]["secret"] not in page.text
    assert "Leave empty to keep it" in page.text


def test_an_empty_secret_keeps_the_old_one_but_not_for_another_host(admin_client):
    form = source_form(auth_type="basic", auth_basic_username="ada", auth_basic_password=CANARY)
    admin_client.post(reverse(ADD_SOURCE), form)
    source = DataSource.objects.get()
    change = reverse("admin:datasources_datasource_change", args=[source.pk])
    kept = source_form(auth_type="basic", auth_basic_username="bob", url="https://api.example/v2")
    assert admin_client.post(change, kept).status_code == 302
    source.refresh_from_db()
    assert auth.load(source.auth, origin="https://api.example").secrets()[0] == CANARY
    moved = source_form(auth_type="basic", auth_basic_username="bob", url="https://evil.example/")
    assert "another address" in errors(admin_client.post(change, moved))


def test_a_document_is_edited_as_it_is_shown_and_tried_by_itself(admin_client, serve):  # noqa: F811
    server = serve(says(http(b'{"access": {"token": "t1"}}')))
    document = {
        "type": "customAuthorization",
        "authorizationType": "bearer",
        "endpoint": f"{server.url}/token",
        "method": "POST",
        "body": {"bodyType": "json", "bodyParams": {"password": CANARY}},
        "tokenInResponse": "json://access.token",
    }
    form = source_form(
        auth_type="custom", url=server.url, auth_custom_document=orjson.dumps(document).decode()
    )
    assert admin_client.post(reverse(ADD_SOURCE), form).status_code == 302
    source = DataSource.objects.get()
    change = reverse("admin:datasources_datasource_change", args=[source.pk])
    page = admin_client.get(change)
    assert CANARY not in page.text
    shown = page.context["adminform"].form["auth_custom_document"].value()
    assert admin_client.post(change, {**form, "auth_custom_document": shown}).status_code == 302

    trial = reverse("admin:datasources_datasource_test_auth", args=[source.pk])
    assert trial in page.text
    admin_client.get(trial)
    assert server.requests == []
    assert "outcome--ok" in admin_client.post(trial).text
    assert server.requests[0].endswith(orjson.dumps({"password": CANARY}))


def test_a_private_key_is_never_shown_not_even_beside_an_error(admin_client):
    form = source_form(auth_type="mtls", auth_mtls_certificate="x", auth_mtls_private_key=CANARY)
    response = admin_client.post(reverse(ADD_SOURCE), form)
    assert "cannot be read" in errors(response)
    assert CANARY not in response.text


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://127.0.0.1/"},
        {"url": "ftp://api.example/"},
        {"url": "https://api.example:22/"},
        {"name": "not a name"},
        {"name": "ExperiencePlatform"},
        {"max_calls": 0},
        {"auth_type": "magic"},
        {
            "auth_type": "api_key",
            "auth_api_key_name": "Host",
            "auth_api_key_value": "x",
            "auth_api_key_location": "header",
        },
        {"auth_type": "basic", "auth_basic_username": "ada"},
    ],
)
def test_a_source_that_cannot_work_is_refused_with_a_reason(admin_client, changes):
    assert errors(admin_client.post(reverse(ADD_SOURCE), source_form(**changes)))
    assert not DataSource.objects.exists()


def test_fields_are_inferred_on_saving_and_corrections_stay(admin_client, source):
    assert admin_client.post(reverse(ADD_GROUP), group_form(source)).status_code == 302
    group = FieldGroup.objects.get()
    assert group.response_schema == {"type": "object", "properties": {"t": {"type": "number"}}}
    corrected = '{"type": "object", "properties": {"t": {"type": "string"}}}'
    change = reverse("admin:datasources_fieldgroup_change", args=[group.pk])
    assert admin_client.post(change, group_form(source, response_schema=corrected)).status_code == 302
    group.refresh_from_db()
    assert group.response_schema["properties"]["t"] == {"type": "string"}
    page = admin_client.get(change).text
    assert re.search(r'<select name="response_types:t"[^>]*><option value="">string</option>', page)
    # Chosen beside its name, on top of what the schema says.
    chosen = group_form(source, response_schema=corrected, **{"response_types:t": "dateTime"})
    assert admin_client.post(change, chosen).status_code == 302
    group.refresh_from_db()
    assert group.response_schema["properties"]["t"] == {"type": "string", "format": "date-time"}


def test_a_sample_that_is_pasted_later_adds_its_fields_and_corrections_stay(admin_client, source):
    corrected = {"type": "object", "properties": {"t": {"type": "string"}}}
    group = FieldGroup.objects.create(
        source=source, name="now", response_sample={"t": 1.5}, response_schema=corrected
    )
    change = reverse("admin:datasources_fieldgroup_change", args=[group.pk])
    shown = {"response_schema": orjson.dumps(corrected).decode()}
    more = group_form(source, response_sample='{"t": 2.5, "rain": true}', **shown)
    assert admin_client.post(change, more).status_code == 302
    group.refresh_from_db()
    assert group.response_schema["properties"] == {"t": {"type": "string"}, "rain": {"type": "boolean"}}
    # The sample stays as it is: what somebody takes out stays out.
    assert admin_client.post(change, more).status_code == 302
    group.refresh_from_db()
    assert group.response_schema == corrected
    # Both are new: the fields are meant as they are written.
    other = '{"type": "object", "properties": {"u": {"type": "string"}}}'
    both = group_form(source, response_sample='{"w": 1}', response_schema=other)
    assert admin_client.post(change, both).status_code == 302
    group.refresh_from_db()
    assert group.response_schema["properties"] == {"u": {"type": "string"}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"method": "POST", "parameters": "city, day"}, "never sent: city, day."),
        (
            {"method": "POST", "parameters": "city, day", "sent_payload": '{"q": [{"param": "day"}]}'},
            "never sent: city.",
        ),
        ({"method": "POST", "parameters": "day", "sent_payload": '{"q": {"param": "day"}}'}, ""),
        ({"method": "GET", "parameters": "city"}, ""),
    ],
)
def test_a_value_that_a_post_has_no_place_for_is_told(admin_client, source, changes, told):
    page = admin_client.post(reverse(ADD_GROUP), group_form(source, **changes), follow=True).text
    assert "was added successfully" in page
    assert ("never sent" in page, told in page) == (bool(told), True)


@pytest.mark.parametrize(
    "changes",
    [
        {"response_sample": "[1]"},
        {"response_sample": "{"},
        {"response_sample": '{"a": NaN}'},
        {"response_sample": '{"a": 1e400}'},
        {"response_sample": '{"a": ' + "9" * 5000 + "}"},
        {"response_sample": '{"a": "\\u0000"}'},
        {"response_sample": '{"a": "\\ud800"}'},
        {"response_sample": '{"a":' * 990 + "1" + "}" * 990},
        {"response_schema": '{"type": "array"}'},
        {"response_schema": '{"type": "object"}'},
        {"response_schema": '{"type": "object", "properties": {"a": {"type": ["x"]}}}'},
        {"response_schema": '{"type": "object", "properties": {"a": {"format": {}}}}'},
        {"response_schema": "5"},
        {"parameters": "city, a b"},
        {"parameters": "a\x00b"},
        {"path": "a b"},
        {"sent_payload": '{"q": 1}'},
        {"method": "POST", "sent_payload": '{"q": {"param": "gone"}}'},
    ],
)
def test_a_group_that_cannot_work_is_refused_with_a_reason(admin_client, source, changes):
    assert errors(admin_client.post(reverse(ADD_GROUP), group_form(source, **changes)))
    assert not FieldGroup.objects.exists()


@pytest.fixture
def used():
    provider = lambda kind, obj: [usage.Use("Welcome", "/journeys/1/")]  # noqa: E731
    usage.register(provider)
    yield
    usage._providers.remove(provider)


def test_a_used_group_shows_where_and_keeps_its_fields(admin_client, source, used):
    group = FieldGroup.objects.create(
        source=source, name="now", response_schema={"type": "object", "properties": {"t": {"type": "number"}}}
    )
    change = reverse("admin:datasources_fieldgroup_change", args=[group.pk])
    assert '<a href="/journeys/1/">Welcome</a>' in admin_client.get(change).text
    fewer = group_form(source, response_schema='{"type": "object", "properties": {"u": {"type": "number"}}}')
    assert "Welcome" in errors(admin_client.post(change, fewer))
    asking_more = group_form(source, parameters="city", response_sample="", response_schema="")
    assert "city cannot be" in errors(admin_client.post(change, asking_more))
    other = DataSource.objects.create(sandbox=source.sandbox, name="Other", url="https://api.example/")
    assert "Weather cannot be" in errors(admin_client.post(change, group_form(other)))
    more = '{"type": "object", "properties": {"u": {"type": "number"}, "t": {"type": "number"}}}'
    assert admin_client.post(change, group_form(source, response_schema=more)).status_code == 302
    delete = reverse("admin:datasources_fieldgroup_delete", args=[group.pk])
    assert '<a href="/journeys/1/">Welcome</a>' in admin_client.post(delete, {"post": "yes"}).text
    delete = reverse("admin:datasources_datasource_delete", args=[source.pk])
    assert '<a href="/journeys/1/">Welcome</a>' in admin_client.post(delete, {"post": "yes"}).text
    assert FieldGroup.objects.exists()


def test_the_test_button_makes_the_real_call_and_shows_all_of_it(admin_client, serve):  # noqa: F811
    server = serve(says(http(b'{"t": 1.5, "w": {"s": "x"}, "evil": "<script>alert(1)</script>"}')))
    source = DataSource.objects.create(
        sandbox=Sandbox.objects.get(name="prod"), name="Weather", url=server.url
    )
    fields = {"t": {"type": "number"}, "w": {"type": "object", "properties": {"s": {"type": "integer"}}}}
    schema = {"type": "object", "properties": fields}
    group = FieldGroup.objects.create(source=source, name="now", parameters="city", response_schema=schema)
    url = reverse("admin:datasources_fieldgroup_test", args=[group.pk])
    assert 'name="value0"' in admin_client.get(url).text
    assert server.requests == []
    page = admin_client.post(url, {"value0": "Basel"}).text
    assert server.requests[0].startswith(b"GET /?city=Basel ")
    shown = re.sub(r"\s+", " ", page)
    assert "ok (200)" in shown
    assert "t: decimal: found" in shown
    assert "w.s: integer: missing" in shown
    assert "&lt;script&gt;" in shown
    assert "<script>alert" not in shown
    assert f"GET {server.url}?city=Basel" in shown
    assert reverse("admin:datasources_fieldgroup_sample", args=[group.pk]) in shown


def test_a_test_takes_a_slot_of_the_caps_that_are_deployed(admin_client, group, serve):  # noqa: F811
    server = serve(says(http(b"{}")))
    DataSource.objects.update(url=server.url)
    cap = CappingConfig(
        sandbox=group.source.sandbox,
        url=f"{server.url}/*",
        methods=["GET"],
        services={"dataSource": {"rating": {"maxCallsCount": 1, "periodInMs": 24 * 3600 * 1000}}},
    )
    lifecycle.deploy(lifecycle.save(cap, by=None, now=timezone.now()), by=None, now=timezone.now())
    url = reverse("admin:datasources_fieldgroup_test", args=[group.pk])

    pages = [admin_client.post(url, {}).text for _ in range(2)]

    assert ["ok (200)" in page for page in pages] == [True, False]
    assert "capped (capped)" in pages[1]
    assert len(server.requests) == 1


def test_the_answer_of_a_test_becomes_the_sample_and_corrections_stay(admin_client, source, used):
    corrected = {"type": "object", "properties": {"t": {"type": "string"}}}
    group = FieldGroup.objects.create(source=source, name="now", parameters="a", response_schema=corrected)
    url = reverse("admin:datasources_fieldgroup_sample", args=[group.pk])

    page = admin_client.post(url, {"sample": '{"t": 1.5, "w": {"s": "x"}}'}, follow=True).text
    assert "The answer is the sample now." in page
    group.refresh_from_db()
    assert group.response_sample == {"t": 1.5, "w": {"s": "x"}}
    assert group.response_schema["properties"] == {
        "t": {"type": "string"},
        "w": {"type": "object", "properties": {"s": {"type": "string"}}},
    }
    for nonsense in ("", "no", "[1]", '{"a": "\\u0000"}'):
        admin_client.post(url, {"sample": nonsense})
    group.refresh_from_db()
    assert group.response_sample == {"t": 1.5, "w": {"s": "x"}}
    assert admin_client.get(url).status_code == 405


def test_a_new_source_leads_to_its_page_where_groups_are_added(admin_client):
    page = admin_client.post(reverse(ADD_SOURCE), source_form(), follow=True).text
    assert f"{reverse(ADD_GROUP)}?source={DataSource.objects.get().pk}" in page
    assert "Used in" in page
    assert "Used in" not in admin_client.get(reverse(ADD_SOURCE)).text


def test_of_an_answer_that_is_an_error_no_field_is_said_to_be_missing(admin_client, serve):  # noqa: F811
    server = serve(says(http(b'{"error": "no such guest"}', status="404 Not Found")))
    prod = Sandbox.objects.get(name="prod")
    source = DataSource.objects.create(sandbox=prod, name="Weather", url=server.url)
    schema = {"type": "object", "properties": {"t": {"type": "number"}}}
    group = FieldGroup.objects.create(source=source, name="now", response_schema=schema)
    page = admin_client.post(reverse("admin:datasources_fieldgroup_test", args=[group.pk]), {}).text
    assert "http (404)" in page
    assert "no such guest" in page
    assert "missing" not in page


def test_the_test_button_says_what_the_guard_refuses(admin_client, group):
    group.source.url = "http://127.0.0.1:1/"
    group.source.save()
    page = admin_client.post(reverse("admin:datasources_fieldgroup_test", args=[group.pk]), {}).text
    assert "error (refused)" in page


def test_people_see_only_their_own_sandboxes(client, group):
    other = Sandbox.objects.create(name="other", title="Other")
    user = User.objects.create_user("tess", password="x", is_staff=True)
    user.user_permissions.set(_permissions())
    user.sandboxes.set([other])
    client.force_login(user)
    assert "Weather" not in client.get(reverse("admin:datasources_datasource_changelist")).text
    assert client.get(reverse("admin:datasources_fieldgroup_test", args=[group.pk])).status_code == 404
    assert errors(client.post(reverse(ADD_SOURCE), source_form(name="Mine")))
    assert errors(client.post(reverse(ADD_GROUP), group_form(group.source, name="mine")))


def _permissions():
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(content_type__app_label="datasources")


def test_without_the_permission_there_is_no_test(client, group):
    user = User.objects.create_user("tess", password="x", is_staff=True)
    user.sandboxes.set([group.source.sandbox])
    user.user_permissions.set(_permissions().filter(codename="view_fieldgroup"))
    client.force_login(user)
    url = reverse("admin:datasources_fieldgroup_test", args=[group.pk])
    assert client.post(url, {}).status_code == 403


def test_saving_a_group_raises_the_generation(group):
    before = Sandbox.objects.get(name="prod").generation
    group.save()
    group.delete()
    assert Sandbox.objects.get(name="prod").generation == before + 2
