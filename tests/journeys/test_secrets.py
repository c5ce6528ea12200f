"""A secret of every kind is entered, used and echoed by the other side; then it is looked for everywhere."""

from __future__ import annotations

import base64
import io
import json
import logging
import uuid
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.urls import reverse

from actions.channels import seal_config
from actions.models import Action, CampaignInstance, Channel
from datasources.models import DataSource, FieldGroup
from events.inlets import create_key
from events.models import Inlet, InletToken
from journeyorch.access.models import Sandbox
from journeyorch.outbound import auth, secrets, tokens
from journeyorch.outbound.calls import CallSpec, handler_of
from journeyorch.outbound.models import AuthToken
from tests.journeyorch.outbound.certificates import self_signed
from tests.journeyorch.outbound.conftest import serve  # noqa: F401

pytestmark = pytest.mark.django_db
PAIR = self_signed("us")
KEY_LINE = PAIR.key.split("\n")[1]
DOCUMENT = {
    "type": "customAuthorization",
    "authorizationType": "header",
    "tokenTarget": "X-Session",
    "endpoint": "{url}/token?key=canary-query",
    "method": "POST",
    "headers": {"X-Key": "canary-header"},
    "body": {"bodyType": "json", "bodyParams": {"password": "canary-body"}},
    "tokenInResponse": "response",
}
#: What is typed into the form, by method; and what must be found nowhere afterwards.
METHODS = {
    "basic": {"username": "us", "password": "canary-basic"},
    "api_key": {"name": "X-Key", "value": "canary-key", "location": "header"},
    "oauth2": {"token_url": "{url}/token", "client_id": "us", "client_secret": "canary-client"},
    "mtls": {"certificate": PAIR.certificate, "private_key": PAIR.key},
    "custom": {"document": json.dumps(DOCUMENT)},
}
SIGNING = "whsec_" + base64.b64encode(b"canary-signing-secret-ab").decode()
CANARIES = {
    "canary",
    KEY_LINE,
    SIGNING,
    base64.b64encode(b"us:canary-basic").decode(),
    base64.b64encode(b"us:canary-client").decode(),
}


def echo(sock, request: bytes) -> None:
    """Gives a token with the name of a canary, and to everything else the whole request back."""
    asks_for_token = b" /token" in request.split(b"\r\n")[0]
    text = b'{"access_token": "canary-token"}' if asks_for_token else json.dumps(request.decode()).encode()
    body = text if asks_for_token else b'{"echo": ' + text + b"}"
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


@pytest.fixture
def url(serve) -> str:  # noqa: F811
    tokens.forget()
    return serve(echo).url


@pytest.fixture
def everything(admin_client, url) -> list[DataSource | Action | CampaignInstance]:
    """A source and an action of each method, entered on their pages; a channel, an instance of Campaign."""
    sandbox = Sandbox.objects.get(name="prod")
    for method, values in METHODS.items():
        typed = {f"auth_{method}_{name}": value.replace("{url}", url) for name, value in values.items()}
        form = {"sandbox": sandbox.pk, "name": method, "url": url, "auth_type": method, **typed}
        counts = {"field_groups-TOTAL_FORMS": 0, "field_groups-INITIAL_FORMS": 0}
        source = {**form, **counts, "max_calls": 15, "cache_seconds": 0}
        action = {**form, "method": "POST", "signing_secret": SIGNING, "response_sample": '{"echo": "x"}'}
        for model, filled in (("datasources_datasource", source), ("actions_action", action)):
            response = admin_client.post(reverse(f"admin:{model}_add"), filled)
            assert response.status_code == 302, response.context["errors"]
    for row in DataSource.objects.all():
        schema = {"type": "object", "properties": {"echo": {"type": "string"}}}
        FieldGroup.objects.create(source=row, name="all", response_schema=schema)
    twilio = {"account": "AC1", "token": "canary-twilio", "number": "1"}
    config = seal_config("twilio", twilio, kind="sms", stored={})
    Channel.objects.create(sandbox=sandbox, name="SMS", kind="sms", provider="twilio", config=config)
    campaign = {
        "sandbox": sandbox.pk, "name": "Hotel", "url": url, "organization": "hotel",
        "api_key": "canary-campaign", "auth_type": "basic", "auth_basic_username": "us",
        "auth_basic_password": "canary-basic",
    }  # fmt: skip
    assert admin_client.post(reverse("admin:actions_campaigninstance_add"), campaign).status_code == 302
    return [*DataSource.objects.all(), *Action.objects.all(), *CampaignInstance.objects.all()]


