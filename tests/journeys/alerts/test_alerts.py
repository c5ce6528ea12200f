"""Alerts: when they begin, that they tell once, and how they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from journeyorch import bulk
from journeyorch.access.models import User
from journeyorch.outbound import connections
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.models import Breaker
from journeyorch.outbound.secrets import seal
from journeyorch.outbound.signing import new_secret
from journeys.alerts import telling
from journeys.alerts.checking import check, check_all
from journeys.alerts.kinds import LEAST, look
from journeys.engine.decide import Verb
from journeys.engine.upkeep import tidy
from journeys.models import Alert, AlertNotice, Instance
from journeys.operating import operate
from tests.journeyorch.outbound.raw_server import RawServer, http, says
from tests.journeys.world import World, act

Kind = Alert.Kind


def alert(world: World, kind: str, threshold: float, **given: Any) -> Alert:
    given.setdefault("emails", "ops@hotel.example")
    return Alert.objects.create(sandbox=world.sandbox, name="Watch", kind=kind, threshold=threshold, **given)


def now_of(world: World) -> datetime:
    with world.clock():
        return bulk.database_now()


def checked(world: World) -> list[AlertNotice]:
    """Look once; what is to be told that was not before."""
    known = set(AlertNotice.objects.values_list("pk", flat=True))
    check_all(now_of(world))
    return list(AlertNotice.objects.exclude(pk__in=known))


def test_a_journey_that_fails_too_often(world: World) -> None:
    world.action()
    world.journey(
        "lobby", lobby=act("event", "tell", event="Lobby"), tell=act("custom_action", "end", action="Tell"),
        end=act("end"),
    )  # fmt: skip
    watch = alert(world, Kind.FAILED_RATE, 20)
    world.recorder.answers = [Outcome("http", "404")] * 3
    for number in range(LEAST - 1):
        world.send("Lobby", f"p{number}")
    world.run()
    assert checked(world) == []  # of so few nothing is said

    world.send("Lobby", "one-more")
    world.run()
    (notice,) = checked(world)
    assert notice.text == "Of the last 10 people whose journey ended, 3 failed: 30 %."
    Alert.objects.filter(pk=watch.pk).update(threshold=30)
    assert [notice.fires for notice in checked(world)] == [False]


def test_who_comes_to_the_end_of_a_path_has_not_failed(world: World) -> None:
    """A path may lead nowhere: no activity says that the journey is over."""
    world.action()
    world.journey(
        "lobby", lobby=act("event", "tell", event="Lobby"), tell=act("custom_action", action="Tell")
    )
    alert(world, Kind.FAILED_RATE, 50)
    world.recorder.answers = [Outcome("http", "404")] * LEAST
    for number in range(LEAST + LEAST):
        world.send("Lobby", f"p{number}")
    world.run()
    assert checked(world) == []  # one half exactly

    world.recorder.answers = [Outcome("http", "404")]
    world.send("Lobby", "one-more")
    world.run()
    assert [notice.text for notice in checked(world)] == [
        "Of the last 21 people whose journey ended, 11 failed: 52 %."
    ]


def test_whom_an_operator_brought_back_has_not_failed(world: World) -> None:
    world.action()
    world.journey(
        "lobby", lobby=act("event", "tell", event="Lobby"), tell=act("custom_action", "end", action="Tell"),
        end=act("end"),
    )  # fmt: skip
    alert(world, Kind.FAILED_RATE, 0)
    world.recorder.answers = [Outcome("http", "404")]
    for number in range(LEAST):
        world.send("Lobby", f"p{number}")
    world.run()
    assert [notice.fires for notice in checked(world)] == [True]

    failed = Instance.objects.get(status=Instance.Status.ERROR)
    with world.clock():
        operate(failed, Verb.RETRY, by=User.objects.create_user("olga"))
    world.run()
    assert [notice.fires for notice in checked(world)] == [False]


def test_nobody_enters(world: World) -> None:
    world.journey("lobby", lobby=act("event", "end", event="Lobby"), end=act("end"))
    alert(world, Kind.NO_ENTRANCE, 2)
    world.pass_time(minutes=90)
    world.send("Lobby", "anna")
    world.run()
    world.pass_time(minutes=90)
    assert checked(world) == []
    world.pass_time(minutes=60)
    assert [notice.text for notice in checked(world)] == ["Nobody has entered for more than 2 hours."]


def test_a_system_is_left_alone_for_long(world: World) -> None:
    watch = alert(world, Kind.BREAKER_OPEN, 5)
    now = bulk.database_now()
    row = Breaker.objects.create(sandbox=world.sandbox, endpoint="action:99", failures=9, opened_at=now)
    assert look(watch, now + timedelta(minutes=4)) == ""
    assert look(watch, now + timedelta(minutes=6)) == "Left alone because they fail: action:99."
    row.delete()
    assert look(watch, now + timedelta(minutes=6)) == ""


def test_events_wait_too_long(world: World) -> None:
    watch = alert(world, Kind.LAG, 60)
    world.send("Lobby", "anna")
    now = now_of(world)
    assert look(watch, now) == ""
    assert look(watch, now + timedelta(minutes=2)).startswith("Events wait 12")


def test_it_is_told_once_when_it_begins_and_once_when_it_is_over(world: World) -> None:
    alert(world, Kind.BREAKER_OPEN, 0, emails="a@hotel.example\nb@hotel.example", url="http://127.0.0.1/")
    row = Breaker.objects.create(
        sandbox=world.sandbox, endpoint="action:99", failures=9, opened_at=now_of(world)
    )
    world.pass_time(minutes=5)
    assert sorted(notice.address for notice in checked(world)) == [
        "a@hotel.example", "b@hotel.example", "http://127.0.0.1/",
    ]  # fmt: skip
    assert checked(world) == []
    row.delete()
    assert [(notice.fires, notice.text) for notice in checked(world)] == [(False, "It is over.")] * 3


def test_who_looks_with_an_outdated_row_tells_nothing_again(world: World) -> None:
    stale = alert(world, Kind.BREAKER_OPEN, 0)
    now = bulk.database_now()
    Breaker.objects.create(sandbox=world.sandbox, endpoint="action:99", failures=9, opened_at=now)
    check(Alert.objects.get(), now + timedelta(minutes=1))
    check(stale, now + timedelta(minutes=1))
    assert AlertNotice.objects.count() == 1


@pytest.fixture
def server(settings: Any) -> Iterator[RawServer]:
    """A webhook that fails the first time."""
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    answers = iter([http(status="500 Oops"), http()])
    running = RawServer(lambda sock, request: says(next(answers))(sock, request))
    yield running
    connections.close_kept()
    running.close()


@pytest.fixture
def notice(world: World) -> AlertNotice:
    now = bulk.database_now()
    watch = alert(world, Kind.LAG, 60)
    return AlertNotice.objects.create(
        alert=watch,
        at=now,
        fires=True,
        text="Late.",
        channel="email",
        address="ops@hotel.example",
        due_at=now,
    )


def test_an_email_says_what_is_wrong(notice: AlertNotice) -> None:
    assert telling.tell_next()
    assert not telling.tell_next()
    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.to) == ("! Watch · prod", "Late.", ["ops@hotel.example"])


def test_a_webhook_is_signed_and_tried_again(notice: AlertNotice, server: RawServer) -> None:
    Alert.objects.update(signing=seal(new_secret(), bound_to=server.url))
    AlertNotice.objects.update(channel="webhook", address=f"{server.url}/hook")

    assert telling.tell_next()
    notice.refresh_from_db()
    assert (notice.sent_at, notice.problem) == (None, "It answered 500.")
    assert not telling.tell_next()  # not yet
    assert notice.due_at
    assert telling.tell_next(notice.due_at)
    notice.refresh_from_db()
    assert notice.sent_at
    _first, second = server.requests
    head, _, body = second.partition(b"\r\n\r\n")
    assert b"webhook-signature: v1," in head.lower()
    assert f"idempotency-key: {notice.pk}".encode() in head.lower()
    assert orjson.loads(body) | {"at": ""} == {
        "alert": "Watch", "kind": "lag", "sandbox": "prod", "state": "firing", "text": "Late.", "at": "",
    }  # fmt: skip


def test_what_cannot_be_sent_is_given_up(notice: AlertNotice, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.journeys.alerts.no_mail.NoMail"
    for _ in range(len(telling.PAUSES) + 1):
        notice.refresh_from_db()
        assert telling.tell_next(notice.due_at)
    notice.refresh_from_db()
    assert notice.due_at is None
    assert notice.problem == "The mail server of EMAIL_URL did not take it: ConnectionRefusedError."


@pytest.mark.parametrize(
    ("due", "days", "kept"),
    [(False, 89, True), (False, 91, False), (True, 91, True)],
    ids=["young", "old", "old and not sent yet"],
)
def test_what_was_told_is_kept_as_long_as_messages(
    notice: AlertNotice, due: bool, days: int, kept: bool
) -> None:
    AlertNotice.objects.update(due_at=notice.at if due else None)
    tidy(notice.at + timedelta(days=days))
    assert AlertNotice.objects.exists() is kept


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"emails": "", "url": ""}, "Say who is told"),
        ({"emails": "ops"}, "is no email address"),
        ({"url": "http://10.0.0.1/"}, "address"),
        ({"threshold": "-1"}, "greater than or equal to 0"),
    ],
)
def test_the_form_says_what_is_wrong(admin_client: Client, world: World, given: Any, problem: str) -> None:
    form = {
        "sandbox": world.sandbox.pk, "name": "Late", "kind": "lag", "threshold": "60", "url": "",
        "emails": "ops@hotel.example", "journey": "", "active": "on",
    }  # fmt: skip
    add = reverse("admin:journeys_alert_add")
    assert problem in admin_client.post(add, {**form, **given}).text
    assert admin_client.post(add, form).status_code == 302
    assert Alert.objects.get().name == "Late"
