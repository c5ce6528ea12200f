"""The pages of channels, templates and deliveries, as people fill them."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from actions import channels
from actions.messages.feedback import record_feedback
from actions.models import Channel, Delivery, MessageTemplate
from datasources.models import Profile
from journeyorch.outbound import connections
from journeyorch.outbound.protection import lifecycle
from journeyorch.outbound.protection.models import CappingConfig
from journeys.demo.catcher import Catcher

CANARY = "canary-77f3"
ADD_CHANNEL = "admin:actions_channel_add"
ADD_TEMPLATE = "admin:actions_messagetemplate_add"


@pytest.fixture
def channel_form(sandbox):
    def make(**changes):
        return {
            "sandbox": sandbox.pk,
            "name": "Mail",
            "kind": "email",
            "provider": "smtp",
            "smtp__host": "mail.example",
            "smtp__port": "2525",
            "smtp__security": "starttls",
            "smtp__username": "hotel",
            "smtp__password": CANARY,
            "smtp__from_address": "Hotel <hotel@example.com>",
            **changes,
        }

    return make


@pytest.fixture
def template_form(sandbox):
    def make(**changes):
        parameters = [{"name": "room", "sample": "<12>"}]
        return {
            "sandbox": sandbox.pk,
            "name": "Welcome",
            "kind": "email",
            "parameters": json.dumps(parameters),
            "subject": "Hi {{ profile.person.name.firstName }}",
            "html": "<p>Room {{ room }}</p>",
            **changes,
        }

    return make


def test_a_channel_is_saved_with_its_secret_sealed_and_never_shown(admin_client, channel_form):
    assert admin_client.post(reverse(ADD_CHANNEL), channel_form()).status_code == 302
    row = Channel.objects.get()
    assert CANARY not in json.dumps(row.config)
    assert channels.load("smtp", row.config, kind="email").password.get_secret_value() == CANARY
    page = admin_client.get(reverse("admin:actions_channel_change", args=[row.pk])).text
    assert CANARY not in page
    assert row.config["password"]["secret"] not in page
    assert "Leave empty to keep it" in page


def test_a_secret_of_a_form_that_is_not_saved_is_asked_for_again(admin_client, channel_form):
    gone = "a secret does not come back to the page"
    page = admin_client.post(reverse(ADD_CHANNEL), channel_form(smtp__host="")).text
    assert page.count(gone) == 1
    assert CANARY not in page
    assert (
        gone
        not in admin_client.post(reverse(ADD_CHANNEL), channel_form(smtp__host="", smtp__password="")).text
    )


def test_an_empty_secret_keeps_the_old_one_but_not_for_another_server(admin_client, channel_form):
    admin_client.post(reverse(ADD_CHANNEL), channel_form())
    row = Channel.objects.get()
    change = reverse("admin:actions_channel_change", args=[row.pk])
    assert admin_client.post(change, channel_form(name="New", smtp__password="")).status_code == 302
    row.refresh_from_db()
    assert channels.load("smtp", row.config, kind="email").password.get_secret_value() == CANARY
    elsewhere = admin_client.post(change, channel_form(smtp__host="evil.example", smtp__password=""))
    assert "Enter it again" in elsewhere.text


@pytest.mark.parametrize(
    "changes",
    [
        {"smtp__host": ""},
        {"smtp__host": "a b"},
        {"smtp__port": "x"},
        {"smtp__port": "70000"},
        {"smtp__from_address": "nobody"},
        {"smtp__security": "perhaps"},
        {"kind": "sms"},
        {"provider": "nothing"},
        {"provider": "catcher", "catcher__url": "ftp://x"},
        {"provider": "catcher", "catcher__url": "http://169.254.169.254/"},
        {
            "provider": "twilio",
            "kind": "sms",
            "twilio__account": "../x",
            "twilio__token": "t",
            "twilio__number": "1",
        },
    ],
)
def test_a_wrong_channel_is_refused_with_a_sentence(admin_client, channel_form, changes):
    answer = admin_client.post(reverse(ADD_CHANNEL), channel_form(**changes))
    assert answer.status_code == 200
    assert "errorlist" in answer.text
    assert CANARY not in answer.text
    assert not Channel.objects.exists()


def test_a_template_is_saved_with_the_texts_of_its_kind(admin_client, template_form):
    assert admin_client.post(reverse(ADD_TEMPLATE), template_form(body="of a push")).status_code == 302
    row = MessageTemplate.objects.get()
    assert row.content == {
        "subject": "Hi {{ profile.person.name.firstName }}",
        "html": "<p>Room {{ room }}</p>",
        "text": "",
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"html": "a\n{{ rom }}"}, "Line 2: “rom” is neither profile nor a parameter"),
        ({"subject": ""}, "An email needs a subject"),
        ({"kind": "push"}, "The message is empty"),
        ({"parameters": "["}, "This is not JSON"),
        ({"parameters": '{"a": 1}'}, "They must be a list"),
        ({"parameters": '["x"]'}, "Each is an object"),
        ({"kind": "fax"}, "Select a valid choice"),
    ],
)
def test_a_wrong_template_is_refused_with_a_sentence(admin_client, template_form, changes, sentence):
    answer = admin_client.post(reverse(ADD_TEMPLATE), template_form(**changes))
    assert answer.status_code == 200
    assert sentence in answer.text
    assert not MessageTemplate.objects.exists()


def rows(*parameters):
    """Parameters as the rows of the page are sent, the last one empty."""
    texts = {"name": "", "label": "", "type": "string", "default": "", "sample": ""}
    sent = {"parameters-count": str(len(parameters) + 1)}
    for number, each in enumerate((*parameters, {})):
        sent |= {
            f"parameters-{number}-{part}": text for part, text in {**texts, **each}.items() if text != ""
        }
    return sent


NIGHTS = {"name": "nights", "label": "Nights", "type": "integer", "default": "1", "required": "on"}


def test_parameters_are_declared_in_rows_and_ask_for_their_values_in_the_preview(admin_client, template_form):
    form = template_form(
        html="<p>{{ room }}, {{ nights }}</p>", **rows({"name": "room", "sample": "12"}, NIGHTS)
    )
    del form["parameters"]
    assert admin_client.post(reverse(ADD_TEMPLATE), form).status_code == 302
    template = MessageTemplate.objects.get()
    assert template.parameters == [
        {"name": "room", "type": "string", "required": False, "sample": "12"},
        {"name": "nights", "label": "Nights", "type": "integer", "required": True, "default": 1},
    ]
    change = admin_client.get(reverse("admin:actions_messagetemplate_change", args=[template.pk])).text
    assert 'name="parameters-1-default" value="1"' in change

    preview = reverse("admin:actions_messagetemplate_preview", args=[template.pk])
    assert '<input type="number" name="value_nights" value="1"' in admin_client.get(preview).text
    mail = reverse("admin:actions_messagetemplate_mail", args=[template.pk])
    assert admin_client.get(mail, {"value_room": "7", "value_nights": ""}).text.endswith("<p>7, 1</p>")
    assert "This is no integer" in admin_client.get(preview, {"value_nights": "many"}).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"default": "many"}, "The default of “nights” is no integer"),
        ({"name": "", "default": ""}, "A name begins with a letter"),
        ({"type": "number"}, "The type of “nights” must be one of"),
    ],
)
def test_a_wrong_row_is_refused_and_shown_again(admin_client, template_form, changes, sentence):
    form = template_form(html="<p>Hi</p>", **rows({**NIGHTS, **changes}))
    del form["parameters"]
    answer = admin_client.post(reverse(ADD_TEMPLATE), form)
    assert sentence in answer.text
    assert 'value="Nights"' in answer.text
    assert not MessageTemplate.objects.exists()


@pytest.fixture
def welcome(admin_client, template_form):
    admin_client.post(reverse(ADD_TEMPLATE), template_form())
    return MessageTemplate.objects.get()


def test_a_template_is_previewed_with_its_samples(admin_client, welcome):
    page = admin_client.get(reverse("admin:actions_messagetemplate_preview", args=[welcome.pk]))
    assert "Hi Ada" in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    mail = admin_client.get(
        reverse("admin:actions_messagetemplate_mail", args=[welcome.pk]), {"value_room": "<7>"}
    )
    assert mail.text == '<base target="_blank"><p>Room &lt;7&gt;</p>'
    assert "sandbox allow-popups" in mail.headers["Content-Security-Policy"]
    assert "script-src 'self'" in mail.headers["Content-Security-Policy"]
    assert mail.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_template_is_previewed_for_test_profiles_only(admin_client, welcome, sandbox):
    grace = {"person": {"name": {"firstName": "<Grace>"}}}
    tester = Profile.objects.create(sandbox=sandbox, test_profile=True, attributes=grace)
    other = Profile.objects.create(sandbox=sandbox, attributes={"person": {"name": {"firstName": "Private"}}})
    url = reverse("admin:actions_messagetemplate_preview", args=[welcome.pk])
    assert "Hi &lt;Grace&gt;" in admin_client.get(url, {"profile": tester.pk, "value_room": "1"}).text
    assert "Private" not in admin_client.get(url, {"profile": other.pk, "value_room": "1"}).text


def test_what_a_preview_cannot_show_is_said(admin_client, welcome):
    MessageTemplate.objects.update(content={"subject": "{{ 1 | divided_by: 0 }}"}, parameters=[])
    page = admin_client.get(reverse("admin:actions_messagetemplate_preview", args=[welcome.pk]))
    assert "The subject in line 1 cannot be made" in page.text


def test_a_test_message_is_really_sent(admin_client, welcome, channel, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with Catcher() as catcher:
        email = channel(url=catcher.url)
        url = reverse("admin:actions_messagetemplate_preview", args=[welcome.pk])
        page = admin_client.post(f"{url}?value_room=7", {"channel": email.pk, "address": "me@example.com"})
        assert "Sent." in page.text
        [message] = catcher.box.find()
        connections.close_kept()
    assert (message["to"], message["title"], message["html"]) == ("me@example.com", "Hi Ada", "<p>Room 7</p>")
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("address", ["nobody", "a@example.com\nBcc: b@example.com"])
def test_a_test_message_needs_an_address(admin_client, welcome, channel, address):
    url = reverse("admin:actions_messagetemplate_preview", args=[welcome.pk])
    page = admin_client.post(url, {"channel": channel().pk, "address": address})
    assert "The address is not one for email messages." in page.text


def test_previews_are_for_people_of_the_sandbox(client, django_user_model, welcome, admin_client):
    admin_client.logout()
    clerk = django_user_model.objects.create_user("clerk", password="x", is_staff=True)
    client.force_login(clerk)
    for name in ("preview", "mail"):
        url = reverse(f"admin:actions_messagetemplate_{name}", args=[welcome.pk])
        assert client.get(url).status_code in (403, 404)


def test_deliveries_can_only_be_looked_at(admin_client, sandbox):
    row = Delivery.objects.create(
        sandbox=sandbox,
        message_id=uuid.uuid4(),
        kind="sms",
        address="<b>+49</b>",
        status="sent",
        created_at=timezone.now(),
        updated_at=timezone.now(),
    )
    page = admin_client.get(reverse("admin:actions_delivery_changelist"), {"q": "<b>+49</b>"})
    assert "&lt;b&gt;+49&lt;/b&gt;" in page.text
    view = reverse("admin:actions_delivery_change", args=[row.pk])
    assert "Nothing is known of it." in admin_client.get(view).text
    record_feedback(row.message_id, "delivered", at=row.created_at)
    record_feedback(row.message_id, "failed", at=row.created_at, detail="<b>no signal</b>")
    assert re.search("Delivered</li><li>.* – Failed – &lt;b&gt;no signal", admin_client.get(view).text)
    assert admin_client.post(view, {"status": "failed"}).status_code == 403
    assert admin_client.post(reverse("admin:actions_delivery_delete", args=[row.pk])).status_code == 403
    assert admin_client.get(reverse("admin:actions_delivery_add")).status_code == 403


def test_a_channel_is_tried_with_a_message_that_really_leaves(admin_client, sandbox, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with Catcher() as catcher:
        channel = Channel.objects.create(
            sandbox=sandbox, name="Push", kind="push", provider="catcher", config={"url": catcher.url}
        )
        url = reverse("admin:actions_channel_test", args=[channel.pk])
        assert "The token of a device" in admin_client.get(url).text
        assert catcher.box.find() == []
        assert "ok (200)" in admin_client.post(url, {"value0": "device-1"}).text
        [caught] = catcher.box.find()
        refused = admin_client.post(url, {"value0": "no token"}).text
    connections.close_kept()
    assert (caught["to"], caught["title"]) == ("device-1", "Test")
    assert "invalidAddress" in refused


def test_trying_a_channel_takes_a_slot_of_the_caps_that_are_deployed(admin_client, sandbox, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with Catcher() as catcher:
        channel = Channel.objects.create(
            sandbox=sandbox, name="Push", kind="push", provider="catcher", config={"url": catcher.url}
        )
        cap = CappingConfig(
            sandbox=sandbox,
            url=f"{catcher.url}/*",
            methods=["POST"],
            services={"action": {"rating": {"maxCallsCount": 1, "periodInMs": 24 * 3600 * 1000}}},
        )
        lifecycle.deploy(lifecycle.save(cap, by=None, now=timezone.now()), by=None, now=timezone.now())
        url = reverse("admin:actions_channel_test", args=[channel.pk])
        pages = [admin_client.post(url, {"value0": "device-1"}).text for _ in range(2)]
        assert len(catcher.box.find()) == 1
    connections.close_kept()
    assert ["ok (200)" in page for page in pages] == [True, False]
    assert "capped (capped)" in pages[1]


def test_the_page_of_a_channel_says_where_its_provider_calls_back(admin_client, sandbox, settings):
    def page(provider):
        row = Channel.objects.create(sandbox=sandbox, name=provider, kind="sms", provider=provider)
        return row, admin_client.get(reverse("admin:actions_channel_change", args=[row.pk])).text

    assert "The operator must set PUBLIC_URL first." in page("sms_json")[1]
    settings.PUBLIC_URL = "https://j.example"
    row, text = page("twilio")
    assert f"https://j.example/m/k/{row.pk}" in text
    assert "This provider tells nothing." in page("catcher")[1]
