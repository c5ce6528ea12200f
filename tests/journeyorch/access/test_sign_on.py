"""Single sign-on: who is let in, as whom, and what is refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client

from journeyorch.access.models import AuditEntry, SignOnAccount, User
from journeyorch.access.signon.people import groups_in
from journeyorch.outbound import connections
from tests.journeyorch.access.identity_provider import CLIENT, SECRET, FakeProvider
from tests.journeyorch.outbound.raw_server import RawServer

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def provider(settings: Any) -> Iterator[FakeProvider]:
    """On loopback; the settings name it."""
    cache.clear()
    fake = FakeProvider()
    server = RawServer(fake)
    fake.issuer = server.url.rstrip("/")
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = fake.issuer, CLIENT, SECRET
    settings.OIDC_NAME = "Log in with the shop"
    yield fake
    connections.close_kept()
    server.close()
    cache.clear()


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna", email="anna@example.com", password="not-a-real-one-1")


def sign_on(provider: FakeProvider, client: Client | None = None, *, following: str = "/help/") -> Any:
    """To the provider and back, as a browser goes; the last answer of ours."""
    client = client or Client()
    begun = client.get("/login/single-sign-on/", {"next": following})
    return client.get(f"/login/single-sign-on/back/?{provider.visit(begun['Location'])}")


def who(client: Client) -> str | None:
    user = User.objects.filter(pk=client.session.get("_auth_user_id")).first()
    return user and user.username


def test_a_verified_address_leads_to_the_user_who_has_it(provider: FakeProvider, anna: User) -> None:
    client = Client()
    assert "Log in with the shop" in client.get("/login/").text
    answer = sign_on(provider, client)
    assert (answer.status_code, answer["Location"]) == (302, "/help/")
    assert who(client) == "anna"
    assert [(one.user, one.subject) for one in SignOnAccount.objects.all()] == [(anna, "7")]


def test_afterwards_the_account_counts_and_no_address(provider: FakeProvider, anna: User) -> None:
    sign_on(provider)
    other = User.objects.create_user("bert", email="new@example.com")
    provider.claims = {"email": other.email}
    client = Client()
    sign_on(provider, client)
    assert who(client) == "anna"


def test_it_leads_to_pages_of_ours_only(provider: FakeProvider, anna: User) -> None:
    assert sign_on(provider, following="https://evil.example/")["Location"] == "/"


def forged(provider: FakeProvider) -> None:
    """The token is signed by somebody else, under the name of the published key."""
    provider.key = ec.generate_private_key(ec.SECP256R1())


def unsigned(provider: FakeProvider) -> None:
    provider.id_token = lambda: jwt.encode({"sub": "7"}, None, algorithm="none")  # type: ignore[method-assign]


def signed_with_the_secret(provider: FakeProvider) -> None:
    text = jwt.encode({"sub": "7"}, SECRET * 3, algorithm="HS256", headers={"kid": "first"})
    provider.id_token = lambda: text  # type: ignore[method-assign]


def saying(**claims: Any) -> Callable[[FakeProvider], None]:
    def change(provider: FakeProvider) -> None:
        provider.claims = claims

    return change


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (forged, "InvalidSignatureError"),
        (unsigned, "InvalidAlgorithmError"),
        (signed_with_the_secret, "InvalidAlgorithmError"),
        (saying(nonce="another"), "another request"),
        (saying(nonce=None), "MissingRequiredClaimError"),
        (saying(aud="somebody else"), "InvalidAudienceError"),
        (saying(aud=[CLIENT, "somebody else"]), "another client"),
        (saying(iss="https://evil.example"), "InvalidIssuerError"),
        (saying(exp=int(time.time()) - 120), "ExpiredSignatureError"),
        (saying(email_verified=False), "no verified e-mail"),
        (saying(email_verified="true"), "no verified e-mail"),
        (saying(email="stranger@example.com"), "no user has"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_believed_lets_nobody_in(
    provider: FakeProvider,
    anna: User,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[FakeProvider], None],
    reason: str,
) -> None:
    spoil(provider)
    client = Client()
    assert sign_on(provider, client).status_code == 403
    assert who(client) is None
    assert reason in caplog.text
    assert "example.com" not in caplog.text.replace("evil.example", ""), "the log names nobody"


@pytest.mark.parametrize(
    "query", ["", "code=code-1", "code=code-1&state=guessed", "error=access_denied&state={state}"]
)
def test_who_comes_back_must_have_left_from_here(provider: FakeProvider, anna: User, query: str) -> None:
    client = Client()
    provider.visit(client.get("/login/single-sign-on/")["Location"])
    answer = client.get(f"/login/single-sign-on/back/?{query.format(state=provider.asked['state'])}")
    assert (answer.status_code, who(client)) == (403, None)


def test_a_code_is_taken_once(provider: FakeProvider, anna: User) -> None:
    client = Client()
    back = f"/login/single-sign-on/back/?{provider.visit(client.get('/login/single-sign-on/')['Location'])}"
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 403


def test_a_changed_key_is_fetched_anew(provider: FakeProvider, anna: User) -> None:
    sign_on(provider)
    provider.new_key("second")
    assert sign_on(provider).status_code == 302


def test_what_the_token_does_not_tell_is_asked_for(provider: FakeProvider, anna: User) -> None:
    provider.claims = {"email": None, "email_verified": None}
    provider.userinfo = {"sub": "7", "email": "anna@example.com", "email_verified": True}
    client = Client()
    sign_on(provider, client)
    assert who(client) == "anna"
    provider.userinfo["sub"] = "8"
    assert sign_on(provider).status_code == 403


def test_strangers_become_users_only_if_the_settings_say_so(provider: FakeProvider, settings: Any) -> None:
    provider.claims = {"given_name": "Zoë", "groups": ["marketing", "unknown"]}
    assert sign_on(provider).status_code == 403
    settings.OIDC_CREATE_USERS = True
    settings.OIDC_GROUPS_CLAIM, settings.OIDC_GROUPS = (
        "groups",
        {"marketing": "Standard user", "it": "Technical user"},
    )
    client = Client()
    sign_on(provider, client)
    made = User.objects.get(email="Anna@Example.com")
    assert (made.first_name, made.is_staff, made.has_usable_password()) == ("Zoë", False, False)
    assert [group.name for group in made.groups.all()] == ["Standard user"]
    assert ("single sign-on", "created") in AuditEntry.objects.values_list("actor", "verb")


def test_groups_come_and_go_with_the_providers(provider: FakeProvider, settings: Any, anna: User) -> None:
    by_hand = Group.objects.create(name="Night shift")
    anna.groups.add(by_hand)
    settings.OIDC_GROUPS_CLAIM, settings.OIDC_GROUPS = "realm.roles", {"it": "Technical user"}
    provider.claims = {"realm": {"roles": ["it"]}}
    sign_on(provider)
    anna.refresh_from_db()
    assert (sorted(anna.groups.values_list("name", flat=True)), anna.is_staff) == (
        ["Night shift", "Technical user"],
        True,
    )
    provider.claims = {}
    sign_on(provider)
    anna.refresh_from_db()
    assert ([*anna.groups.all()], anna.is_staff) == ([by_hand], False)


def test_without_a_provider_there_is_no_such_address() -> None:
    assert Client().get("/login/single-sign-on/").status_code == 404
    assert Client().get("/login/single-sign-on/back/").status_code == 404


def test_a_provider_that_is_down_is_no_fault_of_ours(provider: FakeProvider, settings: Any) -> None:
    settings.OIDC_ISSUER = f"{provider.issuer}/elsewhere"
    assert Client().get("/login/single-sign-on/").status_code == 403


def test_passwords_can_be_switched_off(settings: Any, anna: User) -> None:
    settings.PASSWORD_LOGIN = False
    sent = {"username": "anna", "password": "not-a-real-one-1"}
    assert 'type="password"' not in Client().get("/login/").text
    assert Client().post("/login/", sent).status_code == 405


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ({"groups": ["a", 7]}, ["a"]),
        ({"groups": "a"}, ["a"]),
        ({"groups": {"a": 1}}, []),
        ({}, []),
    ],
)
def test_groups_are_read_as_providers_write_them(claims: dict[str, Any], found: list[str]) -> None:
    assert groups_in(claims, "groups") == found
