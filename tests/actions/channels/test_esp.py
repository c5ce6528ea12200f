"""Email services by django-anymail: requests leave by our client, webhooks prove who calls."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from actions.channels import load
from actions.channels.callbacks import Callback, Forged, News, Unreadable
from actions.tracking.signed import Purpose, sign
from journeys.demo.web import Answer, Web

CANARY = "canary-7d1f"
MESSAGE = UUID("6f1d7a52-0000-5000-8000-000000000001")
TOKEN = sign(Purpose.CALLBACK, MESSAGE, 5)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def server():
    """Remembers requests; ``answer`` is what it says."""

    class Server:
        requests: list
        answer = Answer(
            200, b'{"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a", "To": "ada@example.com"}'
        )

    kept = Server()
    kept.requests = []

    def answer(request):
        kept.requests.append(request)
        return kept.answer

    web = Web(0, answer)
    web.start()
    kept.url = f"http://127.0.0.1:{web.port}"
    yield kept
    web.stop()


def esp(service="postmark", **values):
    defaults = {"from_address": "Hotel <hotel@example.com>", "api_key": CANARY}
    return load("esp", {"service": service, **defaults, **values}, kind="email")


def test_postmark_gets_the_message_in_its_form(server, message):
    url = "https://j.example/m/p/x"
    sent = message(
        sender="Hotel <hotel@example.com>", unsubscribe=url, callback=f"https://j.example/m/k/5/{TOKEN}"
    )

    assert esp(url=f"{server.url}/").send(sent, 5).status == "ok"

    [request] = server.requests
    assert (request.path, request.header("X-Postmark-Server-Token")) == ("/email", CANARY)
    body = json.loads(request.body)
    assert (body["From"], body["To"], body["Subject"]) == (
        "Hotel <hotel@example.com>",
        "ada@example.com",
        "Grüße",
    )
    assert (body["HtmlBody"], body["TextBody"]) == ("<p>grüße</p>", "grüße")
    assert {each["Name"]: each["Value"] for each in body["Headers"]} == {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert body["Metadata"] == {"journeyorch": TOKEN}


def test_mailgun_gets_the_domain_of_the_sender(server, message):
    server.answer = Answer(200, b'{"id": "<1@example.com>", "message": "Queued. Thank you."}')
    assert esp("mailgun", url=f"{server.url}/v3/").send(message(sender="hotel@example.com"), 5).status == "ok"
    assert server.requests[0].path == "/v3/example.com/messages"


INACTIVE = (
    b'{"ErrorCode": 406, "Message": "You tried to send to recipient(s) that have been marked as inactive. '
    b"Found inactive addresses: ada@example.com. Inactive recipients are ones that have generated a hard "
    b'bounce, a spam complaint, or a manual suppression."}'
)


@pytest.mark.parametrize(
    ("answer", "status", "code", "retryable"),
    [
        (
            Answer(422, INACTIVE),
            "error",
            "hardBounce",
            False,
        ),
        (Answer(401, b'{"ErrorCode": 10}'), "http", "401", False),
        (Answer(429, b"{}"), "http", "429", True),
        (Answer(500, b"oops"), "http", "500", True),
        (Answer(200, b"not JSON"), "error", "badAnswer", False),
    ],
)
def test_what_the_service_says_is_what_the_engine_needs_to_know(
    server, message, answer, status, code, retryable
):
    server.answer = answer
    outcome = esp(url=f"{server.url}/").send(message(sender="hotel@example.com"), 5)
    assert (outcome.status, outcome.code, outcome.retryable) == (status, code, retryable)
    assert CANARY not in repr(outcome)


# The library supports it no longer, and says so each time.
@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")
@pytest.mark.parametrize("service", ["brevo", "mailgun", "mailjet", "postmark", "sendgrid", "sparkpost"])
def test_throttles_know_where_each_service_is_called(server, message, service):
    channel = esp(service, url=f"{server.url}/v0", api_secret="secret" if service == "mailjet" else "")
    sent = message(sender="hotel@example.com")
    channel.send(sent, 5)
    assert [server.url + request.path for request in server.requests] == [channel.target(sent)]


def test_requests_of_the_library_pass_the_guard(message, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["10.1.2.3"]
    channel = esp(url="http://10.1.2.3/")
    settings.OUTBOUND_ALLOWED_HOSTS = []
    outcome = channel.send(message(sender="hotel@example.com"), 5)
    assert (outcome.status, outcome.code) == ("error", "refused")


# --- Webhooks -------------------------------------------------------------------------------------


def callback(body, **headers) -> Callback:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json", **headers}
    return Callback(5, "https://j.example/m/k/5", given, text, AT)


def postmark(**said):
    record = {
        "MessageID": "b7bc2f4a",
        "Recipient": "ada@example.com",
        "Metadata": {"journeyorch": TOKEN},
        **said,
    }
    return callback(record, authorization="Basic bmFtZTpwYXNz")  # name:pass


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"RecordType": "Delivery", "DeliveredAt": "2026-03-01T11:00:00Z"}, "delivered"),
        ({"RecordType": "Bounce", "Type": "HardBounce", "BouncedAt": "2026-03-01T11:00:00Z"}, "bounced"),
        ({"RecordType": "Bounce", "Type": "SoftBounce", "BouncedAt": "2026-03-01T11:00:00Z"}, "softBounced"),
        ({"RecordType": "SpamComplaint", "BouncedAt": "2026-03-01T11:00:00Z"}, "complained"),
        ({"RecordType": "Open", "ReceivedAt": "2026-03-01T11:00:00Z"}, "opened"),
        ({"RecordType": "Bounce", "Type": "Transient"}, None),
        ({"RecordType": "Delivery", "Metadata": {}}, None),
        ({"RecordType": "Delivery", "Metadata": {"journeyorch": str(MESSAGE)}}, None),
        ({"RecordType": "Delivery", "Metadata": {"journeyorch": sign(Purpose.CALLBACK, MESSAGE, 6)}}, None),
    ],
)
def test_postmarks_webhooks_tell_what_became_of_our_messages(said, kind):
    news = esp(webhook_secret="name:pass").receive(postmark(**said))
    assert [(each.message_id, each.kind) for each in news] == ([(MESSAGE, kind)] if kind else [])


@pytest.mark.parametrize("secret", ["", "name:other"])
def test_without_the_secret_nobody_is_believed(secret):
    with pytest.raises(Forged):
        esp(webhook_secret=secret).receive(postmark(RecordType="Delivery"))


def mailgun(signature=None, **event):
    stamp, token = "1772366400", "t" * 50
    signed = hmac.new(b"signing-key", f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {
        "event": "delivered",
        "timestamp": 1772366400.0,
        "recipient": "ada@example.com",
        "user-variables": {"journeyorch": TOKEN},
        **event,
    }
    block = {"timestamp": stamp, "token": token, "signature": signature or signed}
    return callback({"signature": block, "event-data": data})


def test_mailguns_webhooks_are_signed():
    channel = esp("mailgun", webhook_secret="signing-key")
    assert channel.receive(mailgun()) == [News(MESSAGE, "delivered", AT, "")]
    with pytest.raises(Forged):
        channel.receive(mailgun(signature="0" * 64))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'"x"'])
def test_nonsense_is_no_error_of_ours(body):
    channel = esp(webhook_secret="name:pass")
    with pytest.raises(Unreadable):
        channel.receive(callback(body, authorization="Basic bmFtZTpwYXNz"))