@pytest.fixture
def inlet_keys() -> list[str]:
    inlet = Inlet.objects.create(sandbox=Sandbox.objects.get(name="prod"), name="Any")
    return [create_key(inlet, kind=kind).plain for kind in InletToken.Kind]


def dumped() -> str:
    """Every value of every table."""
    return " ".join(
        json.dumps(list(model._base_manager.values()), default=str) for model in apps.get_models()
    )


def outcomes() -> Iterator[str]:
    """What the engine would store of a call of each source and action."""
    for group in FieldGroup.objects.all():
        yield _made("fetch", {"group": group.pk, "params": {}}, group.source.sandbox_id)
    for action in Action.objects.all():
        yield _made("custom_action", {"action": action.pk, "values": {}}, action.sandbox_id)


def _made(kind: str, spec: dict, sandbox_id: int) -> str:
    call = CallSpec(uuid.uuid4(), sandbox_id, kind, spec, "", "", False)
    prepared = handler_of(kind).prepare([call])[0]
    outcome = handler_of(kind).send(call, prepared, 5.0)
    return f"{prepared} {outcome}"


def pages(client, rows) -> Iterator[str]:
    """All pages of the rows, their tests made."""
    for row in rows:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        for page in ("change", "history", "delete"):
            yield client.get(reverse(f"{name}_{page}", args=[row.pk])).text
        yield client.post(reverse(f"{name}_test_auth", args=[row.pk])).text
        yield client.get(reverse(f"{name}_changelist")).text
    for group in FieldGroup.objects.all():
        yield client.post(reverse("admin:datasources_fieldgroup_test", args=[group.pk])).text
    for action in Action.objects.all():
        yield client.post(reverse("admin:actions_action_test", args=[action.pk])).text
    for instance in CampaignInstance.objects.all():
        yield client.post(reverse("admin:actions_campaigninstance_test", args=[instance.pk])).text
    channel = Channel.objects.get()
    yield client.get(reverse("admin:actions_channel_change", args=[channel.pk])).text


def test_a_secret_is_in_no_table_page_log_outcome_or_export(admin_client, everything, caplog, capsys):
    with caplog.at_level(logging.DEBUG):
        made = list(outcomes())
        shown = list(pages(admin_client, everything))
    export = io.StringIO()
    call_command("dumpdata", stdout=export)
    printed = "".join(capsys.readouterr())

    assert sum("echo" in each for each in made) >= 8  # all but mutual TLS, which plain HTTP cannot show
    assert AuthToken.objects.count() == 4
    everywhere = {
        "tables": dumped(),
        "outcomes": " ".join(made),
        "pages": " ".join(shown),
        "log": caplog.text + printed,
        "export": export.getvalue(),
    }
    found = [(place, one) for place, text in everywhere.items() for one in CANARIES if one in text]
    assert found == []


INVALID = {**DOCUMENT, "endpoint": "https://api.example/token?key=canary-query"}


@pytest.mark.parametrize(
    "document",
    [
        json.dumps({**INVALID, "method": "PATCH"}),
        json.dumps({**INVALID, "passwort": "canary-other"}),
        json.dumps({**INVALID, "endpoint": "https://us:canary-user@api.example/token"}),
        json.dumps({**INVALID, "headers": ["canary-header"], "body": "canary-body"}),
        json.dumps({**INVALID, "body": {"bodyType": "canary-body", "bodyParams": [{"a": "canary-body"}]}}),
        json.dumps(INVALID)[:-1],
        json.dumps([INVALID]),
        json.dumps(INVALID),  # valid; but the form's name is not
    ],
)
def test_a_document_that_cannot_be_saved_comes_back_without_its_secrets(admin_client, document, caplog):
    form = {
        "sandbox": Sandbox.objects.get(name="prod").pk,
        "name": "not a name",
        "url": "https://api.example/n",
        "method": "POST",
        "auth_type": "custom",
        "auth_custom_document": document,
    }
    with caplog.at_level(logging.DEBUG):
        response = admin_client.post(reverse("admin:actions_action_add"), form)
    assert response.status_code == 200
    assert "canary" not in response.text + caplog.text


