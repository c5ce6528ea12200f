"""Providers call back: in any order, repeatedly, late, and sometimes it is not them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.test import Client

from actions.channels import load, seal_config
from actions.channels.callbacks import Callback, Forged, News
from actions.contact.models import Suppression
from actions.messages.send import MessageHandler
from actions.models import Channel, Delivery, Feedback
from journeyorch.outbound.calls import Made, Outcome

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKEN = "12345"


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_URL = "https://testserver"


@pytest.fixture
def sms_channel(sandbox):
    def make(provider="twilio", **values):
        config = values or {"account": "AC1", "token": TOKEN, "number": "+49170"}
        sealed = seal_config(provider, config, kind="sms", stored={})
        return Channel.objects.create(
            sandbox=sandbox, name=provider, kind="sms", provider=provider, config=sealed
        )

    return make


@pytest.fixture
def sent(template, person, call):
    """An SMS that went out; where its provider may call back."""

    def make() -> str:
        person()
        handler = MessageHandler(now=lambda: NOON)
        one = call(template("sms", text="Hi"))
        [prepared] = handler.prepare([one])
        handler.record([Made(one, prepared, Outcome("ok"))], NOON)
        return prepared.request["message"]["callback"]

    return make


def twilio_signature(url, fields, token=TOKEN):
    text = url + "".join(f"{name}{value}" for name, value in sorted(fields.items()))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def tell(url, status, *, signature=None, **more):
    fields = {"MessageSid": "SM1", "MessageStatus": status, "AccountSid": "AC1", **more}
    return Client(enforce_csrf_checks=True).post(
        url.removeprefix("https://testserver"),
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature or twilio_signature(url, fields)},
    )


def test_the_signature_is_twilios():
    """The example of Twilio's documentation."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    channel = load("twilio", {"account": "AC1", "token": TOKEN, "number": "1"}, kind="sms")
    assert channel._signature(url, list(fields.items())) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("told", "shown", "kinds"),
    [
        (["queued", "sending", "sent", "delivered"], "delivered", {"sent", "delivered"}),
        (["delivered", "sent", "sending"], "delivered", {"sent", "delivered"}),
        (["delivered", "delivered", "delivered"], "delivered", {"sent", "delivered"}),
        (["sent", "undelivered"], "failed", {"sent", "failed"}),
        (["failed", "sent"], "failed", {"sent", "failed"}),
        (["something new"], "sent", {"sent"}),
    ],
)
def test_statuses_come_in_any_order_and_repeatedly(sms_channel, sent, told, shown, kinds):
    sms_channel()
    url = sent()
    assert [tell(url, status).status_code for status in told] == [204] * len(told)
    assert Delivery.objects.get().status == shown
    assert set(Feedback.objects.values_list("kind", flat=True)) == kinds


def test_a_number_that_does_not_exist_is_not_written_to_again(sms_channel, sent):
    sms_channel()
    tell(sent(), "undelivered", ErrorCode="30005")
    assert Delivery.objects.get().status == "bounced"
    assert Suppression.objects.get().address == "+49151123456"


def test_forged_callbacks_change_nothing(sms_channel, sent):
    channel = sms_channel()
    url = sent()
    signed = url.rpartition("/")[2]
    attempts = [
        tell(url, "delivered", signature="AAAA"),
        tell(url, "delivered", signature="ä"),
        tell(f"{url}?x=1", "delivered", signature=twilio_signature(url, {"MessageStatus": "delivered"})),
        tell(url, "delivered", AccountSid="AC2"),
        tell(f"https://testserver/m/k/{channel.pk}", "delivered"),
        tell(url[:-2] + "zz", "delivered"),
        tell(f"https://testserver/m/k/{channel.pk + 1}/{signed}", "delivered"),
    ]
    assert [answer.status_code for answer in attempts] == [403, 403, 403, 403, 403, 404, 404]
    assert Delivery.objects.get().status == "sent"


def test_a_token_of_one_channel_tells_nothing_of_another(sms_channel, sent):
    sms_channel()
    url = sent()
    other = sms_channel("sms_json", url="https://sms.example/")
    foreign = re.sub(r"/m/k/\d+/", f"/m/k/{other.pk}/", url)
    assert (
        Client().post(foreign, b'{"status": "delivered"}', content_type="application/json").status_code == 404
    )


@pytest.mark.parametrize(
    ("body", "status", "shown"),
    [
        ({"status": "delivered"}, 204, "delivered"),
        ({"status": "bounced", "detail": "unknown number"}, 204, "bounced"),
        ({"status": "opened"}, 204, "sent"),
        ({"status": "queued"}, 204, "sent"),
        ({"status": 5}, 400, "sent"),
        ({}, 400, "sent"),
        ([], 400, "sent"),
    ],
)
def test_the_plain_way_takes_json_at_the_messages_own_address(sms_channel, sent, body, status, shown):
    sms_channel("sms_json", url="https://sms.example/")
    path = sent().removeprefix("https://testserver")
    answer = Client().post(path, json.dumps(body), content_type="application/json")
    assert (answer.status_code, Delivery.objects.get().status) == (status, shown)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 403),
        (b"\xff\xfe", 400),
        (b"a=1&" * 500, 400),
        (b"x" * (1024 * 1024 + 1), 413),
        (b"%00=%00", 403),
    ],
)
def test_odd_bodies_are_no_error_of_ours(sms_channel, sent, body, status):
    sms_channel()
    path = sent().removeprefix("https://testserver")
    answer = Client().post(path, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == status


def test_channels_that_nobody_calls_back_believe_nobody(channel):
    made = channel("email")
    assert Client().post(f"/m/k/{made.pk}", b"{}", content_type="application/json").status_code == 403
    assert Client().get(f"/m/k/{made.pk}").status_code == 405
    assert Client().post("/m/k/99999999999999999999", b"{}", content_type="text/plain").status_code == 404


def test_a_secret_that_is_lost_lets_the_provider_try_again_later(sms_channel, sent, settings):
    made = sms_channel()
    url = sent()
    Channel.objects.filter(pk=made.pk).update(config={**made.config, "token": {"secret": "lost"}})
    assert tell(url, "delivered").status_code == 503


def test_a_provider_whose_clock_is_ahead_does_not_write_into_our_future(sms_channel, sent, monkeypatch):
    from actions.channels.twilio import Twilio

    made = sms_channel()
    url = sent()
    message = Delivery.objects.get().message_id
    later = datetime(2126, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(Twilio, "receive", lambda self, callback: [News(message, "delivered", later)])
    tell(url, "delivered")
    assert Feedback.objects.get(kind="delivered").at < later
    assert made.kind == "sms"
    with pytest.raises(Forged):
        load("catcher", {"url": "http://127.0.0.1:9"}, kind="sms").receive(Callback(1, "", {}, b"", NOON))
