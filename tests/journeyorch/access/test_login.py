"""Logging in: wrong passwords cannot be tried for ever, and nobody locks others out from elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client

from journeyorch.access.models import User

pytestmark = pytest.mark.django_db

PASSWORD, WRONG = "not-a-real-one-1", "wrong"


@pytest.fixture(autouse=True)
def anna() -> User:
    return User.objects.create_user("anna", password=PASSWORD)


def log_in(password: str, *, address: str = "127.0.0.1") -> int:
    sent = {"username": "anna", "password": password}
    return Client(REMOTE_ADDR=address).post("/login/", sent).status_code


def use_up() -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        log_in(WRONG)


def test_after_many_wrong_passwords_the_right_one_is_refused_too() -> None:
    use_up()
    answer = Client().post("/login/", {"username": "anna", "password": PASSWORD})
    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.text


def test_from_another_address_and_for_another_user_it_goes_on() -> None:
    User.objects.create_user("bert", password=PASSWORD)
    use_up()
    assert log_in(PASSWORD, address="10.1.2.3") == 302
    assert Client().post("/login/", {"username": "bert", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    ("header", "told", "locked_out"),
    [
        ("X-Real-IP", "192.0.2.9", "192.0.2.9"),
        ("X-Forwarded-For", "198.51.100.7, 2001:db8::1", "2001:db8::1"),
        ("X-Forwarded-For", "", "127.0.0.1"),
        ("X-Forwarded-For", "unknown", "127.0.0.1"),
        ("X-Forwarded-For", "198.51.100.7, 192.0.2.9:4711", "127.0.0.1"),
        ("", "192.0.2.9", "127.0.0.1"),
    ],
)
def test_whoever_comes_through_a_proxy_is_told_by_it(
    settings: Any, header: str, told: str, locked_out: str
) -> None:
    settings.CLIENT_ADDRESS_HEADER = header
    sent = {"username": "anna", "password": WRONG}
    Client(headers={header or "X-Real-IP": told}).post("/login/", sent)
    assert AccessAttempt.objects.get().ip_address == locked_out


def test_the_right_password_forgets_the_wrong_ones() -> None:
    for _ in range(3):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            log_in(WRONG)
        assert log_in(PASSWORD) == 302


def test_no_password_is_written_down() -> None:
    log_in("a-password-of-mine")
    assert AccessAttempt.objects.count() == 1
    assert "a-password-of-mine" not in str(list(AccessAttempt.objects.values()))
