"""Where the links of messages lead."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError
from django.test import Client

from actions.contact.models import Suppression
from actions.messages.send import MessageHandler
from actions.models import Delivery, Feedback, LinkClick, MirrorPage
from actions.tracking import views
from actions.tracking.links import Links
from datasources.models import Profile
from journeyorch.access.models import Sandbox
from journeyorch.outbound.calls import Made, Outcome

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = {
    "subject": "News",
    "html": '<p><a href="https://hotel.example/offer?x=1" data-label="Offer">Offer</a></p>'
    "{% mirror_page %} {% unsubscribe 'Enough' %}",
    "text": "{% unsubscribe %}",
}


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_URL = "https://testserver"


@pytest.fixture
def anybody():
    """Somebody without a session, whose forms carry no token."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def send(channel, template, call):
    """Send a message; its words, as the provider gets them."""
    handler = MessageHandler(now=lambda: NOON)
    channel()

    def make(outcome="ok", words=None, **changes):
        one = call(words or template(**WORDS), **changes)
        [prepared] = handler.prepare([one])
        handler.record([Made(one, prepared, Outcome(outcome))], NOON)
        return prepared.request["message"]

    return make


def links(message) -> dict[str, str]:
    """The paths of a message's links by their letter."""
    found = re.findall(r"https://testserver(/m/(\w)/[\w-]+)", message["html"] + message["text"])
    return {letter: path for path, letter in found}


def test_the_picture_of_a_message_tells_that_it_was_opened(send, person, anybody):
    person()
    message = send()
    answer = anybody.get(links(message)["o"])

    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "image/gif",
        "no-store",
    )
    assert answer.content.startswith(b"GIF89a")
    assert Delivery.objects.get().status == "opened"


def test_a_link_is_recorded_with_its_label_and_leads_on(send, person, anybody):
    person()
    path = links(send())["c"]

    assert anybody.head(path).status_code == 302
    assert not Feedback.objects.filter(kind="clicked").exists()
    answer = anybody.get(path)

    assert (answer.status_code, answer["Location"]) == (302, "https://hotel.example/offer?x=1")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert Feedback.objects.get(kind="clicked").detail == "Offer: https://hotel.example/offer?x=1"


PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


def test_who_opens_and_clicks_is_known_by_the_kind_of_their_device(send, person, anybody):
    person()
    paths = links(send())
    for letter in "oc":
        anybody.get(paths[letter], headers={"User-Agent": PHONE})

    told = Feedback.objects.order_by("pk").values_list("kind", "domain", "variant", "device", "platform")
    assert list(told) == [
        ("sent", "example.com", "default", "", ""),
        ("opened", "example.com", "default", "phone", "iOS"),
        ("clicked", "example.com", "default", "phone", "iOS"),
    ]


def test_each_link_of_a_message_is_clicked_once(send, person, anybody):
    person()
    message = send()
    other = Links("https://testserver", UUID(message["key"])).click("https://hotel.example/rooms")
    for path in (links(message)["c"], other, other):
        anybody.get(path.removeprefix("https://testserver"))

    clicked = LinkClick.objects.order_by("pk").values_list("link", flat=True)
    assert list(clicked) == ["Offer", "https://hotel.example/rooms"]
    assert Feedback.objects.filter(kind="clicked").count() == 1


def test_nobody_can_make_us_lead_elsewhere(db, anybody, settings):
    genuine = Links(settings.PUBLIC_URL, uuid4()).click("https://hotel.example/")
    path = genuine.removeprefix(settings.PUBLIC_URL)
    forged = [
        path[:-3] + "abc",
        path.replace("/c/", "/o/"),
        "/m/c/https://evil.example/",
        f"{path}?url=https://evil.example/",
        "/m/c/" + "A" * 9000,
    ]
    answers = [anybody.get(each) for each in forged]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 302, 404]
    assert answers[3]["Location"] == "https://hotel.example/"
    assert anybody.post(path).status_code in (403, 405)


def test_a_link_leads_on_when_the_database_is_away(send, person, anybody, monkeypatch):
    person()
    path = links(send())["c"]

    def fail(*_, **__):
        raise DatabaseError

    monkeypatch.setattr(views, "record_click", fail)
    assert anybody.get(path)["Location"] == "https://hotel.example/offer?x=1"


def test_the_page_in_the_browser_shows_what_was_sent_and_runs_nothing(send, person, anybody):
    person()
    message = send()
    answer = anybody.get(links(message)["v"])

    assert answer.status_code == 200
    assert MirrorPage.objects.get().seen_at is not None
    assert "/m/o/" not in answer.text
    assert links({**message, "html": answer.text})["c"] == links(message)["c"]
    policy = answer["Content-Security-Policy"]
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


def test_only_messages_that_offer_it_and_were_sent_have_a_page(send, person, anybody, template):
    person()
    send(words=template(subject="x", html="<p>x</p>"))
    missed = send("error")
    assert not MirrorPage.objects.exists()
    assert anybody.get(links(missed)["v"]).status_code == 404


# --- Preferences ----------------------------------------------------------------------------------


