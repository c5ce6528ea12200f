"""Codes of an authenticator app: set up, asked for, not to be guessed or got around."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from journeyorch.access.groups import STANDARD
from journeyorch.access.models import AuditEntry, SecondFactor, User
from journeyorch.access.second_factor import codes, factor
from journeyorch.outbound.secrets import is_sealed

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

PASSWORD = "not-a-real-one-1"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What everything takes for now; ``pass_by`` moves it."""

    class Clock:
        now = NOW

        def pass_by(self, **time: int) -> None:
            self.now += timedelta(**time)

    moved = Clock()
    monkeypatch.setattr(timezone, "now", lambda: moved.now)
    return moved


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna", password=PASSWORD)


def code_of(user: User, now: datetime) -> str:
    """What the app shows."""
    key = base64.b32decode(factor.secret_of(SecondFactor.objects.get(user=user)))
    app = TOTP(key, 6, SHA1(), 30)  # noqa: S303 - as apps have it
    return app.generate(now.timestamp()).decode()


def switch_on(user: User, clock: Any) -> list[str]:
    """Set up half a minute ago; the recovery codes."""
    factor.prepare(user)
    made = factor.confirm(user, code_of(user, clock.now), clock.now)
    clock.pass_by(seconds=30)
    assert made
    return made


def log_in(client: Client, page: str = "/login/?next=/help/") -> Any:
    return client.post(page, {"username": "anna", "password": PASSWORD})


def is_in(client: Client) -> bool:
    return client.get("/account/second-factor/").status_code == 200


def test_codes_are_those_of_the_standard() -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()  # RFC 6238, appendix B
    at = {59: "287082", 1111111109: "081804", 2000000000: "279037"}
    for seconds, code in at.items():
        now = datetime.fromtimestamp(seconds, UTC)
        assert codes.step_of(secret, code, now) == seconds // 30
        assert codes.step_of(secret, f" {code[:3]} {code[3:]} ", now + timedelta(seconds=30)) == seconds // 30
        assert codes.step_of(secret, code, now + timedelta(seconds=90)) is None


def test_after_the_password_a_code_is_asked_for(anna: User, clock: Any) -> None:
    switch_on(anna, clock)
    client = Client()
    asked = log_in(client)
    assert asked["Location"] == "/login/code/?next=%2Fhelp%2F"
    assert not is_in(client), "until then nobody is logged in"
    assert client.get("/api/v1/journeys").status_code in (401, 403)
    assert client.get("/login/")["Location"].startswith("/login/code/")
    page = client.get(asked["Location"])
    assert "one-time-code" in page.text
    wrong = client.post("/login/code/", {"code": "000000", "next": "/help/"})
    assert "This code is wrong" in wrong.text
    before = client.session.session_key
    done = client.post("/login/code/", {"code": code_of(anna, clock.now), "next": "/help/"})
    assert (done.status_code, done["Location"]) == (302, "/help/")
    assert is_in(client)
    assert client.session.session_key != before


def test_the_administration_has_no_door_of_its_own(anna: User, clock: Any) -> None:
    anna.is_staff = anna.is_superuser = True
    anna.save()
    switch_on(anna, clock)
    client = Client()
    assert log_in(client, "/admin/login/?next=/admin/")["Location"] == "/login/?next=%2Fadmin%2F"
    log_in(client)
    assert client.get("/admin/").status_code == 302


def test_no_code_is_taken_twice(anna: User, clock: Any) -> None:
    printed = switch_on(anna, clock)
    code = code_of(anna, clock.now)
    assert factor.check(anna, code, clock.now)
    assert not factor.check(anna, code, clock.now)
    assert factor.check(anna, printed[0].upper().replace("-", " "), clock.now)
    assert not factor.check(anna, printed[0], clock.now)
    assert SecondFactor.objects.get().recovery_codes.count() == 9


def test_codes_cannot_be_guessed_for_ever(anna: User, clock: Any, settings: Any) -> None:
    switch_on(anna, clock)
    client = Client()
    log_in(client)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post("/login/code/", {"code": "000000"})
    right = {"code": code_of(anna, clock.now)}
    assert "Too many wrong codes" in client.post("/login/code/", right).text
    clock.pass_by(minutes=16)
    assert client.post("/login/code/", {"code": code_of(anna, clock.now)}).status_code == 302


def test_setting_it_up_on_the_page(anna: User, clock: Any) -> None:
    client = Client()
    log_in(client)
    page = client.get("/account/second-factor/")
    assert 'src="data:image/svg+xml' in page.text
    stored = SecondFactor.objects.get()
    assert is_sealed(stored.secret)
    assert factor.secret_of(stored)[:4] in page.text
    assert "not the code of now" in client.post("/account/second-factor/", {"code": "000000"}).text
    Client().post("/login/", {"username": "anna", "password": PASSWORD})
    shown = client.post("/account/second-factor/", {"code": code_of(anna, clock.now)}).text
    assert shown.count("<code>") == 10
    assert is_in(client), "the session in which it was set up goes on"
    assert factor.secret_of(stored)[:4] not in client.get("/account/second-factor/").text
    told = AuditEntry.objects.filter(kind="access.secondfactor")
    assert "confirmed_at" in told.get(verb="changed").changes
    assert "secret" not in str(list(told.values_list("changes", flat=True)))


def test_other_recovery_codes_and_switching_it_off_ask_for_a_code(anna: User, clock: Any) -> None:
    printed = switch_on(anna, clock)
    client = Client()
    log_in(client)
    client.post("/login/code/", {"code": printed[0]})
    page = "/account/second-factor/"
    assert "This code is wrong" in client.post(page, {"code": "000000", "_remove": ""}).text
    assert "Your recovery codes" in client.post(page, {"code": printed[1], "_renew": ""}).text
    assert not factor.check(anna, printed[2], clock.now), "those before are worth nothing"
    client.post(page, {"code": code_of(anna, clock.now), "_remove": ""})
    assert not SecondFactor.objects.exists()
    assert log_in(Client())["Location"] == "/help/"


def test_a_group_may_have_to_set_it_up(anna: User, clock: Any, settings: Any) -> None:
    settings.SECOND_FACTOR_GROUPS = [STANDARD.name]
    anna.groups.add(Group.objects.get(name=STANDARD.name))
    client = Client()
    led = log_in(client)["Location"]
    assert led == "/account/second-factor/?next=%2Fhelp%2F"
    assert client.get("/").status_code == 302, "nothing else is open before"
    assert "Your group needs a second factor" in client.get(led).text
    shown = client.post(led, {"code": code_of(anna, clock.now), "next": "/help/"})
    assert 'href="/help/"' in shown.text
    clock.pass_by(minutes=1)
    assert is_in(client)
    client.post("/account/second-factor/", {"code": code_of(anna, clock.now), "_remove": ""})
    assert SecondFactor.objects.exists(), "it cannot be switched off"


def test_an_administrator_resets_it(admin_client: Client, anna: User, clock: Any) -> None:
    switch_on(anna, clock)
    half = Client()
    log_in(half)
    chosen = {"action": "reset_second_factor", "_selected_action": [anna.pk]}
    admin_client.post(reverse("admin:access_user_changelist"), chosen)
    assert not SecondFactor.objects.exists()
    assert AuditEntry.objects.filter(kind="access.secondfactor", verb="deleted").exists()
    answer = half.post("/login/code/", {"code": "000000"})
    assert answer["Location"] == "/login/", "who was about to show a code begins anew"
    assert log_in(half)["Location"] == "/help/"
