"""A message on its way: made from template and profile, sent once more with the same words, written down."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

import pytest

from actions.channels import Message, Provider, provider, seal_config
from actions.messages.send import MessageHandler
from actions.models import Delivery, Feedback
from datasources.models import ExperienceEvent, Profile
from journeyorch.access.models import Sandbox
from journeyorch.outbound.calls import Made, Outcome, Prepared, handler_of

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def handler():
    return MessageHandler(now=lambda: NOON)


def prepare(handler, call):
    [result] = handler.prepare([call])
    return result


def test_the_handler_is_registered_for_messages():
    assert isinstance(handler_of("message"), MessageHandler)


def test_a_message_is_rendered_from_profile_and_parameters(handler, channel, template, person, call):
    email = channel("email", sender_name="Hotel Mar")
    words = template(
        subject="{{ profile.person.name.firstName }}, {{ nights }} nights",
        html="<p>Room {{ room }}</p>",
        parameters=[{"name": "nights", "type": "integer"}, {"name": "room", "type": "string"}],
    )
    profile = person()
    one = call(words, nights=3, room="<b>12</b>")

    assert prepare(handler, one) == Prepared(
        {
            "channel": email.pk,
            "template": words.pk,
            "profile": profile.pk,
            "variant": "default",
            "method": "POST",
            "url": f"{email.config['url']}/email",
            "message": Message(
                key=str(one.key),
                kind="email",
                to="ada@example.com",
                sender="Hotel Mar",
                at="2026-03-01T12:00:00+00:00",
                subject="Ada, 3 nights",
                html="<p>Room &lt;b&gt;12&lt;/b&gt;</p>",
            )._asdict(),
        }
    )


@pytest.mark.parametrize(
    ("kind", "content", "to", "text"),
    [
        ("sms", {"text": "Hi {{ profile.person.name.firstName }}"}, "+49151123456", "Hi Ada"),
        ("push", {"title": "News", "body": "<3"}, "token-1", "<3"),
    ],
)
def test_each_kind_takes_its_address_from_the_profile(
    handler, channel, template, person, call, kind, content, to, text
):
    channel(kind)
    person()
    message = prepare(handler, call(template(kind, **content))).request["message"]
    assert (message["to"], message["text"]) == (to, text)


def test_an_address_of_the_activity_goes_before_the_profile(handler, channel, template, person, call):
    channel()
    person()
    prepared = prepare(handler, call(template(), address=" other@example.com "))
    assert prepared.request["message"]["to"] == "other@example.com"


def test_somebody_without_a_profile_gets_a_message_at_a_given_address(handler, channel, template, call):
    channel()
    prepared = prepare(handler, call(template(), address="new@example.com"))
    assert prepared.request["profile"] is None
    assert prepared.request["message"]["subject"] == "Hi"


def test_the_chosen_channel_sends_and_without_choice_the_oldest(handler, channel, template, person, call):
    first, second = channel(name="first"), channel(name="second")
    person()
    words = template()
    chosen = [prepare(handler, call(words, channel=each)).request["channel"] for each in (None, second)]
    assert chosen == [first.pk, second.pk]


@pytest.mark.parametrize(
    ("attributes", "address", "code"),
    [
        ({"personalEmail": {}}, None, "noAddress"),
        ({"personalEmail": None}, None, "noAddress"),
        ({"personalEmail": "ada@example.com"}, None, "noAddress"),
        ({"personalEmail": {"address": ["ada@example.com"]}}, None, "noAddress"),
        ({}, "", "noAddress"),
        ({}, "nobody", "invalidAddress"),
        ({}, "a@example.com, b@example.com", "invalidAddress"),
        ({}, "a@example.com\r\nBcc: b@example.com", "invalidAddress"),
        ({}, 5, "invalidAddress"),
        ({"consents": {"marketing": {"email": {"val": "n"}}}}, None, "noConsent"),
        ({"consents": {"marketing": {"email": {"val": "n"}}}}, "other@example.com", "noConsent"),
    ],
)
def test_who_cannot_or_will_not_be_reached_gets_nothing(
    handler, channel, template, person, call, attributes, address, code
):
    channel()
    person(**attributes)
    outcome = prepare(handler, call(template(), address=address))
    assert (outcome.status, outcome.code, outcome.retryable) == ("error", code, False)
    assert outcome.message.endswith(".")


@pytest.mark.parametrize(
    "consents", [{"marketing": {"sms": {"val": "n"}}}, {"marketing": {"email": {"val": "y"}}}, 7]
)
def test_only_a_no_to_the_channel_forbids(handler, channel, template, person, call, consents):
    channel()
    person(consents=consents)
    assert isinstance(prepare(handler, call(template())), Prepared)


def test_what_is_missing_in_the_configuration_is_said(handler, channel, template, person, call):
    person()
    words = template()
    assert prepare(handler, call(words)).code == "noChannel"
    email = channel()
    assert prepare(handler, call(words, channel=email.pk + 1)).code == "noChannel"
    assert prepare(handler, call(words.pk + 1)).code == "noTemplate"
    needs = template(subject="x", text="{{ room }}", parameters=[{"name": "room", "required": True}])
    assert prepare(handler, call(needs, room=None)).code == "missingParameter"
    broken = template(subject="x", text="{{ 1 | divided_by: 0 }}")
    assert prepare(handler, call(broken)).code == "badTemplate"
    email.config = {"url": "http://10.0.0.1/"}
    email.provider = "nothing"
    email.save()
    assert prepare(handler, call(words)).code == "badChannel"


def test_one_bad_call_of_a_batch_harms_no_other(handler, channel, template, person, call):
    channel()
    person()
    broken, good = template(subject="x", text="{{ 1 | divided_by: 0 }}"), template()
    elsewhere = call(good)._replace(sandbox_id=10**9)
    results = handler.prepare(
        [call(good), call(broken), elsewhere, call(good, person_id="unknown"), call(good)]
    )
    assert [getattr(each, "code", "prepared") for each in results] == [
        "prepared",
        "badTemplate",
        "noSandbox",
        "noAddress",
        "prepared",
    ]


def test_nobody_is_written_to_from_another_sandbox(handler, channel, template, person, call):
    channel()
    person()
    other = Sandbox.objects.create(name="dev", title="Dev")
    assert prepare(handler, call(template())._replace(sandbox_id=other.pk)).code == "noTemplate"


def test_a_batch_takes_as_many_queries_as_a_single_message(
    handler, channel, template, person, call, django_assert_max_num_queries
):
    channel()
    words = template()
    for number in range(20):
        person(f"crm-{number}")
    with django_assert_max_num_queries(6):
        results = handler.prepare([call(words, person_id=f"crm-{number}") for number in range(20)])
    assert all(isinstance(each, Prepared) for each in results)


def test_a_changed_template_is_used_at_once(handler, channel, template, person, call):
    channel()
    person()
    words = template()
    prepare(handler, call(words))
    words.content = {"subject": "New", "text": "x"}
    words.save()
    assert prepare(handler, call(words)).request["message"]["subject"] == "New"


# --- Sending --------------------------------------------------------------------------------------


@pytest.fixture
def sent(monkeypatch):
    """Messages that a provider of this test was given."""
    from actions.channels import base

    monkeypatch.setattr(base, "_providers", dict(base._providers))
    messages = []

    @provider("recording", "Recording", kinds={"email"})
    class Recording(Provider):
        token: base.SecretStr = base.SecretStr("")

        @classmethod
        def destination(cls, values):
            return "test://here"

        def send(self, message, timeout):
            messages.append((message, self.token.get_secret_value()))
            return Outcome("ok", "250", {"messageId": message.key})

    return messages


def test_retries_send_the_stored_words_whatever_changed_meanwhile(
    handler, channel, template, person, call, sent
):
    email = channel()
    email.provider = "recording"
    email.config = seal_config("recording", {"token": "s3cret"}, kind="email", stored={})
    email.save()
    person()
    words = template(subject="Before", text="x")
    one = call(words)
    stored = json.loads(json.dumps(prepare(handler, one).request))
    words.content = {"subject": "After", "text": "y"}
    words.save()

    outcomes = [handler.send(one, Prepared(stored), 5) for _ in range(2)]

    assert [outcome.status for outcome in outcomes] == ["ok", "ok"]
    assert [message.subject for message, _ in sent] == ["Before", "Before"]
    assert sent[0] == sent[1]
    assert sent[0][1] == "s3cret"
    assert "s3cret" not in json.dumps(stored) + json.dumps(email.config)


def test_words_of_a_newer_release_do_not_keep_an_older_one_from_sending(
    handler, channel, template, person, call, sent
):
    """During an upgrade a worker may send again what one of the next release has rendered."""
    email = channel()
    email.provider, email.config = "recording", seal_config("recording", {}, kind="email", stored={})
    email.save()
    person()
    one = call(template(subject="Hi", text="x"))
    request = prepare(handler, one).request
    newer = {**request, "message": {**request["message"], "animation": "confetti"}}

    assert handler.send(one, Prepared(newer), 5).status == "ok"
    assert [message.subject for message, _ in sent] == ["Hi"]


def test_a_channel_that_is_gone_ends_the_call(handler, channel, template, person, call):
    email = channel()
    person()
    one = call(template())
    prepared = prepare(handler, one)
    email.delete()
    handler.prepare([])
    prepare(handler, call(template()))
    assert handler.send(one, prepared, 5).code == "noChannel"


# --- Writing down ---------------------------------------------------------------------------------


SENT = Outcome("ok", "250")


def made(handler, call, outcome=SENT):
    prepared = prepare(handler, call)
    return Made(call, prepared, outcome) if isinstance(prepared, Prepared) else Made(call, None, prepared)


def test_a_sent_message_is_a_delivery_and_an_event_of_the_person(handler, channel, template, person, call):
    channel()
    profile = person()
    words = template()
    one = made(handler, call(words))

    handler.record([one], NOON)

    delivery = Delivery.objects.get()
    assert (delivery.message_id, delivery.status, delivery.address) == (
        one.spec.key,
        "sent",
        "ada@example.com",
    )
    assert (delivery.template, delivery.profile, delivery.created_at) == (words, profile, NOON)
    event = ExperienceEvent.objects.get()
    assert (event.profile, event.source, event.timestamp) == (profile, f"delivery:{one.spec.key}", NOON)
    assert event.event_type == event.data["eventType"] == "directMarketing.emailSent"
    assert event.data["directMarketing"]["sends"]["value"] == 1


def test_an_sms_says_that_it_was_sent_by_its_feedback(handler, channel, template, person, call):
    channel("sms")
    person()
    handler.record([made(handler, call(template("sms", text="x")))], NOON)
    data = ExperienceEvent.objects.get().data
    management = data["_experience"]["customerJourneyManagement"]
    assert data["eventType"] == "message.feedback"
    assert management["messageDeliveryfeedback"]["feedbackStatus"] == "sent"
    assert management["messageProfile"]["channel"]["_id"].endswith("/sms")


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome("error", "hardBounce", message="Refused."), "bounced"),
        (Outcome("error", "softBounce", message="Later."), "softBounced"),
        (Outcome("timedOut", message="Late."), "failed"),
        (Outcome("capped", message="Too many."), "failed"),
        (Outcome("http", "500", message="Broken."), "failed"),
    ],
)
def test_a_message_that_did_not_go_out_is_a_delivery_without_an_event(
    handler, channel, template, person, call, outcome, status
):
    channel()
    profile = person()
    handler.record([made(handler, call(template()), outcome)], NOON)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.detail, delivery.profile) == (status, outcome.message, profile)
    assert Feedback.objects.get().kind == status
    assert not ExperienceEvent.objects.exists()


def test_who_was_held_back_and_why_is_kept(handler, channel, template, person, call):
    channel()
    profile = person(consents={"marketing": {"email": {"val": "n"}}})
    handler.record([made(handler, call(template()))], NOON)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.code, delivery.profile) == ("held", "noConsent", profile)
    assert "does not want" in delivery.detail


def test_recording_the_same_calls_again_changes_nothing(handler, channel, template, person, call):
    channel()
    person()
    batch = [made(handler, call(template())) for _ in range(3)]
    handler.record(batch, NOON)
    handler.record(batch, NOON)
    assert (Delivery.objects.count(), ExperienceEvent.objects.count()) == (3, 3)


def test_a_merged_person_keeps_the_message_and_an_erased_one_does_not_come_back(
    handler, channel, template, person, call
):
    channel()
    words = template()
    winner, loser, erased = person("a"), person("b"), person("c")
    merged, gone = made(handler, call(words, person_id="b")), made(handler, call(words, person_id="c"))
    Profile.objects.filter(pk=loser.pk).update(merged_into=winner)
    erased.delete()

    handler.record([merged, gone], NOON)

    assert Delivery.objects.get(message_id=merged.spec.key).profile == winner
    assert Delivery.objects.get(message_id=gone.spec.key).profile is None
    assert [event.profile for event in ExperienceEvent.objects.all()] == [winner]


def test_a_message_of_a_deleted_template_leaves_no_row(handler, channel, template, person, call):
    channel()
    person()
    words = template()
    one = made(handler, call(words))
    words.delete()
    handler.record([one], NOON)
    assert not Delivery.objects.exists()


def test_odd_addresses_do_not_break_the_whole_batch(handler, channel, template, person, call):
    channel()
    person()
    words = template()
    odd = [call(words, address="\x00\ud800" + "x" * 2000), call(words, address=7), call(words)]
    handler.record([made(handler, each) for each in odd], NOON)
    assert Delivery.objects.count() == 3


def test_recording_a_batch_takes_few_queries(
    handler, channel, template, person, call, django_assert_max_num_queries
):
    channel()
    person()
    words = template()
    batch = [made(handler, call(words)) for _ in range(50)]
    with django_assert_max_num_queries(8):
        handler.record(batch, NOON)
    assert uuid.UUID(str(Delivery.objects.first().message_id))


@pytest.mark.parametrize(
    ("allowed", "in_test", "held"),
    [
        ("", True, False),
        ("qa@example.org", False, False),
        ("qa@example.org", True, True),
        ("qa@example.org\nADA@example.com", True, False),
        ("@example.com", True, False),
        ("@ample.com", True, True),
    ],
)
def test_messages_of_tests_go_only_where_the_sandbox_allows(
    handler, channel, template, person, call, allowed, in_test, held
):
    channel("email")
    person()
    sandbox = Sandbox.objects.get(name="prod")
    sandbox.test_addresses = allowed
    sandbox.save()
    sandbox.configuration_changed()
    result = prepare(handler, call(template())._replace(in_test=in_test))

    assert (isinstance(result, Outcome) and result.code == "notAllowedInTest") is held
