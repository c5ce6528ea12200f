"""Amazon SES: requests signed as Amazon's examples are, and events that SNS must have signed."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from actions.channels import load, seal_config, sns
from actions.channels.callbacks import Callback, Forged, News, Unreadable
from actions.channels.mail import as_mail
from actions.channels.sigv4 import Signer, signed
from actions.models import Channel
from actions.tracking.signed import Purpose, sign
from journeyorch.access.models import Sandbox
from journeyorch.outbound.client import Failure, Request, Response
from journeys.demo.web import Answer, Web

CANARY = "canary-9e02"
MESSAGE = UUID("6f1d7a52-0000-5000-8000-000000000001")
TOKEN = sign(Purpose.CALLBACK, MESSAGE, 5)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-central-1:123456789012:mail"


@pytest.mark.parametrize(
    ("method", "signature"),
    [
        # get-vanilla and post-vanilla of the Signature Version 4 test suite.
        ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ],
)
def test_signatures_are_those_of_amazons_examples(method, signature):
    signer = Signer("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service")
    request = signed(
        Request(method, "https://example.amazonaws.com/"),
        signer,
        now=datetime(2015, 8, 30, 12, 36, tzinfo=UTC),
    )
    assert request.header("Authorization") == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}"
    )


@pytest.fixture
def server():
    """Remembers requests; ``answer`` is what it says."""

    class Server:
        requests: list
        answer = Answer(200, b'{"MessageId": "0100"}')

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


def stored(**values):
    config = {
        "region": "eu-central-1",
        "key_id": "AKIDEXAMPLE",
        "secret": CANARY,
        "from_address": "Hotel Mär <hotel@example.com>",
        **values,
    }
    return seal_config("ses", config, kind="email", stored={})


def ses(**values):
    return load("ses", stored(**values), kind="email")


def test_the_message_goes_in_mime_with_a_tag_that_names_it(server, message):
    channel = ses(url=server.url, configuration_set="journeys")
    sent = message(callback=f"https://j.example/m/k/5/{TOKEN}", unsubscribe="https://j.example/u")

    assert channel.send(sent, 5).status == "ok"

    [request] = server.requests
    body = json.loads(request.body)
    assert (request.method, server.url + request.path) == ("POST", channel.target(sent))
    assert base64.b64decode(body.pop("Content")["Raw"]["Data"]) == as_mail(sent)
    assert body == {
        "Destination": {"ToAddresses": ["ada@example.com"]},
        "EmailTags": [{"Name": "journeyorch", "Value": TOKEN}],
        "ConfigurationSetName": "journeys",
    }
    assert request.header("Authorization").startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert CANARY not in repr(request)


@pytest.mark.parametrize(
    ("answer", "status", "code", "words", "retryable"),
    [
        (
            Answer(400, b'{"__type": "x#MessageRejected", "message": "to a@x.org"}'),
            "http",
            "400",
            "Rej",
            False,
        ),
        (Answer(403, b"{}"), "http", "403", "", False),
        (Answer(429, b'{"__type": "TooManyRequestsException"}'), "http", "429", "TooMany", True),
        (Answer(503, b"oops"), "http", "503", "", True),
    ],
)
def test_what_ses_says_is_what_the_engine_needs_to_know(
    server, message, answer, status, code, words, retryable
):
    server.answer = answer
    outcome = ses(url=server.url).send(message(), 5)
    assert (outcome.status, outcome.code, outcome.retryable) == (status, code, retryable)
    assert words in outcome.message
    assert "a@x.org" not in outcome.message
    assert CANARY not in repr(outcome)


def test_the_secret_goes_to_amazons_host_of_the_region():
    assert ses().target(None) == "https://email.eu-central-1.amazonaws.com/v2/email/outbound-emails"
    sealed = seal_config(
        "ses",
        {"region": "us-east-1", "key_id": "A", "secret": CANARY, "from_address": "a@x.org"},
        kind="email",
        stored={},
    )
    with pytest.raises(Exception, match="entered for"):
        load("ses", {**sealed, "region": "eu-west-1"}, kind="email")


# --- Events by SNS --------------------------------------------------------------------------------

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
PEM = (
    x509.CertificateBuilder(NAME, NAME, KEY.public_key(), 1, AT, AT + timedelta(days=1))
    .sign(KEY, hashes.SHA256())
    .public_bytes(serialization.Encoding.PEM)
)
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem"
CONFIRMING = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"


@pytest.fixture
def amazon(monkeypatch):
    """Amazon's host, as our client sees it: gives the certificate, and remembers what it was asked."""
    asked: list[str] = []

    def exchange(request, *, timeout):
        asked.append(request.url)
        known = {CERTIFICATE: PEM, CONFIRMING: b"<ok/>"}
        body = known.get(request.url)
        return Failure("connect", "No such host.") if body is None else Response(200, {}, body, 1)

    monkeypatch.setattr(sns, "exchange", exchange)
    sns._key_of.cache_clear()
    yield asked
    sns._key_of.cache_clear()


def envelope(said, *, key=KEY, version="2", **changes) -> bytes:
    told = {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": json.dumps(said),
        "Timestamp": "2026-03-01T12:00:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
    }
    told |= {name: value for name, value in changes.items() if name != "Signature"}
    names = [name for name in sorted(told) if name not in ("SignatureVersion", "SigningCertURL")]
    text = "".join(f"{name}\n{told[name]}\n" for name in names)
    digest = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303
    signature = base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), digest)).decode()
    return json.dumps({**told, "Signature": signature}).encode()


