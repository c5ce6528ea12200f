"""What becomes of messages: each kind once, and the delivery shows what went furthest."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from actions.messages.deliveries import record
from actions.messages.feedback import load_feedback, record_feedback
from actions.models import Delivery, Feedback
from actions.signals import message_feedback_received
from journeyorch.outbound.calls import Made, Outcome

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def sent(sandbox, template, call):
    """A message that went out."""
    spec = call(template("email"), address="ada@example.com")
    record([Made(spec, None, Outcome("ok"))], AT)
    return Delivery.objects.get()


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (["delivered"], "delivered"),
        (["clicked", "sent"], "clicked"),
        (["clicked", "opened", "delivered"], "clicked"),
        (["opened", "clicked"], "clicked"),
        (["delivered", "bounced"], "bounced"),
        (["bounced", "delivered"], "bounced"),
        (["failed", "opened"], "opened"),
        (["softBounced", "delivered"], "delivered"),
        (["delivered", "softBounced"], "delivered"),
        (["bounced", "softBounced"], "bounced"),
        (["unsubscribed", "clicked"], "unsubscribed"),
        (["complained", "unsubscribed"], "complained"),
    ],
)
def test_a_delivery_shows_what_went_furthest(sent, told, shown):
    for kind in told:
        record_feedback(sent.message_id, kind, at=AT)

    sent.refresh_from_db()
    assert sent.status == shown
    assert set(Feedback.objects.values_list("kind", flat=True)) == {"sent", *told}


def test_the_order_of_coming_does_not_matter(sent):
    kinds = ("delivered", "opened", "clicked", "unsubscribed")
    for order in itertools.permutations(kinds):
        Feedback.objects.all().delete()
        Delivery.objects.update(status="sent")
        for kind in order:
            record_feedback(sent.message_id, kind, at=AT)
        sent.refresh_from_db()
        assert sent.status == "unsubscribed", order


def test_the_first_time_of_each_kind_is_kept(sent):
    assert record_feedback(sent.message_id, "clicked", at=AT, detail="https://example.com/a")
    assert not record_feedback(sent.message_id, "clicked", at=AT, detail="https://example.com/b")

    assert Feedback.objects.get(kind="clicked").detail == "https://example.com/a"


def test_each_news_is_told_once(sent):
    told = []

    def hear(sender, **news):
        told.append((news["message_id"], news["kind"]))

    message_feedback_received.connect(hear)
    try:
        for kind in ("opened", "opened", "clicked"):
            record_feedback(sent.message_id, kind, at=AT)
    finally:
        message_feedback_received.disconnect(hear)

    assert told == [(sent.message_id, "opened"), (sent.message_id, "clicked")]


@pytest.mark.parametrize("kind", ["queued", "held", "eaten", ""])
def test_what_is_no_feedback_is_refused(sent, kind):
    with pytest.raises(ValueError, match=r"queued|held|eaten|''"):
        record_feedback(sent.message_id, kind, at=AT)

    assert not Feedback.objects.exclude(kind="sent").exists()


def test_a_delivery_that_is_written_late_catches_up(template, call):
    spec = call(template("email"), address="ada@example.com")
    for kind in ("clicked", "delivered"):
        record_feedback(spec.key, kind, at=AT)

    record([Made(spec, None, Outcome("ok"))], AT)

    assert Delivery.objects.get().status == "clicked"


def test_feedback_of_many_messages_is_read_at_once(db):
    ids = [uuid4() for _ in range(3)]
    record_feedback(ids[0], "opened", at=AT)
    record_feedback(ids[0], "clicked", at=AT)
    record_feedback(ids[2], "bounced", at=AT)

    found = load_feedback(ids)

    assert {id: sorted(kind for kind, _ in rows) for id, rows in found.items()} == {
        ids[0]: ["clicked", "opened"],
        ids[2]: ["bounced"],
    }
