"""Pages by which operators retry, skip and end: for one person, and for many of a version."""

from __future__ import annotations

import uuid

import pytest

from journeyorch.access.models import Sandbox
from journeys.engine.operations import read_asked
from journeys.models import Call, Instance, LaneInput, StepEvent
from tests.journeys.views.conftest import MORNING

FAILED = {"status": Instance.Status.ERROR, "position": Instance.Position.ENDED, "ended_at": MORNING}
PARKED = {"position": Instance.Position.PARKED}


@pytest.fixture
def operator(login):
    return login("view_journey", "operate_instance", "view_profile")


def asked() -> list[tuple[str, str, str, str]]:
    """(who, what, along which path, by whom) as the lanes will find it."""
    found = [read_asked(one.detail) for one in LaneInput.objects.order_by("pk")]
    who = dict(Instance.objects.values_list("pk", "person_id"))
    return [
        (who[one.instance_id], one.operation.verb.value, one.operation.path, one.operation.by)
        for one in found
    ]


@pytest.mark.parametrize("verb", ["retry", "skip", "end"])
def test_only_operators_may(reader, maker, operator, person, live, verb) -> None:
    anna = person("anna", **(FAILED if verb == "retry" else {}))
    for address in (
        f"/instances/{anna.pk}/{verb}/",
        f"/versions/{live.uid}/people/operate/?verb={verb}&of=all",
    ):
        for client in (reader, maker):
            assert client.get(address).status_code == 403
            assert client.post(address, {"path": "next"}).status_code == 403
        assert operator.get(address).status_code == 200
    assert asked() == []


def test_people_of_other_sandboxes_cannot_be_touched(operator, person, live) -> None:
    anna = person("anna")
    type(live).objects.update(sandbox=Sandbox.objects.create(name="other", title="Other"))
    assert operator.post(f"/instances/{anna.pk}/end/").status_code == 404
    assert operator.post(f"/versions/{live.uid}/people/operate/?verb=end&of=all").status_code == 404


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({}, ["skip", "end"]),
        ({"position": Instance.Position.CALLING}, ["retry", "skip", "end"]),
        (PARKED, ["skip", "end", "done", "again", "fail"]),
        (FAILED, ["retry", "skip"]),
        ({**FAILED, "status": Instance.Status.FINISHED}, []),
    ],
)
def test_a_story_offers_what_can_be_done(operator, reader, person, fields, names) -> None:
    anna = person("anna", **fields)
    page = operator.get(f"/instances/{anna.pk}/")
    assert [choice.name for choice in page.context["choices"]] == names
    assert all(f"/instances/{anna.pk}/{name}/" in page.content.decode() for name in names)
    assert reader.get(f"/instances/{anna.pk}/").context["choices"] == []


def test_it_is_asked_for_then_confirmed_then_on_its_way(operator, person) -> None:
    anna = person("anna", **FAILED)
    confirm = operator.get(f"/instances/{anna.pk}/retry/")
    assert "new keys" in confirm.content.decode()
    assert asked() == []

    answer = operator.post(f"/instances/{anna.pk}/retry/", follow=True)
    assert "It is being done" in answer.content.decode()
    assert [one[:3] for one in asked()] == [("anna", "retry", "")]
    assert asked()[0][3].startswith("user-")


def test_a_skip_asks_along_which_path(operator, person) -> None:
    anna = person("anna", activity="which", **FAILED)
    page = operator.get(f"/instances/{anna.pk}/skip/").content.decode()
    assert "VIP" in page
    assert "→ Served" in page
    assert "the way ends there" in page

    operator.post(f"/instances/{anna.pk}/skip/", {"path": "vip"})
    assert asked()[0][:3] == ("anna", "skip", "vip")


def test_a_refusal_is_said(operator, person) -> None:
    anna = person("anna", **{**FAILED, "status": Instance.Status.FINISHED})
    answer = operator.post(f"/instances/{anna.pk}/retry/", follow=True)
    assert "This cannot be done" in answer.content.decode()
    assert asked() == []


