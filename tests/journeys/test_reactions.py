"""People react to messages: what is recorded of a delivery reaches the instance that sent it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from actions.messages import deliveries
from actions.messages.feedback import record_feedback
from actions.messages.traits import Reader
from actions.models import Action, Channel, Delivery, MessageTemplate, MirrorPage
from actions.tracking.clicks import record_click, record_page
from journeyorch.outbound import calls as outbound_calls
from journeyorch.outbound.calls import Made, Outcome
from journeys import publishing, testing
from journeys.models import Call, Instance, LaneInput, MessageCount, MessageTraitCount
from journeys.publishing import NotAllowed
from journeys.reports.steps.agreement import disagreements
from tests.journeys.world import Recorder, World, act


class Sender(Recorder):
    """Sends nothing, and keeps the deliveries like the real handler."""

    def prepare(self, calls):
        return [self._prepared(call) for call in calls]

    def _prepared(self, call):
        (prepared,) = super().prepare([call])
        return prepared._replace(request={**prepared.request, "profile": None, "message": {"to": "a@x.org"}})

    def record(self, made: Sequence[Made], now: datetime) -> None:
        deliveries.record(made, now)


@pytest.fixture
def sender(world: World) -> Sender:
    for kind in ("email", "sms"):
        MessageTemplate.objects.create(
            sandbox=world.sandbox, name=kind, kind=kind, content={"subject": "Hi", "text": "Hello"}
        )
        Channel.objects.create(
            sandbox=world.sandbox,
            name=kind,
            kind=kind,
            provider="catcher",
            config={"url": "http://127.0.0.1:9"},
        )
    sender = Sender()
    outbound_calls.register("message", sender)
    return sender


def mailing(reaction: str, **config):
    """Lobby → email → reaction, with a path of each kind."""
    config = {"timeout": "PT1H", "timeout_path": True, **config}
    return {
        "lobby": act("event", "mail", event="Lobby"),
        "mail": act("email", {"next": ["react"], "error": ["react"]}, template="email", error_path=True),
        "react": act(
            "reaction", {"next": ["done"], "timeout": ["late"]}, message="mail", reaction=reaction, **config
        ),
        "done": act("end"),
        "late": act("end"),
    }


def tell(world: World, kind: str, message_id: UUID | None = None, detail: str = "") -> bool:
    """A provider or a link tells something of the message, now."""
    with world.clock():
        return record_feedback(message_id or Call.objects.get().pk, kind, at=world.now, detail=detail)


def test_a_person_who_opens_the_mail_goes_on(world: World, sender: Sender) -> None:
    world.journey("lobby", **mailing("opened"))
    world.send("Lobby")
    world.run()
    assert world.instance().activity == "react"

    world.pass_time(minutes=59)
    tell(world, "opened")
    world.run()

    assert world.path() == ["lobby>next", "mail>next", "react>next", "done>"]
    assert world.waiting_inputs() == 0


def test_in_test_mode_people_have_at_least_forty_seconds_to_react(world: World, sender: Sender) -> None:
    version = world.draft("lobby", **mailing("opened"))
    testing.switch_on(version, by=None)
    assert version.test_wait == timedelta(seconds=40)

    with pytest.raises(NotAllowed, match=r"between 40 and 3600 seconds"):
        testing.change_options(version, wait=timedelta(seconds=39), from_outside=False, by=None)


def test_who_does_not_react_leaves_by_the_timeout(world: World, sender: Sender) -> None:
    world.journey("lobby", **mailing("clicked"))
    world.send("Lobby")
    world.run()

    tell(world, "opened")
    world.pass_time(hours=1)
    world.run()
    tell(world, "clicked")
    world.run()

    assert world.path()[2:] == ["react>timeout", "late>"]
    assert world.discards() == []


@pytest.mark.parametrize("handled_in_time", [True, False])
def test_what_happened_before_the_timeout_wins_however_late_it_is_handled(
    world: World, sender: Sender, handled_in_time: bool
) -> None:
    world.journey("lobby", **mailing("opened"))
    world.send("Lobby")
    world.run()

    world.pass_time(minutes=59)
    tell(world, "opened")
    if handled_in_time:
        world.run()
    world.pass_time(hours=5)
    world.run()

    assert world.path()[2:] == ["react>next", "done>"]


@pytest.mark.parametrize(
    ("outcome", "reaction", "taken"),
    [
        (Outcome("ok"), "sent", "react>next"),
        (Outcome("ok"), "failed", "react>timeout"),
        (Outcome("error", "hardBounce", message="No such address."), "failed", "react>next"),
        (Outcome("error", "noConsent", message="Not wanted."), "failed", "react>next"),
        (Outcome("timedOut"), "failed", "react>next"),
        (Outcome("timedOut"), "sent", "react>timeout"),
    ],
)
def test_sent_and_failed_are_known_from_the_sending_itself(
    world: World, sender: Sender, outcome: Outcome, reaction: str, taken: str
) -> None:
    sender.answers = [outcome]
    world.journey("lobby", **mailing(reaction))

    world.send("Lobby")
    world.run()
    world.pass_time(hours=1)
    world.run()

    assert world.path()[2] == taken


@pytest.mark.parametrize(
    ("told", "reaction", "heard"),
    [
        ("bounced", "failed", True),
        ("failed", "failed", True),
        ("clicked", "clicked", True),
        # Who blocks images did not open, even when a link was clicked.
        ("clicked", "opened", False),
        ("delivered", "opened", False),
    ],
)
def test_feedback_is_heard_as_the_reaction_that_it_is(
    world: World, sender: Sender, told: str, reaction: str, heard: bool
) -> None:
    world.journey("lobby", **mailing(reaction))
    world.send("Lobby")
    world.run()

    tell(world, told)
    world.run()

    assert (world.instance().status == Instance.Status.FINISHED) is heard


STANDARD, CLASSIC = Action.Type.CAMPAIGN_STANDARD, Action.Type.CAMPAIGN
REFUSED = Outcome("http", "400", message="No such event.")


@pytest.mark.parametrize(
    ("type", "outcome", "told", "reaction", "heard"),
    [
        # Standard takes a message long before it sends it, and is asked what became of it.
        (STANDARD, Outcome("ok"), "", "sent", False),
        (STANDARD, Outcome("ok"), "sent", "sent", True),
        (STANDARD, Outcome("ok"), "failed", "failed", True),
        (STANDARD, REFUSED, "", "failed", True),
        # Of v7 and v8 nothing is heard after the call.
        (CLASSIC, Outcome("ok"), "", "sent", True),
        (CLASSIC, Outcome("ok"), "", "failed", False),
        (CLASSIC, REFUSED, "", "failed", True),
    ],
)
def test_what_adobe_campaign_did_with_a_message_is_heard(
    world: World, type: str, outcome: Outcome, told: str, reaction: str, heard: bool
) -> None:
    Action.objects.create(sandbox=world.sandbox, type=type, name="Letter", url="https://campaign.example/x")
    world.recorder.answers = [outcome]
    letter = act("custom_action", {"next": ["react"], "error": ["react"]}, action="Letter", error_path=True)
    world.journey(
        "lobby", **{**mailing(reaction), "lobby": act("event", "mail", event="Lobby"), "mail": letter}
    )
    world.send("Lobby")
    world.run()

    if told:
        assert world.instance().activity == "react"
        tell(world, told)
        world.run()

    assert (world.instance().status == Instance.Status.FINISHED) is heard


@pytest.mark.parametrize("told_in_time", [True, False])
def test_what_campaign_said_while_the_person_waited_elsewhere_counts(
    world: World, told_in_time: bool
) -> None:
    Action.objects.create(
        sandbox=world.sandbox, type=STANDARD, name="Letter", url="https://campaign.example/x"
    )
    drawing = mailing("sent")
    drawing["mail"] = act("custom_action", "wait", action="Letter")
    world.journey("lobby", **drawing, wait=act("wait", "react", duration="PT10M"))
    world.send("Lobby")
    world.run()

    if told_in_time:
        tell(world, "sent")
    world.pass_time(minutes=10)
    world.run()

    assert world.path()[2:] == (["wait>next", "react>next", "done>"] if told_in_time else ["wait>next"])


def test_a_reaction_looks_first_at_what_has_happened_already(world: World, sender: Sender) -> None:
    drawing = mailing("opened")
    drawing["mail"]["to"]["next"] = ["wait"]
    world.journey("lobby", **drawing, wait=act("wait", "react", duration="PT10M"))
    world.send("Lobby")
    world.run()

    tell(world, "opened")
    world.run()
    assert world.instance().activity == "wait"
    world.pass_time(minutes=10)
    world.run()

    assert world.path()[2:] == ["wait>next", "react>next", "done>"]


def test_feedback_may_come_before_our_own_result(world: World, sender: Sender) -> None:
    """A quick reader, and a worker that died between sending and writing down that it had."""
    world.journey("lobby", **mailing("clicked"))
    world.send("Lobby")
    world.drain()

    assert tell(world, "clicked")
    world.run()

    assert world.path()[2:] == ["react>next", "done>"]
    assert Delivery.objects.get().status == Delivery.Status.CLICKED


def test_an_event_that_came_while_sending_goes_before_what_came_later(world: World, sender: Sender) -> None:
    drawing = mailing("sent")
    drawing["mail"]["to"]["next"] = ["react", "meal"]
    world.journey("lobby", **drawing, meal=act("event", "done", event="Restaurant"))
    world.send("Lobby")
    world.drain()

    world.pass_time(seconds=1)
    world.send("Restaurant")
    world.drain()
    world.pass_time(seconds=1)
    world.run()

    assert world.path()[2:] == ["meal>next", "done>"]


def test_reactions_see_only_the_messages_of_their_own_visit(world: World, sender: Sender) -> None:
    world.journey("lobby", **mailing("opened"))
    for person in ("anna", "bert"):
        world.send("Lobby", person)
    world.run()

    tell(world, "opened", Call.objects.get(person_id="bert").pk)
    world.run()

    assert world.path("bert")[2:] == ["react>next", "done>"]
    assert world.instance("anna").activity == "react"


def test_the_same_feedback_again_is_no_news(world: World, sender: Sender) -> None:
    world.journey("lobby", **mailing("opened"))
    world.send("Lobby")
    world.run()

    assert tell(world, "opened")
    assert not tell(world, "opened", detail="again")
    assert world.waiting_inputs() == 1
    world.run()
    assert not tell(world, "opened")
    assert world.waiting_inputs() == 0


def test_a_message_of_nobodys_journey_concerns_no_lane(world: World) -> None:
    assert tell(world, "opened", uuid4())
    assert not LaneInput.objects.exists()


def test_what_no_step_waits_for_is_recorded_and_told_to_no_lane(world: World, sender: Sender) -> None:
    world.journey("lobby", **mailing("clicked"))
    world.send("Lobby")
    world.run()

    assert tell(world, "opened")
    assert world.waiting_inputs() == 0
    assert Delivery.objects.get().status == Delivery.Status.OPENED


def test_feedback_is_taken_back_with_its_senders_transaction(world: World, sender: Sender) -> None:
    world.journey("lobby", **mailing("opened"))
    world.send("Lobby")
    world.run()

    with transaction.atomic():
        tell(world, "opened")
        transaction.set_rollback(True)

    assert world.waiting_inputs() == 0
    assert tell(world, "opened")


def test_what_comes_after_the_end_is_nothing(world: World, sender: Sender) -> None:
    version = world.journey("lobby", **mailing("opened"))
    world.send("Lobby")
    world.run()
    publishing.stop(version, by=None)

    tell(world, "opened")
    world.run()

    assert world.instance().status == Instance.Status.STOPPED
    assert world.waiting_inputs() == 0


def test_a_time_of_the_provider_decides_nothing(world: World, sender: Sender) -> None:
    """Its clock may be wrong: what counts is when we heard of it."""
    world.journey("lobby", **mailing("opened"))
    world.send("Lobby")
    world.run()

    world.pass_time(hours=1, seconds=1)
    with world.clock():
        record_feedback(Call.objects.get().pk, "opened", at=datetime(2026, 1, 1, tzinfo=UTC))
    world.run()

    assert world.path()[2:] == ["react>timeout", "late>"]


def test_each_status_of_a_message_is_counted_once(world: World, sender: Sender) -> None:
    version = world.journey("lobby", **mailing("clicked"))
    sender.answers = [Outcome("ok"), Outcome("error", "noConsent", message="Not wanted.")]
    world.send("Lobby", "anna")
    world.send("Lobby", "ben")
    world.run()
    sent = Delivery.objects.get(status=Delivery.Status.SENT).message_id
    for kind in ("opened", "opened", "clicked", "sent"):
        tell(world, kind, sent)
    tell(world, "opened", uuid4())  # of nobody's journey

    counted = MessageCount.objects.filter(version=version, activity="mail", run=0)
    assert sorted(counted.values_list("status", "code", "n")) == [
        ("clicked", "", 1), ("held", "noConsent", 1), ("opened", "", 1), ("sent", "", 1),
    ]  # fmt: skip
    assert list(disagreements()) == []

    MessageCount.objects.filter(status="opened").delete()
    assert [one.key["status"] for one in disagreements()] == ["opened"]


def test_messages_are_counted_by_what_is_known_of_them(world: World, sender: Sender) -> None:
    version = world.journey("lobby", **mailing("clicked"))
    for person in ("anna", "ben"):
        world.send("Lobby", person)
    world.run()
    first, second = Delivery.objects.order_by("pk").values_list("message_id", flat=True)
    with world.clock():
        record_feedback(first, "opened", at=world.now, reader=Reader("phone", "iOS"))
        for link in ("Offer", "Rooms", "Offer"):
            record_click(first, "https://x.org/", link, at=world.now, reader=Reader("phone", "iOS"))
        record_click(second, "https://x.org/", "Offer", at=world.now, reader=Reader())
        MirrorPage.objects.create(message_id=first, html="<p>Hi</p>", created_at=world.now)
        for _ in range(2):
            record_page(first)

    counted = MessageTraitCount.objects.filter(version=version, activity="mail", run=0)
    sums = Counter[tuple[str, str, str]]()
    for *key, n in counted.values_list("status", "trait", "value", "n"):
        sums[tuple(key)] += n
    assert sums == {
        ("sent", "domain", "x.org"): 2, ("opened", "domain", "x.org"): 1, ("clicked", "domain", "x.org"): 2,
        ("opened", "device", "phone"): 1, ("opened", "platform", "iOS"): 1,
        ("clicked", "device", "phone"): 1, ("clicked", "platform", "iOS"): 1,
        ("clicked", "link", "Offer"): 2, ("clicked", "link", "Rooms"): 1,
    }  # fmt: skip
    read = MessageCount.objects.filter(status__in=("clicked", "mirrored")).values_list("status", "n")
    assert sorted(read) == [("clicked", 1), ("clicked", 1), ("mirrored", 1)]
    assert list(disagreements()) == []

    MessageTraitCount.objects.filter(value="Rooms").delete()
    assert [one.key["value"] for one in disagreements()] == ["Rooms"]


def test_what_a_provider_told_before_our_own_result_is_counted_once(world: World, sender: Sender) -> None:
    world.journey("lobby", **mailing("opened"))
    world.send("Lobby")
    world.drain()
    tell(world, "sent")
    world.pass_time(seconds=1)
    world.run()

    assert list(MessageCount.objects.values_list("status", "n")) == [("sent", 1)]
    assert list(disagreements()) == []
