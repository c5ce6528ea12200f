"""Clients of the API: they send JSON, and have rights or not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.journeys.views.conftest import draft, event, login, reader, sandbox

__all__ = ["draft", "event", "login", "reader", "sandbox"]

Ask = Callable[..., Any]


@pytest.fixture
def technical(login) -> Client:
    return login("view_journey", "view_event", "view_receivedevent", "view_profile")


@pytest.fixture
def ask(technical) -> Ask:
    """``ask("check", expression="1")``: the answer of a technical user's client, as JSON."""

    def post(name: str, **body: Any) -> Any:
        answer = send(technical, name, json.dumps(body))
        assert answer.status_code == 200, answer.content
        return answer.json()

    return post


def send(client: Client, name: str, body: str | bytes, media_type: str = "application/json", **headers: Any):
    return client.post(f"/api/v1/expressions/{name}", body, content_type=media_type, **headers)