def test_what_was_typed_must_be_typed_again_and_what_is_stored_stays(admin_client, everything):
    action = Action.objects.get(name="custom")
    change = reverse("admin:actions_action_change", args=[action.pk])
    page = admin_client.get(change)
    document = json.loads(page.context["adminform"].form["auth_custom_document"].value())
    document["headers"]["X-Key"] = "canary-renewed"
    form = {
        "sandbox": action.sandbox_id, "name": "not a name", "url": action.url, "method": "POST",
        "auth_type": "custom", "auth_custom_document": json.dumps(document),
    }  # fmt: skip
    shown = admin_client.post(change, form).context["adminform"].form["auth_custom_document"].value()
    assert json.loads(shown)["headers"] == {"X-Key": {"secret": "type again"}}
    assert json.loads(shown)["body"]["bodyParams"] == {"password": {"secret": "set"}}

    form |= {"name": "custom", "auth_custom_document": shown}
    errors = admin_client.post(change, form).context["adminform"].form.errors
    assert "Type it where it says so" in str(errors["auth_custom_document"])


def test_keys_of_inlets_are_in_no_table(inlet_keys):
    text = dumped()
    assert [plain for plain in inlet_keys if plain.removeprefix("whsec_") in text] == []


# --- Another key ----------------------------------------------------------------------------------


def sealed_values() -> list[dict]:
    found: list[dict] = []

    def collect(value) -> None:
        if secrets.is_sealed(value) and value != {"secret": "set"}:
            found.append(value)
        elif isinstance(value, (dict, list)):
            for inner in value.values() if isinstance(value, dict) else value:
                collect(inner)

    for model in apps.get_models():
        collect(list(model._base_manager.values()))
    return found


def test_after_a_rotation_no_secret_anywhere_needs_the_old_key(everything, inlet_keys, settings, url):
    list(outcomes())
    old, new = settings.SECRETS_KEYS, Fernet.generate_key().decode()
    before = sealed_values()
    settings.SECRETS_KEYS = [new, *old]
    with pytest.raises(CommandError, match="still needed"):
        call_command("rotate_secrets", check=True, stdout=io.StringIO())
    call_command("rotate_secrets", stdout=io.StringIO())
    call_command("rotate_secrets", check=True, stdout=io.StringIO())

    settings.SECRETS_KEYS = [new]
    after = sealed_values()
    assert len(after) == len(before) > 15
    assert all(secrets.is_newest(value) for value in after)
    source = DataSource.objects.get(name="basic")
    assert auth.load(source.auth, origin=url).secrets()[0] == "canary-basic"


def test_what_no_key_opens_is_named_and_the_rest_renewed(everything, settings):
    gone = Fernet.generate_key().decode()
    lost = DataSource.objects.get(name="basic")
    keys, settings.SECRETS_KEYS = settings.SECRETS_KEYS, [gone]
    lost.auth = auth.seal_config(
        {"type": "basic", "username": "x", "password": "y"}, stored={}, origin="https://api.example"
    )
    lost.save()
    settings.SECRETS_KEYS = [Fernet.generate_key().decode(), *keys]
    with pytest.raises(CommandError, match=f"data source {lost.pk}"):
        call_command("rotate_secrets", stdout=io.StringIO())
    others = [row.auth for row in DataSource.objects.exclude(pk=lost.pk)]
    assert all(
        secrets.is_newest(value) for each in others for value in each.values() if secrets.is_sealed(value)
    )
