"""Journeys that leave and come in as clients of Journey Optimizer's API do it."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from journeyorch.access.models import User
from journeys.models import Journey
from tests.journeys.portable.test_api import Api
from tests.journeys.portable.test_journeys_api import DRAWING
from tests.journeys.portable.test_transfer import CONTENT, with_password
from tests.journeys.world import World


@pytest.fixture
def api(world: World) -> Api:
    return Api(User.objects.create_superuser("anna"))


def error_of(answer: Any) -> Any:
    body = answer.json()
    assert set(body) == {"status", "error", "requestId"}
    assert body["status"] == answer.status_code
    return json.loads(body["error"])


def test_a_journey_is_listed_looked_at_exported_and_imported_anew(api: Api) -> None:
    api("POST", "/api/v1/journeys", {"name": "Stay", "drawing": DRAWING})
    listed = api("POST", "/authoring/list/journeys").json()["results"]
    assert [(one["name"], one["latestVersion"]["state"]) for one in listed] == [("Stay", "draft")]
    latest = api("GET", f"/authoring/journeys/{listed[0]['uid']}/latest").json()["result"]
    assert latest["definition"]["start"] == ["entry"]

    file = api("GET", f"/authoring/journeyVersions/{latest['latestVersion']['uid']}/export").json()
    assert [one["name"] for one in file["events"]] == ["Lobby"]
    made = api("POST", "/authoring/journeyVersions/import", file)
    assert made.status_code == 201
    assert made.json()["name"] == "Stay – copy"
    assert made.json()["journeyUID"] != listed[0]["uid"]
    assert Journey.objects.count() == 2


def test_a_version_with_errors_does_not_leave(api: Api) -> None:
    version = api("POST", "/api/v1/journeys", {"name": "Empty"}).json()["versions"][0]["uid"]
    answer = api("GET", f"/authoring/journeyVersions/{version}/export")
    assert answer.status_code == 400
    assert "ERR_JOURNEY_NO_START" in json.dumps(error_of(answer)["errors"])


@pytest.mark.parametrize(
    "body",
    [CONTENT, {}, [], {"journeyorch": 1}, {"journeyorch": 1, "journeys": [{"name": 5}]}],
    ids=["placeholder", "empty", "list", "nothing", "form"],
)
def test_what_is_no_export_or_has_placeholders_is_a_bad_request(api: Api, body: Any) -> None:
    answer = api("POST", "/authoring/journeyVersions/import", body)
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "ERR_AUTHORING_IMPORT_1"
    assert not Journey.objects.exists()


def test_with_its_secrets_it_comes_in(api: Api) -> None:
    assert api("POST", "/authoring/journeyVersions/import", with_password(CONTENT)).status_code == 201


def test_errors_have_the_shape_that_clients_know(api: Api) -> None:
    assert error_of(api("GET", f"/authoring/journeys/{uuid4()}/latest"))["code"] == 404
    not_json = api.client.post("/authoring/journeyVersions/import", "{", content_type="application/json")
    assert not_json.status_code == 400
    assert error_of(not_json)["code"] == "ERR_AUTHORING_IMPORT_1"
