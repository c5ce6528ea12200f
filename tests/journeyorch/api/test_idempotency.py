"""What is sent twice with one Idempotency-Key is done once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from datasources.models import Namespace
from journeyorch.access.models import Sandbox, User
from journeyorch.api.models import KEPT, AnsweredRequest, forget_answers

pytestmark = pytest.mark.django_db

CARD = {"code": "Card", "name": "Card", "kind": "cross-device"}


@pytest.fixture
def anna(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("anna"))
    return client


def create(client: Client, body: Any = CARD, *, key: str = "k-1", **headers: str) -> Any:
    return client.post(
        "/api/v1/namespaces",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": key, **headers},
    )


def test_the_second_time_gets_the_first_ones_answer(anna: Client) -> None:
    first, second = create(anna), create(anna)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert (second["Location"], second["ETag"]) == (first["Location"], first["ETag"])
    assert second["Idempotent-Replayed"] == "true"
    assert Namespace.objects.filter(code="Card").count() == 1
    assert create(anna, key="k-2").status_code == 409, "another request of the same content"


def test_the_same_key_with_another_request_is_refused(anna: Client) -> None:
    create(anna)
    Sandbox.objects.create(name="dev", title="Dev")
    assert create(anna, {**CARD, "name": "Other"}).status_code == 422
    assert create(anna, **{"x-sandbox-name": "dev"}).status_code == 422


def test_each_sender_has_keys_of_their_own(anna: Client) -> None:
    create(anna)
    bert = Client()
    bert.force_login(User.objects.create_superuser("bert"))
    assert create(bert).status_code == 409, "it was done, and not repeated"


def test_what_failed_is_tried_anew(anna: Client) -> None:
    assert create(anna, {"code": "Card"}).status_code == 422
    assert create(anna).status_code == 201


def test_after_a_day_nobody_remembers(anna: Client) -> None:
    create(anna)
    now = timezone.now()
    assert forget_answers(now, most=10) == 0
    AnsweredRequest.objects.update(at=now - KEPT - timedelta(seconds=1))
    assert create(anna).status_code == 409
    AnsweredRequest.objects.create(sender="user 1", key="old", request="x", at=now - KEPT)
    assert forget_answers(now, most=10) == 1


def test_what_is_kept_of_an_answer_cannot_be_read(anna: Client) -> None:
    create(anna)
    assert "Card" not in str(AnsweredRequest.objects.get().answer)


def test_a_key_must_be_a_text_of_some_length(anna: Client) -> None:
    assert create(anna, key="x" * 256).status_code == 400
    assert create(anna, key="").status_code == 400
