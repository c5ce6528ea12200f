"""A hotel whose guests are in the middle of everything: what a release leaves to the next one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from actions.channels import sms_json
from actions.contact.gate import ContactGate
from actions.custom import CustomActionHandler
from actions.messages.feedback import record_feedback
from actions.messages.send import MessageHandler
from actions.models import Action, Channel, MessageTemplate
from datasources.external.fetch import FetchHandler
from datasources.models import DataSource, FieldGroup, Segment
from datasources.platform.segments.memberships import Turn
from datasources.platform.segments.store import MembershipNews
from journeyorch.access.models import User
from journeyorch.outbound import calls, capping, stored
from journeyorch.outbound.client import Request, Response
from journeys.engine.calls.claim import claim, prepare, start
from journeys.engine.calls.results import Result, commit_results
from journeys.engine.decide import Verb
from journeys.engine.drain import run_waiting_wave
from journeys.engine.receivers import take_memberships
from journeys.engine.router import run_router
from journeys.models import Call, JourneyVersion
from journeys.operating import operate
from tests.journeys.world import World, act

API = "https://api.example.org"
#: A membership that is only named: what is known of it is in the input.
MEMBERSHIP = 77
#: By which event each came; Hans has come into a segment.
CAME_BY = {
    "anna": "Lobby", "berta": "Lobby", "carla": "Lobby", "dora": "Lobby", "emil": "Lobby", "fritz": "Lobby",
    "gina": "Booking", "ida": "Checkout", "jan": "Question", "klara": "Booking",
}  # fmt: skip


class Hotel(World):
    """Journeys of every kind of step that leaves something behind; what is called is answered by us."""

    def __init__(self) -> None:
        super().__init__()
        calls.register("custom_action", CustomActionHandler())
        calls.register("fetch", FetchHandler())
        calls.register("message", MessageHandler(now=lambda: self.now), gate=ContactGate())
        for name in ("Booking", "Checkout", "Question", "Dinner"):
            self.events[name] = self.event(name)
        self.configured = {**self._actions(), **self._data(), **self._messages()}
        self.segment = Segment.objects.create(sandbox=self.sandbox, name="Rich", expression="true")
        self.versions = dict(self._journeys())
        #: The received event of each person.
        self.received: dict[str, int] = {}
        #: What was sent, and the status codes to answer with, 200 after them.
        self.sent: list[Request] = []
        self.codes: list[int] = []

    def come(self, person: str) -> None:
        """Their event is received."""
        self.received[person] = self.send(CAME_BY[person], person).pk

    def _actions(self) -> dict[tuple[str, int], str]:
        text = {"type": "string", "variable": True, "label": "Text"}
        payload = {"type": "object", "fields": {"text": text}}
        action = Action.objects.create(sandbox=self.sandbox, name="Tell", url=f"{API}/tell", payload=payload)
        return {("action", action.pk): "Tell"}

    def _data(self) -> dict[tuple[str, int], str]:
        source = DataSource.objects.create(sandbox=self.sandbox, name="Rooms", url=f"{API}/rooms")
        response = {"type": "object", "properties": {"count": {"type": "integer"}}}
        group = FieldGroup.objects.create(source=source, name="Free", response_schema=response)
        return {("group", group.pk): "Free", ("source", source.pk): "Rooms"}

    def _messages(self) -> dict[tuple[str, int], str]:
        config = {"url": f"{API}/sms", "number": "+100"}
        channel = Channel.objects.create(
            sandbox=self.sandbox, name="SMS", kind="sms", provider="sms_json", config=config
        )
        parameters = [{"name": "name", "type": "string"}]
        template = MessageTemplate.objects.create(
            sandbox=self.sandbox, name="Hello", kind="sms", transactional=True, parameters=parameters,
            content={"text": "Hello {{ name }}"},
        )  # fmt: skip
        return {("channel", channel.pk): "SMS", ("template", template.pk): "Hello"}

    def _journeys(self) -> Iterator[tuple[str, JourneyVersion]]:
        tell = act("custom_action", {"next": ["meal", "hold"]}, action="Tell", values={"/text": '"Hello"'})
        yield "Stay", self.journey(
            "lobby", name="Stay",
            lobby=act("event", "tell", event="Lobby"), tell=tell,
            meal=act("event", "end", event="Restaurant"), hold=act("wait", "end", duration="PT1H"),
            end=act("end"),
        )  # fmt: skip
        yield "Welcome", self.journey(
            "book", name="Welcome",
            book=act("event", "text", event="Booking"),
            text=act(
                "sms", "failed", template="Hello", address='"+4930123456"', parameters={"name": '"you"'}
            ),
            failed=act("reaction", "end", message="text", reaction="failed"), end=act("end"),
        )  # fmt: skip
        rooms = [{"id": "free", "expression": "#{Rooms.Free.count} > 3"}]
        yield "Ask", self.journey(
            "ask", name="Ask",
            ask=act("event", "rooms", event="Question"),
            rooms=act("condition", {"free": ["end"]}, paths=rooms), end=act("end"),
        )  # fmt: skip
        yield (
            "Dine",
            self.journey("dine", name="Dine", dine=act("event", "end", event="Dinner"), end=act("end")),
        )
        dinner = {"eventType": '"Dinner"', "amount": "7.5"}
        target = str(JourneyVersion.objects.get(journey__name="Dine").journey.uid)
        yield "Leave", self.journey(
            "leave", name="Leave",
            leave=act("event", "jump", event="Checkout"),
            jump=act("jump", "end", journey=target, event="Dinner", values=dinner),
            end=act("end"),
        )  # fmt: skip
        yield "Treat", self.journey(
            "rich", name="Treat",
            rich=act("segment_qualification", "end", segment="Rich", on="entered", namespace="CRMID"),
            end=act("end"),
        )  # fmt: skip

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Requests end here; a cap would have to be counted in a transaction of another thread."""
        with (
            mock.patch.object(stored, "exchange", self._answer),
            mock.patch.object(sms_json, "exchange", self._answer),
            mock.patch.object(capping, "take", return_value=True),
        ):
            yield

    def _answer(self, request: Request, **how: Any) -> Response:
        self.sent.append(request)
        return Response(self.codes.pop(0) if self.codes else 200, {}, b'{"count": 4}', 12)

    # --- People -----------------------------------------------------------------------------------

    def bring_people(self) -> None:
        """Everybody to where a release may leave them, each in another place."""
        with self.clock():
            self._come_and_wait()
            self._call()
            self._leave_inputs()

    def _come_and_wait(self) -> None:
        """Berta waits for a meal or an hour, Fritz has failed, Gina has got a message."""
        for person, codes in (("berta", [200]), ("fritz", [404]), ("gina", [200])):
            self.codes = codes
            self.come(person)
            self.run()

    def _call(self) -> None:
        """Dora's and Klara's are to be made again; of those that nobody has made yet, Carla's is first."""
        for person in ("dora", "klara"):
            self.codes = [503]
            self.come(person)
            self.run()
        for person in ("carla", "emil", "jan"):
            self.come(person)
            self.drain()
            self.pass_time(seconds=0.001)

    def _leave_inputs(self) -> None:
        """Nothing is drained from here on: Ida's jump is written by the wave that lets her in."""
        owner = "release"
        self.come("ida")
        run_router(self.sandbox.pk, owner=owner)
        run_waiting_wave(self.sandbox.pk, owner=owner, workers=1)
        (carla,), _ = prepare(claim(self._call_of("carla").endpoint, owner=owner, most=1, now=self.now))
        answer = calls.Outcome("ok", "200", elapsed_ms=12)
        commit_results([Result(call, answer) for call in start([carla], self.now)], self.now)
        operate(self.instance("fritz"), Verb.RETRY, by=User.objects.create_user("olga"))
        record_feedback(self._call_of("gina").pk, "failed", at=self.now, detail="No such number.")
        turn = Turn("realized", 3, self.now)
        news = MembershipNews(MEMBERSHIP, self.segment.pk, "Rich", turn, (("CRMID", "hans", self.now),))
        take_memberships(None, sandbox_id=self.sandbox.pk, news=[news], bulk=False)
        self.come("anna")
        run_router(self.sandbox.pk, owner=owner)

    @staticmethod
    def _call_of(person: str) -> Call:
        return Call.objects.get(person_id=person)

    def go_on(self) -> None:
        """Whatever was left is done, and what comes due within two hours."""
        for seconds in (0, 1, 7200):
            self.pass_time(seconds=seconds)
            self.run()
