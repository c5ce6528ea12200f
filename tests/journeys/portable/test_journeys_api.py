"""Journeys, their versions and the people in them over the REST API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from journeyorch.access.models import Sandbox, User
from journeys.models import Instance, JourneyVersion
from tests.journeys.portable.test_api import Api
from tests.journeys.world import World, act

DRAWING = {
    "start": ["entry"],
    "activities": {
        "entry": act("event", "wait", event="Lobby"),
        "wait": act("wait", "end", duration="PT1H"),
        "end": act("end"),
    },
}


@pytest.fixture
def api(world: World) -> Api:
    return Api(User.objects.create_superuser("anna"))


@pytest.fixture
def made(api: Api) -> dict[str, Any]:
    answer = api("POST", "/api/v1/journeys", {"name": "Stay", "tags": ["guests"], "drawing": DRAWING})
    assert answer.status_code == 201, answer.text
    journey: dict[str, Any] = answer.json()
    return journey


def version_of(journey: dict[str, Any]) -> str:
    return f"/api/v1/versions/{journey['versions'][0]['uid']}"


def test_a_journey_lives_from_draft_to_the_end(api: Api, made: dict[str, Any]) -> None:
    address, version = f"/api/v1/journeys/{made['uid']}", version_of(made)
    assert [one["status"] for one in made["versions"]] == ["draft"]
    assert api("POST", "/api/v1/journeys", {"name": "Stay"}).status_code == 409
    assert api("GET", f"{version}/problems").json() == {"problems": []}

    named = api("PUT", address, {"name": "Long stay", "description": "In summer."}).json()
    assert (named["name"], named["description"], named["tags"]) == ("Long stay", "In summer.", ["guests"])
    assert api("POST", f"{version}/moves/publish").json()["status"] == "live"
    assert api("POST", f"{version}/moves/publish").status_code == 409
    second = api("POST", f"{version}/moves/new-version").json()
    assert (second["number"], second["status"]) == (2, "draft")
    assert api("DELETE", address).status_code == 409, "one version is live"
    assert api("DELETE", f"/api/v1/versions/{second['uid']}").status_code == 204
    assert api("POST", f"{version}/moves/close").json()["status"] == "closed"
    assert api("POST", f"{version}/moves/stop").json()["status"] == "stopped"
    copy = api("POST", f"{version}/moves/duplicate").json()
    assert copy["journey"]["name"] == "Long stay – copy"
    assert api("DELETE", address).status_code == 204
    assert api("GET", address).status_code == 404


def test_a_move_says_what_is_wrong_with_the_drawing(api: Api) -> None:
    drawing = {"start": ["entry"], "activities": {"entry": act("event", event="Nowhere")}}
    journey = api("POST", "/api/v1/journeys", {"name": "Broken", "drawing": drawing}).json()
    answer = api("POST", f"{version_of(journey)}/moves/publish")

    assert answer.status_code == 409
    assert [flaw["pointer"] for flaw in answer.json()["errors"]] == ["/activities/entry"]
    assert "ERR_JOURNEY_EVENT_MISSING" in answer.json()["errors"][0]["detail"]


def test_a_drawing_that_cannot_be_read_makes_nothing(api: Api) -> None:
    answer = api("POST", "/api/v1/journeys", {"name": "Odd", "drawing": {"activities": {"a": {"kind": 1}}}})
    assert answer.status_code == 422
    assert api("GET", "/api/v1/journeys").json()["items"] == []


def test_journeys_are_listed_by_name_and_status(api: Api, made: dict[str, Any]) -> None:
    api("POST", "/api/v1/journeys", {"name": "Arrival"})
    api("POST", f"{version_of(made)}/moves/publish")

    def names(query: str) -> list[str]:
        return [one["name"] for one in api("GET", f"/api/v1/journeys?{query}").json()["items"]]

    assert names("") == ["Arrival", "Stay"]
    assert names("status=live") == ["Stay"]
    assert names("search=arr") == ["Arrival"]
    assert names("after=Arrival") == ["Stay"]
    assert api("GET", "/api/v1/journeys?limit=1").json()["next"] == "Arrival"
    assert api("GET", "/api/v1/journeys?search=a%00").status_code == 400


def test_a_person_is_found_looked_at_and_led_on(world: World, api: Api, made: dict[str, Any]) -> None:
    version = JourneyVersion.objects.get()
    with world.clock():
        assert api("POST", f"{version_of(made)}/moves/publish").status_code == 200
        world.send("Lobby", "anna")
        world.drain()

        found = api("GET", "/api/v1/instances?id=anna&namespace=CRMID").json()["items"]
        assert [(one["version"], one["activity"]) for one in found] == [(str(version.uid), "wait")]
        address = f"/api/v1/instances/{found[0]['instance']}"
        story = api("GET", address).json()
        assert [(step["activity"], step["path"]) for step in story["steps"]] == [("entry", "next")]
        assert story["waitsUntil"]

        assert api("POST", f"{address}/retry", {}).status_code == 409
        assert api("POST", f"{address}/dance", {}).status_code == 404
        assert api("POST", f"{address}/skip", {"path": "next"}).status_code == 202
        world.drain()
        assert Instance.objects.get().status == Instance.Status.FINISHED
        assert api("GET", address).json()["status"] == "finished"


def test_the_story_says_why_a_path_was_taken(world: World, api: Api) -> None:
    path = {"id": "first", "label": "Lobby only", "expression": "@{Lobby.amount} > 1"}
    parts = [{"id": "few", "percent": 0}, {"id": "all", "percent": 100}]
    world.journey(
        "entry",
        entry=act("event", "which", event="Lobby"),
        which=act("condition", {"first": ["split"]}, paths=[path]),
        split=act("split", {"all": ["wait"]}, parts=parts),
        wait=act("wait", duration="PT1H"),
    )
    world.send("Lobby", "anna", amount=2)
    world.drain()
    steps = api("GET", f"/api/v1/instances/{Instance.objects.get().pk}").json()["steps"]
    entered, chose, drew = (step["why"] for step in steps)
    assert entered is None
    tried = chose["tried"][0]
    assert (tried["label"], tried["taken"]) == ("Lobby only", True)
    assert tried["seen"] == [{"reference": "@{Lobby.amount}", "value": 2, "known": True}]
    assert 0 <= drew["drawn"] < 100


@pytest.mark.parametrize(
    "address",
    ["journeys/{0}", "journeys/{0}/export", "versions/{1}", "versions/{1}/problems"],
)
def test_another_sandbox_finds_nothing(api: Api, made: dict[str, Any], address: str) -> None:
    Sandbox.objects.create(name="other")
    path = "/api/v1/" + address.format(made["uid"], made["versions"][0]["uid"])
    assert api("GET", path, **{"x-sandbox-name": "other"}).status_code == 404
    assert api("GET", "/api/v1/journeys/" + str(uuid4())).status_code == 404
