"""The last word before a message leaves."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from unittest import mock

import pytest

from actions.contact.gate import ContactGate
from actions.contact.models import SandboxContactRules, Suppression
from actions.contact.suppression import Addressee, Entry, suppress
from actions.messages.feedback import record_feedback
from actions.messages.send import MessageHandler
from actions.models import Channel, Delivery, Feedback
from datasources.models import Profile
from datasources.platform.profiles.updates import set_attributes
from journeyorch import bulk
from journeyorch.outbound.calls import Later, Made, Outcome, Prepared

NIGHT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUIET = {"quiet_from": time(21), "quiet_until": time(8)}


@pytest.fixture
def handler():
    return MessageHandler(now=lambda: NOON)


@pytest.fixture
def admit(handler):
    """What becomes of calls that are about to be made."""

    def ask(*calls, at=NOON, prepared=None):
        prepared = prepared or handler.prepare(calls)
        assert all(isinstance(each, Prepared) for each in prepared)
        with mock.patch.object(bulk, "database_now", return_value=at):
            return ContactGate().admit(list(zip(calls, prepared, strict=True)))

    return ask


@pytest.fixture
def ruled(channel):
    """A channel with rules."""

    def make(kind="email", **rules) -> Channel:
        made = channel(kind)
        for name, value in rules.items():
            setattr(made, name, value)
        made.save()
        return made

    return make


def codes(verdicts):
    return [getattr(verdict, "code", verdict and "later") for verdict in verdicts]


def test_whoever_may_be_written_to_is(admit, channel, template, person, call):
    channel()
    person()
    assert admit(call(template())) == [None]


@pytest.mark.parametrize(
    ("reason", "marketing", "transactional"),
    [
        ("unsubscribed", ["suppressed"], [None]),
        ("complained", ["suppressed"], ["suppressed"]),
        ("bounced", ["suppressed"], ["suppressed"]),
        ("manual", ["suppressed"], ["suppressed"]),
    ],
)
def test_suppressed_addresses_get_nothing_and_those_who_unsubscribed_only_what_they_asked_for(
    admit, sandbox, channel, template, person, call, reason, marketing, transactional
):
    channel()
    person()
    words = template()
    suppress([Entry(Addressee(sandbox.pk, "email", "Ada@Example.COM"), reason)], NOON)

    assert codes(admit(call(words))) == marketing
    words.transactional = True
    words.save()
    assert codes(admit(call(words))) == transactional


def test_another_kind_sandbox_or_address_is_not_suppressed(admit, sandbox, channel, template, person, call):
    channel()
    person()
    others = [
        Addressee(sandbox.pk, "sms", "ada@example.com"),
        Addressee(sandbox.pk + 1, "email", "ada@example.com"),
        Addressee(sandbox.pk, "email", "ada@example.com.au"),
    ]
    suppress([Entry(to, "manual") for to in others[:1] + others[2:]], NOON)
    assert admit(call(template())) == [None]


def test_who_has_changed_their_mind_since_the_message_was_made_gets_nothing(
    admit, handler, channel, template, person, call
):
    channel()
    profile = person()
    one = call(template())
    prepared = handler.prepare([one])

    set_attributes(profile, {"consents.marketing.email.val": "n"}, NOON)

    assert codes(admit(one, prepared=prepared)) == ["noConsent"]


def test_in_quiet_hours_a_message_waits_and_its_delivery_says_so(admit, ruled, template, person, call):
    channel = ruled(**QUIET)
    profile = person(timeZone="America/New_York")
    one = call(template())

    assert admit(one, at=NIGHT) == [None]  # 18:30 for the person
    [verdict] = admit(one, at=NIGHT + timedelta(hours=6))

    assert isinstance(verdict, Later)
    assert verdict.until == datetime(2026, 3, 2, 13, tzinfo=UTC)
    row = Delivery.objects.get()
    assert (row.status, row.code, row.channel, row.profile) == ("queued", "quietHours", channel, profile)
    assert "2026-03-02 08:00 EST" in row.detail
    assert Feedback.objects.get().kind == "queued"


def test_a_message_that_waited_is_one_delivery_with_its_history(
    admit, handler, ruled, template, person, call
):
    ruled(**QUIET)
    person()
    one = call(template())
    admit(one, at=NIGHT)

    handler.record([Made(one, handler.prepare([one])[0], Outcome("ok"))], NOON)

    assert (Delivery.objects.get().status, Delivery.objects.get().code) == ("sent", "")
    assert list(Feedback.objects.order_by("pk").values_list("kind", flat=True)) == ["queued", "sent"]


@pytest.mark.parametrize(
    ("of_channel", "of_sandbox", "expected"),
    [
        ({**QUIET, "in_quiet": "hold"}, {}, ["quietHours"]),
        ({}, {**QUIET, "in_quiet": "hold"}, ["quietHours"]),
        (QUIET, {**QUIET, "in_quiet": "hold"}, ["quietHours"]),
        (QUIET, {"quiet_from": time(20), "quiet_until": time(9)}, ["later"]),
    ],
)
def test_rules_of_channel_and_sandbox_hold_together(
    admit, sandbox, ruled, template, person, call, of_channel, of_sandbox, expected
):
    ruled(**of_channel)
    SandboxContactRules.objects.create(sandbox=sandbox, **of_sandbox)
    person()

    [verdict] = admit(call(template()), at=NIGHT)

    assert codes([verdict]) == expected
    if isinstance(verdict, Later):
        assert verdict.until == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_tests_and_transactional_messages_know_neither_quiet_hours_nor_caps(
    admit, ruled, template, person, call
):
    ruled(**QUIET, most_messages=1)
    person()
    words, confirmation = template(), template()
    confirmation.transactional = True
    confirmation.save()
    exempt = [call(confirmation), call(confirmation), call(words)._replace(in_test=True)]
    assert admit(*exempt, at=NIGHT) == [None, None, None]


def test_a_person_gets_as_many_messages_as_the_caps_allow(admit, sandbox, ruled, template, person, call):
    ruled(most_messages=2, in_hours=24)
    ruled("sms")
    SandboxContactRules.objects.create(sandbox=sandbox, most_messages=3, in_hours=48)
    person()
    person("crm-2", personalEmail={"address": "bob@example.com"})
    mail, text = template(), template("sms", text="Hi")

    first = admit(call(mail), call(mail), call(mail), call(mail, person_id="crm-2"))
    assert codes(first) == [None, None, "frequencyCap", None]
    assert "2 in 24 hours" in first[2].message
    assert codes(admit(call(text), call(text))) == [None, "frequencyCap"]
    assert codes(admit(call(mail), at=NOON + timedelta(hours=25))) == ["frequencyCap"]
    assert codes(admit(call(mail), at=NOON + timedelta(hours=49))) == [None]


def test_only_what_left_counts(admit, handler, ruled, template, person, call):
    ruled(most_messages=1)
    person()
    words = template()
    one, two, three = call(words), call(words), call(words)
    admit(one)
    assert codes(admit(two)) == ["frequencyCap"]
    [prepared] = handler.prepare([one])

    handler.record([Made(one, prepared, Outcome("error", "hardBounce"))], NOON)
    Suppression.objects.all().delete()

    assert codes(admit(two)) == [None]
    handler.record([Made(two, prepared, Outcome("timedOut", "timeout"))], NOON)
    assert codes(admit(three)) == ["frequencyCap"]


@pytest.mark.parametrize(("may_have_left", "following"), [(False, None), (True, "frequencyCap")])
def test_what_nobody_waits_for_any_more_counts_only_if_it_may_have_left(
    admit, handler, ruled, template, person, call, may_have_left, following
):
    """Such as a message in the line of a throttle, whose journey is stopped meanwhile."""
    ruled(most_messages=1)
    person()
    words = template()
    one, two = call(words), call(words)
    admit(one)
    [prepared] = handler.prepare([one])

    ContactGate().forget([(one, None if may_have_left else prepared)])

    assert codes(admit(two)) == [following]


@pytest.mark.parametrize(
    ("line", "reason"),
    [("bounced", "bounced"), ("complained", "complained"), ("unsubscribed", "unsubscribed")],
)
@pytest.mark.parametrize("early", [True, False])
def test_what_is_heard_of_a_message_takes_its_address_out(
    handler, channel, template, person, call, line, reason, early
):
    """Also when it is heard before our own record of the sending."""
    channel()
    profile = person()
    one = call(template())
    made = Made(one, handler.prepare([one])[0], Outcome("ok"))
    steps = [
        lambda: handler.record([made], NOON),
        lambda: record_feedback(one.key, line, at=NOON),
    ]
    for step in steps[::-1] if early else steps:
        step()

    entry = Suppression.objects.get()
    assert (entry.kind, entry.address, entry.reason, entry.message_id) == (
        "email",
        "ada@example.com",
        reason,
        one.key,
    )
    consents = Profile.objects.get(pk=profile.pk).attributes.get("consents", {})
    said = consents.get("marketing", {}).get("email", {}).get("val")
    assert said == ("n" if line == "unsubscribed" else None)


def test_a_soft_bounce_takes_nobody_out(handler, channel, template, person, call):
    channel()
    person()
    one = call(template())
    handler.record([Made(one, handler.prepare([one])[0], Outcome("error", "softBounce"))], NOON)
    assert not Suppression.objects.exists()


def test_a_batch_takes_as_many_queries_as_a_single_message(
    admit, handler, ruled, template, person, call, django_assert_max_num_queries
):
    ruled(most_messages=5)
    words = template()
    for number in range(30):
        person(f"crm-{number}")
    calls = [call(words, person_id=f"crm-{number}") for number in range(30)]
    prepared = handler.prepare(calls)
    # On SQLite bulk statements are one for each row, and not counted; the savepoint is.
    with django_assert_max_num_queries(8):
        assert admit(*calls, prepared=prepared) == [None] * 30
