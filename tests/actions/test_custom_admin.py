"""The page of custom actions, as a technical user fills it."""

from __future__ import annotations

import base64
import re

import orjson
import pytest
from django.urls import reverse

from actions.models import Action
from journeyorch import usage
from journeyorch.access.models import Sandbox
from journeyorch.outbound import secrets
from journeyorch.outbound.signing import secret_problem
from tests.journeyorch.outbound.conftest import serve  # noqa: F401
from tests.journeyorch.outbound.raw_server import http, says

pytestmark = pytest.mark.django_db
ADD = "admin:actions_action_add"
TREE = {"type": "object", "fields": {"n": {"type": "integer", "variable": True, "label": "Number"}}}


def form(**changes) -> dict:
    sandbox = Sandbox.objects.get(name="prod").pk
    required = {"sandbox": sandbox, "name": "Notify", "url": "https://api.example/n", "method": "POST"}
    return {**required, "auth_type": "none", **changes}


def errors(response) -> str:
    assert response.status_code == 200, "it was saved"
    found = re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', response.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text) for text in found)


def test_a_pasted_payload_becomes_the_action_parameters(admin_client):
    assert admin_client.post(reverse(ADD), form(payload_sample='{"a": 1}')).status_code == 302
    assert Action.objects.get().payload == {
        "type": "object",
        "fields": {"a": {"type": "integer", "constant": 1}},
    }


def test_hard_fields_keep_their_help_when_something_is_wrong(admin_client):
    for page in (admin_client.get(reverse(ADD)), admin_client.post(reverse(ADD), form(name="no name"))):
        assert page.status_code == 200
        assert page.text.count('id="help-action-payload"') == 1


def test_the_page_names_the_values_that_the_journey_gives(admin_client):
    headers = '[{"name": "X-Tier", "variable": true, "label": "Tier"}]'
    saved = admin_client.post(reverse(ADD), form(payload=orjson.dumps(TREE).decode(), headers=headers))
    assert saved.status_code == 302
    page = admin_client.get(reverse("admin:actions_action_change", args=[Action.objects.get().pk])).text
    assert "Number (integer), Tier (string)" in page


def typed(field: str, *rows: tuple[str, str, str, str]) -> dict[str, str]:
    """Rows as the page sends them, and an empty one."""
    parts = ("name", "given", "value", "type")
    cells = enumerate((*rows, ("", "constant", "", "string")))
    sent = {f"{field}-{n}-{part}": text for n, row in cells for part, text in zip(parts, row, strict=True)}
    return {f"{field}-count": str(len(rows) + 1), **sent}


def test_headers_are_rows_constant_or_filled_by_the_journey(admin_client):
    rows = typed("headers", ("X-Shop", "constant", "12", "string"), ("X-Room", "variable", "Room", "integer"))
    assert admin_client.post(reverse(ADD), form(**rows)).status_code == 302
    row = Action.objects.get()
    assert row.headers == [
        {"name": "X-Shop", "value": "12"},
        {"name": "X-Room", "variable": True, "label": "Room", "type": "integer"},
    ]
    page = admin_client.get(reverse("admin:actions_action_change", args=[row.pk])).text
    assert 'name="headers-1-value" value="Room"' in page
    assert "needs" in errors(admin_client.post(reverse(ADD), form(**typed("query", ("", "", "x", "")))))


