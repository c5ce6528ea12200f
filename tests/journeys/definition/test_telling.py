"""Each kind of activity tells its own sentence, and a journey its own story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from journeys.activities.base import kinds
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument, Document, Properties, Reentrance
from journeys.definition.telling import tell

PATHS = [{"id": "vip", "label": "VIP", "expression": '@{Order.tier} == "gold"'}]
NIGHT = {"id": "n", "days": ["sat"], "hours": [{"from": "22:00", "to": "02:00"}]}
WORDS = Words(journeys={"u-1": "Birthday"})

STEPS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("event", {"event": "Meal"}, ["Waits until the event Meal comes for the person."]),
    (
        "event",
        {"event": "Meal", "timeout": "PT6H"},
        [
            "Waits until the event Meal comes for the person.",
            "If it has not come after 6 h, the person goes on all the same.",
        ],
    ),
    (
        "reaction",
        {"message": "mail", "reaction": "opened", "timeout": "P1D", "timeout_path": True},
        [
            "Waits until the person opens the message “Welcome”.",
            "If it has not come after 1 d, the person takes the path of the timeout.",
        ],
    ),
    ("segment_qualification", {"segment": "VIP"}, ["Waits until the person comes into the segment VIP."]),
    ("condition", {"paths": PATHS}, ["The first of these paths that fits is taken."]),
    (
        "condition",
        {"paths": PATHS, "other": False, "error_path": True},
        [
            "The first of these paths that fits is taken.",
            "If none fits, the journey ends for the person.",
            "If it fails or takes too long, the path of errors is taken.",
        ],
    ),
    (
        "profile_cap",
        {"count": 1200},
        ["At most 1,200 people take the first path, everybody after them the second."],
    ),
    ("wait", {"duration": "PT36H"}, ["Waits 1 d 12 h."]),
    ("wait", {"type": "date_time", "at": "2026-12-24T18:00"}, ["Waits until 2026-12-24 18:00."]),
    ("wait", {"type": "custom", "expression": "now()"}, ["Waits until this moment:", "Now."]),
    ("end", {}, ["The journey ends here."]),
    (
        "email",
        {"template": "Hello", "parameters": {"name": "upper(@{Order.name})", "none": " "}},
        ["Sends the email “Hello” to the person.", "name: Order name in upper case."],
    ),
    ("sms", {"template": "Hi"}, ["Sends the text message “Hi” to the person's mobile phone."]),
    (
        "custom_action",
        {"action": "CRM", "values": {"x": "1 +"}},
        ["Calls another system by the action CRM.", "x: 1 +"],
    ),
    ("update_profile", {"fields": {"points": "1"}}, ["Sets fields of the profile:", "points: 1."]),
    (
        "jump",
        {"journey": "u-1", "event": "E"},
        ["The person enters the journey “Birthday”, too, and goes on in this one."],
    ),
    ("wait", {"colour": "red"}, ["This step is not finished: its configuration cannot be read."]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "config", "sentences"), STEPS)
def test_a_step_tells_what_it_does(kind: str, config: dict[str, Any], sentences: list[str]):
    document = Document(start=["in"], activities={"a": ActivityDocument(kind=kind, config=config)})
    assert tell(document, WORDS, names={"mail": "Welcome"}).steps["a"] == sentences


PATHS_TOLD: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("condition", {"paths": PATHS}, {"vip": "Order tier is “gold”."}),
    ("split", {"parts": [{"id": "a", "label": "Few", "percent": 12.5}, {"id": "b", "percent": 87.5}]}, {
        "a": "12.5 % of the people",
    }),
    ("time_condition", {"paths": [NIGHT]}, {"n": "Saturday, 22:00–02:00"}),
    ("date_condition", {"paths": [{"id": "d", "from": "2026-01-01T00:00", "to": "2026-02-01T00:00"}]}, {
        "d": "from 2026-01-01 00:00 until 2026-02-01 00:00",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "config", "expected"), PATHS_TOLD)
def test_paths_tell_who_takes_them(kind: str, config: dict[str, Any], expected: dict[str, str]):
    document = Document(activities={"a": ActivityDocument(kind=kind, config=config)})
    told = tell(document, WORDS, names={}).paths
    assert told == {("a", way): text for way, text in expected.items()}


def test_a_start_lets_people_enter_and_waits_for_nobody():
    config = {"event": "Meal", "timeout": "PT6H"}
    document = Document(start=["a"], activities={"a": ActivityDocument(kind="event", config=config)})
    assert tell(document, WORDS, names={}).steps["a"] == ["Whoever the event Meal is about enters."]


def test_every_kind_tells_more_than_its_help():
    own = {
        kind for kind, known in kinds().items() if "tell" in {n for c in known.__mro__[:-2] for n in vars(c)}
    }
    assert own == set(kinds())


def test_the_journey_tells_its_dates_and_rules():
    properties = Properties(
        start_at=datetime(2026, 1, 1, tzinfo=UTC), reentrance=Reentrance(wait=timedelta(minutes=5))
    )
    assert tell(Document(properties=properties), WORDS, names={}).journey == [
        "People enter from 2026-01-01 00:00 UTC on.",
        "Whoever was in it may enter again, 5 min after the last time.",
        "Times are those of UTC.",
    ]
    once = Properties(reentrance=Reentrance(allowed=False), use_profile_time_zone=True)
    assert tell(Document(properties=once), WORDS, names={}).journey == [
        "Everybody enters once only.",
        "Times are those of the person's own time zone, or else of UTC.",
    ]
