"""What the designer asks for and saves: by whom, how strictly, and what happens when two save at once."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from actions.models import Channel, MessageTemplate
from events.models import Event
from journeyorch.access.models import Sandbox
from journeys import publishing
from journeys.definition.document import Document
from journeys.models import JourneyVersion, Onlooker
from tests.journeys.views.conftest import drawing

TAB, OTHER_TAB = "11111111-aaaa", "22222222-bbbb"


@pytest.fixture
def maker(login) -> Client:
    return login("view_journey", "change_journey", "publish_journey")


def address(version: JourneyVersion, part: str) -> str:
    return f"/api/v1/versions/{version.uid}/{part}"


def save(client: Client, version: JourneyVersion, document: Any, revision: int | None = None) -> Any:
    body = {"document": document, "revision": version.revision if revision is None else revision}
    return client.put(address(version, "draft"), json.dumps(body), content_type="application/json")


def test_what_can_be_read_is_saved_even_if_it_is_unfinished(maker, draft):
    answer = save(maker, draft, {"start": [], "activities": {}})
    draft.refresh_from_db()
    assert (answer.status_code, draft.document["activities"]) == (200, {})
    assert answer.json()["revision"] == draft.revision == 2
    assert [problem["code"] for problem in answer.json()["problems"]] == ["ERR_JOURNEY_NO_START"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"activities": {"a": {"kind": "wait", "colour": "red"}}}, "activities.a.colour cannot be read"),
        ({"start": ["no spaces allowed"]}, "start.0"),
        ({"__proto__": {}}, "__proto__ cannot be read"),
        ([], "valid dictionary"),
        ("x", "valid dictionary"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place_and_not_saved(maker, draft, document, message):
    before = draft.document
    answer = save(maker, draft, document)
    draft.refresh_from_db()
    assert (answer.status_code, draft.document) == (422, before)
    assert message in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b'{"document": {}}', b'{"document": {}, "revision": 0}']
)
def test_a_body_of_another_form_is_refused(maker, draft, body):
    answer = maker.put(address(draft, "draft"), body, content_type="application/json")
    assert answer.status_code in (400, 422)


def test_a_journey_of_five_megabytes_is_refused_and_says_how_much_is_read(maker, draft):
    document = {"activities": {f"a{n}": {"kind": "end", "note": "x" * 2000} for n in range(2500)}}
    answer = save(maker, draft, document)
    assert (answer.status_code, "1024 KiB" in answer.json()["detail"]) == (413, True)


def test_unknown_kinds_and_markup_are_kept_as_they_are_and_told_of(maker, draft):
    document = {
        "start": ["a"],
        "activities": {"a": {"kind": "<b>x</b>", "label": "<script>alert(1)</script>"}},
    }
    answer = save(maker, draft, document)
    assert "ERR_JOURNEY_CONFIGURATION" in [problem["code"] for problem in answer.json()["problems"]]
    page = maker.get(f"/versions/{draft.uid}/design/").content.decode()
    assert "<script>alert" not in page


def test_who_saves_second_is_told_what_is_stored_now(maker, draft):
    save(maker, draft, drawing(), revision=1)
    answer = save(maker, draft, {"activities": {}}, revision=1)
    assert answer.status_code == 409
    assert answer.json()["stored"]["revision"] == 2
    assert set(answer.json()["stored"]["document"]["activities"]) == {"in", "pause", "which", "end"}
    draft.refresh_from_db()
    assert draft.document["activities"]


def test_what_is_published_meanwhile_is_not_changed_any_more(maker, draft):
    publishing.publish(draft, by=None)
    answer = save(maker, draft, {"activities": {}})
    assert (answer.status_code, answer.json()["stored"]["may"]["change"]) == (409, False)
    draft.refresh_from_db()
    assert draft.document["activities"]


def test_readers_look_and_change_nothing(reader, draft):
    assert reader.get(address(draft, "draft")).json()["may"]["change"] is False
    assert save(reader, draft, {"activities": {}}).status_code == 403
    answer = reader.put(
        address(draft, "journey"), json.dumps({"name": "Mine"}), content_type="application/json"
    )
    assert answer.status_code == 403


PARTS = ["draft", "moves", "offers", "profile-fields", "jump-fields", "template?name=x"]


@pytest.mark.parametrize("part", PARTS)
def test_other_sandboxes_and_strangers_see_nothing(login, reader, draft, part):
    assert Client().get(address(draft, part)).status_code == 401
    assert login("view_event").get(address(draft, part)).status_code == 403
    assert reader.get(f"/api/v1/versions/{uuid.uuid4()}/{part}").status_code == 404
    JourneyVersion.objects.update(sandbox=Sandbox.objects.create(name="other"))
    assert reader.get(address(draft, part)).status_code == 404


def tell(client: Client, version: JourneyVersion, tab: str) -> Any:
    return client.post(
        address(version, "presence"), json.dumps({"tab": tab}), content_type="application/json"
    )


def test_who_else_is_looking_is_told_and_those_who_have_gone_are_not(maker, reader, draft):
    assert tell(maker, draft, TAB).json() == {"others": [], "revision": 1, "status": "draft"}
    assert tell(reader, draft, OTHER_TAB).json()["others"] == ["user-0"]
    assert tell(maker, draft, TAB).json()["others"] == ["user-1"]
    Onlooker.objects.filter(tab=OTHER_TAB).update(seen_at="2020-01-01T00:00:00Z")
    assert tell(maker, draft, TAB).json()["others"] == []
    assert Onlooker.objects.count() == 1


@pytest.mark.parametrize("tab", ["", "short", "x" * 37, "a b c d e f g", 5, None])
def test_a_tab_has_a_plain_name(maker, draft, tab):
    assert tell(maker, draft, tab).status_code == 422


@pytest.mark.parametrize("name", ["", "  ", "Taken", "x" * 121])
def test_a_journeys_name_is_not_empty_taken_or_too_long(maker, draft, sandbox, name):
    publishing.create_journey(sandbox, "Taken", by=None)
    body = json.dumps({"name": name, "description": ""})
    assert maker.put(address(draft, "journey"), body, content_type="application/json").status_code == 422
    draft.journey.refresh_from_db()
    assert draft.journey.name == "Win back"


def test_a_journey_is_renamed(maker, draft):
    for tags, kept in (["vip", " summer"], ["vip", "summer"]), (None, ["vip", "summer"]), ([], []):
        body = json.dumps({"name": "  Welcome ", "description": "Greets", "tags": tags})
        answer = maker.put(address(draft, "journey"), body, content_type="application/json").json()
        assert (answer["name"], answer["description"], answer["tags"]) == ("Welcome", "Greets", kept)


def test_what_can_be_done_comes_with_what_will_happen(maker, reader, draft):
    moves = {move["name"]: move for move in maker.get(address(draft, "moves")).json()["moves"]}
    assert set(moves) == {"publish", "switch-test-on", "duplicate", "delete"}
    assert moves["publish"]["consequences"] == ["People enter as soon as their event is received."]
    assert reader.get(address(draft, "moves")).json()["moves"] == []


def test_what_there_is_to_choose_from(maker, draft):
    offers = maker.get(address(draft, "offers")).json()
    event = Event.objects.get(name="Ordered").pk
    assert offers["events"] == [{"id": event, "name": "Ordered", "namespace": "Email", "description": ""}]
    assert offers["journeys"] == []
    fields = maker.get(address(draft, "jump-fields") + "?event=Ordered").json()["variables"]
    total = {"name": "total", "label": "total", "type": "decimal", "required": True}
    assert fields == [{**total, "fields": [], "default": ""}]
    assert maker.get(address(draft, "jump-fields") + "?event=Nothing").json() == {"variables": []}


def test_a_jump_can_lead_to_drafts_that_begin_with_an_event_or_with_nothing_yet(maker, draft, sandbox):
    empty = publishing.create_journey(sandbox, "Empty", by=None)
    begun = publishing.create_journey(sandbox, "Begun", by=None, document=Document.model_validate(drawing()))
    segment = {"start": ["in"], "activities": {"in": {"kind": "segment_qualification"}}}
    publishing.create_journey(sandbox, "Segment", by=None, document=Document.model_validate(segment))

    offers = maker.get(address(draft, "offers")).json()["journeys"]

    assert [(one["name"], one["event"], one["status"]) for one in offers] == [
        (begun.journey.name, "Ordered", "draft"),
        (empty.journey.name, "", "draft"),
    ]


def test_a_template_is_shown_as_an_invented_person_would_get_it(maker, draft, sandbox):
    Channel.objects.create(sandbox=sandbox, name="SMS", kind="sms", provider="catcher", config={})
    MessageTemplate.objects.create(
        sandbox=sandbox, name="Hi", kind="sms", content={"text": "Hi {{ profile.person.name.firstName }}"}
    )
    answer = maker.get(address(draft, "template") + "?kind=sms&name=Hi")
    assert answer.json() == {"parts": {"text": "Hi Ada"}}
    assert maker.get(address(draft, "template") + "?kind=email&name=Hi").status_code == 404
    assert maker.get(address(draft, "template") + "?kind=%00&name=%00").status_code == 404


# --- Labels of what is live -----------------------------------------------------------------------


def relabel(client: Client, version: JourneyVersion, **activities: Any) -> Any:
    body = json.dumps({"activities": activities})
    return client.put(address(version, "labels"), body, content_type="application/json")


def test_labels_of_a_live_version_change_and_what_people_walk_by_does_not(maker, draft):
    publishing.publish(draft, by=None)
    before = draft.document
    which = {"label": "VIP?", "description": "", "paths": {"vip": "Guests of honour"}}
    answer = relabel(maker, draft, pause={"label": "Rest", "description": "A day"}, which=which)
    draft.refresh_from_db()
    assert answer.json()["document"] == draft.document
    assert answer.json()["revision"] == draft.revision
    pause, condition = draft.document["activities"]["pause"], draft.document["activities"]["which"]
    assert (pause["label"], pause["description"]) == ("Rest", "A day")
    assert pause["config"] == before["activities"]["pause"]["config"]
    assert condition["config"]["paths"][0] == {"id": "vip", "label": "Guests of honour", "expression": "true"}
    assert draft.document["activities"]["in"] == before["activities"]["in"]


def test_drafts_are_not_relabelled_and_readers_relabel_nothing(maker, login, draft):
    labels = {"label": "Rest", "description": ""}
    assert relabel(maker, draft, pause=labels).status_code == 422
    publishing.publish(draft, by=None)
    assert relabel(login("view_journey"), draft, pause=labels).status_code == 403
    assert relabel(maker, draft, pause={**labels, "label": "x" * 121}).status_code == 422
    unknown = relabel(maker, draft, nowhere=labels, pause={**labels, "paths": {"none": "x"}})
    draft.refresh_from_db()
    assert (unknown.status_code, draft.document["activities"]["pause"]["label"]) == (200, "Rest")