def test_headers_of_a_used_action_may_be_sent_as_they_are(admin_client):
    stored = [{"name": "X-Shop", "value": 12}, {"name": "X-Room", "variable": True}]
    row = Action.objects.create(
        sandbox=Sandbox.objects.get(name="prod"), name="Notify", url="https://api.example/n", headers=stored
    )
    provider = lambda kind, obj: [usage.Use("Welcome", "/journeys/1/")]  # noqa: E731
    usage.register(provider)
    try:
        change = reverse("admin:actions_action_change", args=[row.pk])
        same = typed("headers", ("X-Shop", "constant", "12", "string"), ("X-Room", "variable", "", "string"))
        assert admin_client.post(change, form(**same)).status_code == 302
        other = typed("headers", ("X-Shop", "constant", "13", "string"))
        assert "Welcome" in errors(admin_client.post(change, form(**other)))
    finally:
        usage._providers.remove(provider)


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://169.254.169.254/"},
        {"payload": "[]5"},
        {"payload": "[1]"},
        {"payload": '{"type": "string", "constant": "x"}'},
        {"payload": '{"type": "object", "fields": {"a.b": {"type": "string", "constant": 1}}}'},
        {"payload_sample": '{"a.b": 1}'},
        {"payload_sample": "[1]"},
        {"payload_sample": '{"a":' * 60 + "1" + "}" * 60},
        {"headers": '{"name": "X"}'},
        {"headers": '[{"name": "X"}]'},
        {"headers": "[5]"},
        {"headers": '[{"name": "X", "value": {}}]'},
        {"headers": '[{"name": "X", "value": "a\\r\\nY: z"}]'},
        {"headers": '[{"name": "Host", "value": "x"}]'},
        {"headers": '[{"name": "$X", "value": "x"}]'},
        {"headers": '[{"name": "X", "value": "a"}, {"name": "x", "value": "b"}]'},
        {"headers": '[{"name": "Content-Type", "value": "text/xml"}]'},
        {"headers": '[{"name": "Content-Type", "variable": true, "label": "x"}]'},
        {"headers": '[{"name": "Content-Type", "value": "application/json; charset=latin-1"}]'},
        {"signing_secret": "whsec_short"},
        {"signing_secret": "a" * 40},
        {"signing_secret": "whsec_????????????????????????????????????????????"},
        {"query": '[{"name": "a", "variable": true, "type": "magic"}]'},
        {"query": '[{"name": "a", "variable": true, "type": ["x"]}]'},
        {"response_sample": "[1]"},
    ],
)
def test_an_action_that_cannot_work_is_refused_with_a_reason(admin_client, changes):
    assert errors(admin_client.post(reverse(ADD), form(**changes)))
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("application/vnd.api+json", "application/vnd.api+json; charset=utf-8"),
        ("application/json; charset=UTF-8", "application/json; charset=utf-8"),
        ("application/ld+json; profile=x", "application/ld+json; profile=x; charset=utf-8"),
    ],
)
def test_the_content_type_may_be_another_json_type_and_its_charset_stays(admin_client, value, stored):
    headers = orjson.dumps([{"name": "Content-Type", "value": value}]).decode()
    assert admin_client.post(reverse(ADD), form(headers=headers)).status_code == 302
    assert Action.objects.get().headers[0]["value"] == stored


def test_a_signing_secret_is_sealed_kept_bound_and_removed(admin_client):
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    assert admin_client.post(reverse(ADD), form(signing_secret=secret)).status_code == 302
    row = Action.objects.get()
    change = reverse("admin:actions_action_change", args=[row.pk])
    assert set(row.signing) == {"secret"}
    refused = admin_client.post(change, form(url="none", signing_secret=secret)).text
    assert refused.count("Enter it again: a secret does not come back") == 1
    assert secret not in admin_client.get(change).text + str(row.signing)

    assert admin_client.post(change, form(description="Kept.")).status_code == 302
    assert "another address" in errors(admin_client.post(change, form(url="https://evil.example/n")))
    row.refresh_from_db()
    assert row.signing
    assert admin_client.post(change, form(unsigned="on")).status_code == 302
    row.refresh_from_db()
    assert row.signing == {}


def test_a_signing_secret_is_made_shown_once_and_used(admin_client):
    assert admin_client.post(reverse(ADD), form()).status_code == 302
    row = Action.objects.get()
    url = reverse("admin:actions_action_new_secret", args=[row.pk])
    assert "whsec_" not in admin_client.get(url).text
    page = admin_client.post(url).text
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
    row.refresh_from_db()
    assert secret_problem(secret) is None
    assert secrets.reveal(row.signing, bound_to="https://api.example") == secret
    shown = admin_client.get(url).text + admin_client.get(url.replace("new-secret", "change")).text
    assert secret not in shown


