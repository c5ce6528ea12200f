"""Messages of journeys wait in quiet hours, and people who are held back leave by the error's path."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from actions.channels import Provider, base, provider
from actions.contact.gate import ContactGate
from actions.messages.send import MessageHandler
from actions.models import Channel, Delivery, MessageTemplate
from journeyorch.outbound import calls as outbound_calls
from journeyorch.outbound.calls import Outcome
from journeys.models import Call, Instance
from tests.journeys.world import World, act


@pytest.fixture
def sent(world: World, monkeypatch):
    """Addresses that a provider of this test was given; a channel that sends through it."""
    monkeypatch.setattr(base, "_providers", dict(base._providers))
    addresses = []

    @provider("recording", "Recording", kinds={"email"})
    class Recording(Provider):
        @classmethod
        def destination(cls, values):
            return "test://here"

        def send(self, message, timeout):
            addresses.append(message.to)
            return Outcome("ok")

    outbound_calls.register("message", MessageHandler(), gate=ContactGate())
    MessageTemplate.objects.create(
        sandbox=world.sandbox, name="Offer", kind="email", content={"subject": "Hi", "text": "Hello"}
    )
    return addresses


def a_channel(world: World, **rules) -> Channel:
    return Channel.objects.create(
        sandbox=world.sandbox, name="Mail", kind="email", provider="recording", config={}, **rules
    )


def mailing():
    return {
        "lobby": act("event", "mail", event="Lobby"),
        "mail": act(
            "email",
            {"next": ["done"], "error": ["failed"]},
            template="Offer",
            address='"ada@example.com"',
            error_path=True,
        ),
        "done": act("end"),
        "failed": act("end"),
    }


def test_a_message_waits_until_the_quiet_hours_are_over(world: World, sent) -> None:
    a_channel(world, quiet_from=time(11), quiet_until=time(15))
    world.journey("lobby", **mailing())
    world.send("Lobby")
    world.run()  # at noon

    assert sent == []
    assert Delivery.objects.get().status == "queued"
    call = Call.objects.get()
    assert (call.not_before, call.attempts, call.owner) == (datetime(2026, 3, 1, 15, tzinfo=UTC), 0, None)
    assert world.instance().status == Instance.Status.RUNNING

    world.pass_time(hours=3)
    world.run()

    assert sent == ["ada@example.com"]
    assert Delivery.objects.get().status == "sent"
    assert world.path() == ["lobby>next", "mail>next", "done>"]


def test_who_is_held_back_leaves_by_the_path_for_errors(world: World, sent) -> None:
    a_channel(world, most_messages=1)
    world.journey("lobby", **mailing())
    world.send("Lobby", "anna")
    world.run()
    world.send("Lobby", "bert")
    world.run()

    assert sent == ["ada@example.com"]
    assert world.path("anna")[-1] == "done>"
    assert world.path("bert") == ["lobby>next", "mail>error", "failed>"]
    held = Delivery.objects.get(status="held")
    assert (held.code, "1 in 24 hours" in held.detail) == ("frequencyCap", True)
