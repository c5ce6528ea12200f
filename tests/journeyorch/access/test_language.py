"""The language of pages is the user's, on every browser."""

from __future__ import annotations

import pytest
from django.test import Client

from journeyorch.access.models import Sandbox, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    user = User.objects.create_superuser("anna")
    user.sandboxes.add(Sandbox.objects.get(name="prod"))
    return user


def browser_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_what_is_chosen_once_holds_on_other_browsers_and_for_nobody_else(anna: User) -> None:
    browser_of(anna).post("/language/", {"language": "de", "next": "/"})

    elsewhere, others = browser_of(anna), browser_of(User.objects.create_superuser("bert"))
    assert '<html lang="de"' in elsewhere.get("/").text
    assert '<html lang="en"' in others.get("/").text
    assert '<html lang="en"' in Client(headers={"accept-language": "en"}).get("/login/").text


def test_no_other_language_than_those_that_there_are_is_kept(anna: User) -> None:
    browser_of(anna).post("/language/", {"language": "tlh", "next": "/"})
    anna.refresh_from_db()
    assert anna.language == ""

    # One that a later release no longer has.
    User.objects.filter(pk=anna.pk).update(language="tlh")
    assert '<html lang="en"' in browser_of(anna).get("/").text


def test_problems_of_expressions_are_told_in_it(anna: User) -> None:
    browser_of(anna).post("/language/", {"language": "de", "next": "/"})
    body = {"expression": '@{Order.totl} > "a"', "scope": {"events": {"Order": {"total": 12}}}}

    answer = browser_of(anna).post("/api/v1/expressions/check", body, content_type="application/json").json()

    assert answer["problems"][0]["message"] == "Ein Feld totl gibt es hier nicht. Meinten Sie total?"
    assert answer["notSimple"] == "Der Ausdruck hat ein Problem. Beheben Sie es zuerst."
