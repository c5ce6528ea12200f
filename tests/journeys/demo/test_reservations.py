"""The hotel's reservation system, as a journey's data source sees it."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request

import pytest

from journeys.demo.reservations import Reservations, Trouble, reservation_of, trouble_of_environment


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@pytest.fixture
def system():
    with Reservations() as running:
        yield running


def test_a_guest_has_the_same_reservation_always(system):
    answers = [get(f"{system.url}/reservations?guest=crm-5") for _ in range(2)]
    expected = {
        "guest": "crm-5",
        "reservation": {"active": True, "room": "Garden Room", "checkIn": "2030-02-13", "nights": 4},
    }
    assert answers == [(200, expected)] * 2


def test_about_half_of_the_guests_have_a_reservation():
    active = sum(reservation_of(f"crm-{number}")["active"] for number in range(1000))
    assert 400 < active < 600


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reservations", 400),
        ("/reservations?guest=", 400),
        (f"/reservations?guest={'x' * 201}", 400),
        ("/", 404),
    ],
)
def test_wrong_questions_are_refused(system, path, status):
    answered, body = get(system.url + path)
    assert answered == status
    assert body["error"].endswith(".")


def test_it_fails_and_dawdles_when_it_is_asked_to(system):
    assert get(f"{system.url}/reservations?guest=a&fail=503")[0] == 503
    started = time.monotonic()
    assert get(f"{system.url}/reservations?guest=a&slow=0.3")[0] == 200
    assert time.monotonic() - started >= 0.3


def test_the_environment_makes_every_answer_fail():
    trouble = trouble_of_environment({"DEMO_RESERVATIONS_FAIL": "500", "DEMO_RESERVATIONS_SLOW": "much"})
    assert trouble == Trouble(0.0, 500)
    with Reservations(trouble=trouble) as system:
        assert get(f"{system.url}/reservations?guest=a")[0] == 500
