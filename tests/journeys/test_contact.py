"""Messages wait in quiet hours; who is held back leaves by the path for errors; who clicks goes on."""

from __future__ import annotations

import re
from datetime import time, timedelta

import pytest

from actions.channels import Provider, base, provider
from actions.contact.gate import ContactGate
from actions.messages.send import MessageHandler
from actions.models import Channel, Delivery, MessageTemplate
from journeyorch.access.models import User
from journeyorch.outbound import calls as outbound_calls
from journeyorch.outbound.calls import Outcome
from journeys import publishing
from journeys.engine.decide import Verb
from journeys.models import Call, Instance
from journeys.operating import operate
from tests.journeys.world import World, act

WORDS = {"subject": "Hi", "html": '<a href="https://hotel.example/" data-label="Book">Book</a>'}


@pytest.fixture
def sent(world: World, monkeypatch):
    """Messages that a provider of this test was given."""
    monkeypatch.setattr(base, "_providers", dict(base._providers))
    messages = []

    @provider("recording", "Recording", kinds={"email"})
    class Recording(Provider):
        @classmethod
        def destination(cls, values):
            return "test://here"

        def send(self, message, timeout):
            messages.append(message)
            return Outcome("ok")

    outbound_calls.register("message", MessageHandler(), gate=ContactGate())
    MessageTemplate.objects.create(sandbox=world.sandbox, name="Offer", kind="email", content=WORDS)
    return messages


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


@pytest.mark.parametrize("hours", [3, 20])
def test_a_message_waits_until_the_quiet_hours_are_over(world: World, sent, hours: int) -> None:
    """Also for longer than a step waits for other calls."""
    end = world.now + timedelta(hours=hours)
    a_channel(world, quiet_from=time(11), quiet_until=end.time())
    world.journey("lobby", **mailing())
    world.send("Lobby")
    world.run()  # at noon

    assert sent == []
    assert Delivery.objects.get().status == "queued"
    call = Call.objects.get()
    assert (call.not_before, call.attempts, call.owner) == (end, 0, None)
    world.pass_time(hours=hours - 1)
    world.run()
    assert world.instance().status == Instance.Status.RUNNING

    world.pass_time(hours=1)
    world.run()

    assert [message.to for message in sent] == ["ada@example.com"]
    assert Delivery.objects.get().status == "sent"
    assert world.path() == ["lobby>next", "mail>next", "done>"]


@pytest.mark.parametrize("by_operator", [False, True])
def test_a_message_that_waits_goes_with_the_journey_of_its_person(
    world: World, sent, by_operator: bool
) -> None:
    a_channel(world, quiet_from=time(11), quiet_until=time(15))
    version = world.journey("lobby", **mailing())
    world.send("Lobby")
    world.run()
    with world.clock():
        if by_operator:
            operate(world.instance(), Verb.END, by=User.objects.create_user("olga"))
        else:
            publishing.stop(version, by=None)

    world.pass_time(hours=3)
    world.run()

    assert sent == []
    row = Delivery.objects.get()
    assert (row.status, row.code) == ("held", "journeyEnded")


def test_who_is_held_back_leaves_by_the_path_for_errors(world: World, sent) -> None:
    a_channel(world, most_messages=1)
    world.journey("lobby", **mailing())
    world.send("Lobby", "anna")
    world.run()
    world.send("Lobby", "bert")
    world.run()

    assert [message.to for message in sent] == ["ada@example.com"]
    assert world.path("anna")[-1] == "done>"
    assert world.path("bert") == ["lobby>next", "mail>error", "failed>"]
    held = Delivery.objects.get(status="held")
    assert (held.code, "1 in 24 hours" in held.detail) == ("frequencyCap", True)


@pytest.mark.parametrize(("letter", "reaction"), [("o", "opened"), ("c", "clicked")])
def test_who_follows_a_link_of_the_message_goes_on(
    world: World, sent, settings, client, letter: str, reaction: str
) -> None:
    settings.PUBLIC_URL = "https://testserver"
    a_channel(world)
    drawing = mailing() | {
        "mail": act("email", "react", template="Offer", address='"ada@example.com"'),
        "react": act(
            "reaction", {"next": ["done"], "timeout": ["failed"]}, message="mail", reaction=reaction,
            timeout="PT1H", timeout_path=True,
        ),
    }  # fmt: skip
    world.journey("lobby", **drawing)
    world.send("Lobby")
    world.run()
    assert world.instance().activity == "react"

    [path] = re.findall(rf"https://testserver(/m/{letter}/[\w-]+)", sent[0].html)
    with world.clock():
        client.get(path)
    world.run()

    assert world.path() == ["lobby>next", "mail>next", "react>next", "done>"]
    assert Delivery.objects.get().status == reaction
