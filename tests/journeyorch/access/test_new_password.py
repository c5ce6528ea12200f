"""Whoever forgot a password chooses a new one by a link that is sent to the account's address."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from journeyorch.access.models import User

pytestmark = pytest.mark.django_db

NEW = "a-better-one-than-before-7"


@pytest.fixture(autouse=True)
def anna() -> User:
    return User.objects.create_user("anna", email="anna@hotel.example", password="forgotten")


def test_the_link_works_once(client: Client) -> None:
    assert "Forgot your password?" in client.get("/login/").text
    client.post("/password/", {"email": "anna@hotel.example"})
    (sent,) = mail.outbox
    assert sent.to == ["anna@hotel.example"]
    assert "anna" in sent.body
    (link,) = re.findall(r"http://testserver(/password/\S+)", sent.body)

    form = client.get(link, follow=True)
    saved = client.post(form.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert "Your password is changed" in saved.text
    assert client.post("/login/", {"username": "anna", "password": NEW}).status_code == 302
    assert "This link does not work any more" in Client().get(link, follow=True).text


def test_strangers_learn_nothing_about_who_has_an_account(client: Client) -> None:
    known = client.post("/password/", {"email": "anna@hotel.example"}, follow=True)
    unknown = client.post("/password/", {"email": "nobody@hotel.example"}, follow=True)
    assert known.text == unknown.text
    assert len(mail.outbox) == 1


def test_a_password_that_is_too_simple_is_refused(client: Client, anna: User) -> None:
    client.post("/password/", {"email": "anna@hotel.example"})
    (link,) = re.findall(r"http://testserver(/password/\S+)", mail.outbox[0].body)
    form = client.get(link, follow=True)
    refused = client.post(form.redirect_chain[-1][0], {"new_password1": "anna", "new_password2": "anna"})
    assert refused.status_code == 200
    assert refused.context["form"].errors
    anna.refresh_from_db()
    assert anna.check_password("forgotten")
