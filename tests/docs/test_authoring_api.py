"""The requests about caps and throttles on the page of the API, with the answers shown below them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from journeyorch.access.models import User
from tests.docs.pages import examples

BLOCKS = [one for one in examples(language="json") if one.page == "docs/api.md"]
PAIRS = [(one, BLOCKS[index + 1]) for index, one in enumerate(BLOCKS) if one.how == "authoring"]


def without_chance(text: str) -> Any:
    """Ids and times are others every time."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "UID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)
    text = re.sub(r'"requestId": ?"[0-9a-f]{32}"', '"requestId": "ID"', text)
    return json.loads(re.sub(r'ById": ?"\d+"', 'ById": "1"', text))


@pytest.mark.django_db
def test_the_answers_are_those_on_the_page() -> None:
    client, uid = Client(), ""
    client.force_login(User.objects.create_superuser("anna"))
    for request, shown in PAIRS:
        method, address = request.rest.replace("{uid}", uid).split()
        answer = client.generic(method, address, request.text, content_type="application/json")
        uid = answer.json().get("uid", uid)
        assert without_chance(answer.text) == without_chance(shown.text), request.id
    assert len(PAIRS) == 3