def receive(body: bytes, **values) -> list[News]:
    channel = ses(topic=TOPIC, **values)
    return channel.receive(Callback(5, "https://j.example/m/k/5", {}, body, AT))


def event(kind: str, **details):
    return {"eventType": kind, "mail": {"tags": {"journeyorch": [TOKEN]}}, **details}


@pytest.mark.parametrize(
    ("said", "kind", "detail"),
    [
        (event("Send", send={}), "sent", ""),
        (event("Delivery", delivery={"smtpResponse": "250 ok"}), "delivered", "250 ok"),
        (
            event("Bounce", bounce={"bounceType": "Permanent", "bounceSubType": "General"}),
            "bounced",
            "General",
        ),
        (event("Bounce", bounce={"bounceType": "Transient"}), "softBounced", ""),
        (event("Complaint", complaint={"complaintFeedbackType": "abuse"}), "complained", "abuse"),
        (event("Open", open={}), "opened", ""),
        (event("Click", click={"link": "https://x.org"}), "clicked", "https://x.org"),
        (event("Reject", reject={"reason": "Bad content"}), "failed", "Bad content"),
        (event("Rendering Failure", failure={"errorMessage": "no"}), "failed", "no"),
        (event("DeliveryDelay", deliveryDelay={}), None, ""),
        ({"eventType": "Send", "mail": {"tags": {}}}, None, ""),
        (
            {"eventType": "Send", "mail": {"tags": {"journeyorch": [sign(Purpose.CALLBACK, MESSAGE, 6)]}}},
            None,
            "",
        ),
        ({"notificationType": "Bounce", "mail": "x"}, None, ""),
    ],
)
def test_events_tell_what_became_of_our_messages(amazon, said, kind, detail):
    assert receive(envelope(said)) == ([News(MESSAGE, kind, AT, detail)] if kind else [])


def test_an_event_happened_when_it_says_so_and_old_topics_sign_with_sha1(amazon):
    said = event("Bounce", bounce={"bounceType": "Permanent", "timestamp": "2026-03-01T11:00:00.000Z"})
    [news] = receive(envelope(said, version="1"))
    assert news.at == AT - timedelta(hours=1)
    receive(envelope(said))
    assert amazon == [CERTIFICATE], "the certificate is kept"


OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize(
    "body",
    [
        envelope(event("Send"), key=OTHER),
        envelope(event("Send")).replace(b"m-1", b"m-2"),
        envelope(event("Send"), TopicArn="arn:aws:sns:eu-central-1:123456789012:theirs"),
        envelope(event("Send"), SigningCertURL="https://sns.eu-central-1.amazonaws.com.evil.org/a.pem"),
        envelope(event("Send"), SigningCertURL="https://sns.eu-central-1.amazonaws.com@evil.org/a.pem"),
        envelope(event("Send"), SigningCertURL="https://sns.us-east-1.amazonaws.com/gone.pem"),
        envelope(event("Send"), Type="Other"),
        b'{"TopicArn": "%s"}' % TOPIC.encode(),
    ],
)
def test_what_amazon_has_not_signed_for_this_topic_is_not_believed(amazon, body):
    with pytest.raises(Forged):
        receive(body)
    assert not [url for url in amazon if "evil" in url]


@pytest.mark.parametrize("body", [b"", b"[]", b"no", envelope("no object")])
def test_nonsense_is_no_error_of_ours(amazon, body):
    with pytest.raises(Unreadable):
        receive(body)


def test_without_a_topic_nobody_is_believed(amazon):
    with pytest.raises(Forged):
        ses().receive(Callback(5, "https://j.example/m/k/5", {}, envelope(event("Send")), AT))


def subscription(url: str) -> bytes:
    return envelope("x", Type="SubscriptionConfirmation", SubscribeURL=url, Token="t")


def test_a_subscription_is_confirmed_at_amazon(amazon):
    assert receive(subscription(CONFIRMING)) == []
    assert CONFIRMING in amazon


def test_a_subscription_is_confirmed_nowhere_else(amazon):
    with pytest.raises(Forged):
        receive(subscription("https://evil.org/?Action=ConfirmSubscription"))
    assert amazon == [CERTIFICATE]


def test_a_subscription_that_cannot_be_confirmed_is_asked_for_again_and_told_on_the_channels_page(
    amazon, admin_client, admin_user, settings
):
    settings.PUBLIC_URL = "https://j.example"
    sandbox = Sandbox.objects.get(name="prod")
    admin_user.sandboxes.add(sandbox)
    channel = Channel.objects.create(
        sandbox=sandbox, name="ses", kind="email", provider="ses", config=stored(topic=TOPIC)
    )

    def told(url: str) -> tuple[int, str]:
        answer = admin_client.post(f"/m/k/{channel.pk}", subscription(url), content_type="text/plain")
        page = admin_client.get(f"/admin/actions/channel/{channel.pk}/change/").content.decode()
        return answer.status_code, page

    elsewhere = CONFIRMING.replace("eu-central-1", "us-east-1")
    status, page = told(elsewhere)
    assert status == 503
    assert "could not be confirmed" in page
    assert "No such host." in page
    status, page = told(CONFIRMING)
    assert status == 204
    assert "Taken last on" in page
    assert "could not be confirmed" not in page
