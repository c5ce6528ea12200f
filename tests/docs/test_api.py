"""The requests on the page about the API, and the answers shown below them."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from journeyorch.access.models import User
from tests.docs.pages import Example, examples

BLOCKS = [one for one in examples(language="json") if one.page == "docs/api.md"]
PAIRS = [(one, BLOCKS[index + 1]) for index, one in enumerate(BLOCKS) if one.how == "api"]


@pytest.mark.parametrize(("request_", "shown"), PAIRS, ids=lambda one: one.id)
def test_the_answer_is_the_one_on_the_page(db: None, request_: Example, shown: Example) -> None:
    client = Client()
    client.force_login(User.objects.create_user("anna"))
    address = f"/api/v1/expressions/{request_.rest}"
    answer = client.post(address, request_.text, content_type="application/json")

    assert answer.status_code == 200
    assert answer.json() == json.loads(shown.text)
