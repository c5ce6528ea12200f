"""The page of ready-made journeys."""

from __future__ import annotations

from typing import Any

import pytest

from journeyorch.access.models import User
from journeys.gallery import gallery
from journeys.models import Journey, JourneyVersion
from tests.journeys.portable.test_api import Api

pytestmark = pytest.mark.django_db


def test_one_is_chosen_and_drawn_on(db: None) -> None:
    client = Api(User.objects.create_superuser("anna")).client
    page = client.get("/journeys/ready-made/").content.decode()
    assert all(str(ready_made.title) in page for ready_made in gallery().values())

    names = []
    for description in ("As it came.", "Changed.", "Changed again."):
        answer = client.post("/journeys/ready-made/", {"name": "welcome"})
        version = JourneyVersion.objects.latest("pk")
        assert answer.url == f"/versions/{version.uid}/design/"
        names.append(version.journey.name)
        if description != "As it came.":
            Journey.objects.filter(name="Welcome series").update(description=description)
    assert names == ["Welcome series", "Welcome series", "Welcome series – copy"]
    assert client.post("/journeys/ready-made/", {"name": "nothing"}).status_code == 404


def test_who_may_not_set_up_events_is_told_whom_to_ask(login: Any) -> None:
    client = login("change_journey", "add_messagetemplate")
    answer = client.post("/journeys/ready-made/", {"name": "welcome"}, follow=True)
    assert "Schemas, Events" in answer.content.decode()
    assert not JourneyVersion.objects.exists()