def state(profile, kind="email"):
    attributes = Profile.objects.get(pk=profile.pk).attributes
    return attributes.get("consents", {}).get("marketing", {}).get(kind, {}).get("val")


def test_one_click_unsubscribes_without_login(send, person, anybody):
    profile = person()
    message = send()
    path = message["unsubscribe"].removeprefix("https://testserver")

    answer = anybody.post(path, {"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, answer.cookies) == (200, {})
    assert Suppression.objects.get().reason == "unsubscribed"
    assert state(profile) == "n"
    assert Delivery.objects.get().status == "unsubscribed"


def test_looking_at_the_page_unsubscribes_nobody(send, person, anybody):
    profile = person()
    path = links(send())["p"]
    answer = anybody.get(path)

    assert answer.status_code == 200
    assert 'value="email" checked' in answer.text
    assert "no-referrer" in answer["Referrer-Policy"]
    assert not Suppression.objects.exists()
    assert state(profile) is None


def test_a_person_chooses_what_they_get_and_may_change_their_mind(send, person, channel, anybody):
    profile = person()
    channel("sms")
    path = links(send())["p"]

    assert anybody.post(path, {"save": "1", "wanted": ["sms"]}).status_code == 302
    assert (state(profile, "email"), state(profile, "sms"), state(profile, "push")) == ("n", None, None)
    page = anybody.get(f"{path}?saved").text
    assert "Your choice is saved." in page
    assert 'value="email">' in page
    anybody.post(path, {"nothing": "1", "wanted": ["sms"]})
    assert (state(profile, "email"), state(profile, "sms")) == ("n", "n")
    anybody.post(path, {"save": "1", "wanted": ["sms", "email", "pigeon"]})
    assert (state(profile, "email"), state(profile, "sms")) == ("y", "y")
    assert not Suppression.objects.exists()


def test_an_address_that_bounced_does_not_come_back_by_a_wish(send, person, anybody, sandbox):
    person()
    path = links(send())["p"]
    Suppression.objects.create(sandbox=sandbox, kind="email", address="ada@example.com", reason="bounced")
    anybody.post(path, {"save": "1"})
    anybody.post(path, {"save": "1", "wanted": ["email"]})
    assert [row.reason for row in Suppression.objects.all()] == ["bounced"]


def test_somebody_without_a_profile_unsubscribes_by_their_address(send, anybody):
    message = send(address="new@example.com", person_id="nobody")
    path = links(message)["p"]
    Delivery.objects.all().delete()  # its time is over; the link is still good

    anybody.post(path, {"List-Unsubscribe": "One-Click"})

    assert Suppression.objects.get().address == "new@example.com"


def test_a_person_who_was_erased_can_still_unsubscribe(send, person, anybody):
    profile = person()
    path = links(send())["p"]
    Profile.objects.filter(pk=profile.pk).delete()
    assert anybody.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Suppression.objects.get().address == "ada@example.com"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_preferences_link_that_we_have_not_made_changes_nothing(send, person, anybody, method, settings):
    person()
    path = links(send())["p"]
    other = Links("", uuid4()).preferences(sandbox_id=10**9, kind="email", address="a@b.org", profile_id=1)
    for each in (path[:-2] + "zz", "/m/p/x", other):
        answer = getattr(anybody, method)(each, {"save": "1"})
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
        assert "journeys" not in answer.text, "an inside page, to somebody from outside"
    assert not Suppression.objects.exists()


def test_a_profile_of_another_sandbox_is_not_touched(person, anybody, sandbox):
    profile = person()
    other = Sandbox.objects.create(name="dev", title="Dev")
    url = Links("", uuid4()).preferences(
        sandbox_id=other.pk, kind="email", address="ada@example.com", profile_id=profile.pk
    )
    anybody.post(url, {"List-Unsubscribe": "One-Click"})
    assert state(profile) is None
    assert Suppression.objects.get().sandbox == other


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"\x00\xff", "application/octet-stream", 400),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 400),
        (b"wanted=sms", "application/x-www-form-urlencoded", 400),
        (b"", "multipart/form-data", 400),
        (b"a=1&" * 2000, "application/x-www-form-urlencoded", 400),
    ],
)
def test_odd_forms_are_no_error_of_ours(send, person, anybody, body, content_type, status):
    person()
    path = links(send())["p"]
    assert anybody.post(path, body, content_type=content_type).status_code == status
    assert not Suppression.objects.exists()


def test_transactional_messages_offer_no_unsubscribing_in_their_header(send, person, template):
    person()
    words = template(**WORDS)
    words.transactional = True
    words.save()
    assert send(words=words)["unsubscribe"] == ""


def test_a_template_with_links_to_us_needs_our_address(channel, template, person, call, settings):
    settings.PUBLIC_URL = ""
    channel()
    person()
    [outcome] = MessageHandler().prepare([call(template(**WORDS))])
    assert outcome.code == "noPublicUrl"
    [prepared] = MessageHandler().prepare([call(template())])
    assert prepared.request["message"]["unsubscribe"] == ""