@pytest.mark.parametrize(
    ("sample", "words"), [("", "Paste"), ("{", "not JSON"), ("[1]", "object"), ('{"a.b": 1}', "a dot")]
)
def test_the_tree_of_a_pasted_payload_is_given_or_what_is_wrong_with_it(admin_client, sample, words):
    url = reverse("admin:actions_action_tree")
    refused = admin_client.post(url, {"sample": sample})
    assert (refused.status_code, words in refused.json()["problem"]) == (400, True)
    given = orjson.loads(admin_client.post(url, {"sample": '{"b": 1, "a": "x"}'}).json()["text"])
    assert list(given["fields"]) == ["b", "a"]
    assert admin_client.get(url).status_code == 405


def test_fields_of_the_payload_keep_the_order_they_were_written_in(admin_client):
    names = ["zebra", "b", "a", "long_name", "ab"]
    sample = orjson.dumps({name: {name: 1, "x": 2} for name in names}).decode()
    assert admin_client.post(reverse(ADD), form(payload_sample=sample)).status_code == 302
    fields = Action.objects.get().payload["fields"]
    assert list(fields) == names
    assert list(fields["zebra"]["fields"]) == ["zebra", "x"]


@pytest.fixture
def action(serve):  # noqa: F811
    server = serve(says(http(b'{"id": "7"}')))
    sandbox = Sandbox.objects.get(name="prod")
    row = Action.objects.create(
        sandbox=sandbox, name="Notify", url=server.url, payload=TREE, response_sample={"id": "1"}
    )
    return row, server


def test_a_used_action_changes_only_name_description_url_and_authentication(admin_client, action):
    row, server = action
    provider = lambda kind, obj: [usage.Use("Welcome", "/journeys/1/")]  # noqa: E731
    usage.register(provider)
    change = reverse("admin:actions_action_change", args=[row.pk])
    same = {"payload": orjson.dumps(TREE).decode(), "response_sample": '{"id": "1"}', "url": server.url}
    try:
        assert "Welcome" in errors(admin_client.post(change, form(**same, method="PUT")))
        assert 'data-locked="This cannot change while the action is used in Welcome."' in (
            admin_client.get(change).text
        )
        moved = form(**{**same, "name": "Told", "description": "Told at once.", "url": f"{server.url}/v2"})
        assert admin_client.post(change, moved).status_code == 302
    finally:
        usage._providers.remove(provider)


def test_a_test_call_is_made_for_real(admin_client, action):
    row, server = action
    url = reverse("admin:actions_action_test", args=[row.pk])
    assert "Number (integer)" in admin_client.get(url).text
    page = re.sub(r"\s+", " ", admin_client.post(url, {"value0": "5", "value1": "guests/7"}).text)
    assert server.requests[0].startswith(b"POST /guests/7 ")
    assert server.requests[0].endswith(b'{"n":5}')
    assert b"Idempotency-Key: " in server.requests[0]
    assert "ok (200)" in page
    assert "id: string: found" in page


@pytest.mark.parametrize(
    ("method", "told"), [("GET", "A GET has no body"), ("DELETE", "A DELETE has no body"), ("PUT", "")]
)
def test_parameters_that_no_body_carries_are_told(admin_client, method, told):
    sent = form(method=method, payload=orjson.dumps(TREE).decode())
    page = admin_client.post(reverse(ADD), sent, follow=True).text
    assert "was added successfully" in page
    assert ("has no body" in page, told in page) == (bool(told), True)


@pytest.mark.parametrize("value", ["five", "[", "1e400", "NaN"])
def test_a_value_that_is_not_of_its_type_is_explained(admin_client, action, value):
    row, server = action
    page = admin_client.post(reverse("admin:actions_action_test", args=[row.pk]), {"value0": value}).text
    assert "The value of “Number” is not of its type, integer." in page
    assert server.requests == []


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ("{", "Zeile 1, Spalte 2: das Ende kommt zu früh."),
        ('{"a": 1}', "Der Inhalt muss ein Objekt mit &quot;type&quot; sein."),
        ('{"type": "object", "fields": {"a": {"type": "x", "constant": 1}}}', "/a hat den unbekannten Typ x"),
    ],
)
def test_what_is_wrong_with_a_payload_is_said_in_the_readers_language(admin_client, payload, told):
    page = admin_client.post(reverse(ADD), form(payload=payload), HTTP_ACCEPT_LANGUAGE="de")

    assert told in page.text