# --- Many -----------------------------------------------------------------------------------------


@pytest.fixture
def three(person) -> list[Instance]:
    return [
        person("anna", activity="which", **FAILED),
        person("bert", activity="which", **FAILED),
        person("cleo", activity="pause"),
    ]


def test_the_selected_of_a_list(operator, live, three) -> None:
    address = f"/versions/{live.uid}/people/operate/?verb=retry&of=selected&id={three[0].pk}&id={three[2].pk}"
    assert operator.get(address).context["n"] == 1
    operator.post(address)
    assert [one[0] for one in asked()] == ["anna"]


def test_all_that_a_filter_finds(operator, live, three) -> None:
    address = f"/versions/{live.uid}/people/operate/?verb=skip&of=all&activity=which&status=2"
    assert operator.get(address).context["n"] == 2
    answer = operator.post(address, {"path": "vip"}, follow=True)
    assert "2 people" in answer.content.decode()
    assert sorted(one[0] for one in asked()) == ["anna", "bert"]
    assert {one.bulk for one in LaneInput.objects.all()} == {LaneInput.Class.BULK}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("verb=retry&of=selected", "Select people first"),
        ("verb=&of=all", "Choose what is to be done"),
        ("verb=park&of=all", "Choose what is to be done"),
        ("verb=skip&of=all", "Filter the list by one step"),
        ("verb=done&of=all", "nobody among them"),
        ("verb=retry&of=selected&id=nonsense", "Select people first"),
    ],
)
def test_what_cannot_be_done_is_said(operator, live, three, query, said) -> None:
    answer = operator.get(f"/versions/{live.uid}/people/operate/?{query}", follow=True)
    assert said in answer.content.decode()
    assert asked() == []


def test_the_list_shows_codes_and_finds_the_parked(operator, live, person, three) -> None:
    person("dora", activity="pause", **PARKED)
    StepEvent.objects.create(
        version=live, instance_id=three[0].pk, activity="which", sequence=1, at=MORNING, entered_at=MORNING,
        status=StepEvent.Status.ERROR, detail='{"code": "crashed"}',
    )  # fmt: skip
    assert ">crashed<" in operator.get(f"/versions/{live.uid}/people/").content.decode()
    rows = operator.get(f"/versions/{live.uid}/people/?status=parked").context["rows"]
    assert [instance.person_id for instance, *_ in rows] == ["dora"]


# --- The story ------------------------------------------------------------------------------------


def test_a_story_tells_times_errors_and_operators(operator, person, live) -> None:
    anna = person("anna", **PARKED)
    detail = (
        '{"fetches": [["Rooms.Free", 2, 340], ["Rooms.Known", 0, 0]], "requestId": "k-1", "elapsedMs": 812,'
        ' "attempts": 3, "failure": "http", "error": "The system answered 503.", "code": "503"}'
    )
    values = {
        "version": live,
        "instance_id": anna.pk,
        "activity": "pause",
        "at": MORNING,
        "entered_at": MORNING,
    }
    StepEvent.objects.create(**values, sequence=0, status=StepEvent.Status.ERROR, detail=detail)
    operated = '{"operation": "retry", "by": "olga", "refusal": "movedOn"}'
    StepEvent.objects.create(**values, sequence=1, status=8, path="refused", detail=operated)
    Call.objects.create(
        id=uuid.uuid4(), sandbox=live.sandbox, lane_id=1, instance_id=anna.pk, activity="which",
        kind="custom_action", spec="{}", namespace="Email", person_id="anna", endpoint="action:1", status=3,
        created_at=MORNING, not_before=MORNING, timeout_seconds=30,
    )  # fmt: skip

    page = operator.get(f"/instances/{anna.pk}/").content.decode()

    for said in ("812 ms", "3 attempts", "Rooms.Free", "340 ms", "known already", "k-1", "503", "By olga",
                 "the person had moved on", "nobody knows whether it arrived"):  # fmt: skip
        assert said in page
