"""What can be wrong with conditions on time, caps, waits and updates of the profile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from journeys.definition.check import check
from tests.journeys.drawings import CATALOG, document, problems
from tests.journeys.world import act

LOBBY = act("event", "next", event="Lobby")
UNFIT = "ERR_JOURNEY_CONFIGURATION"


def found(kind: str, config: dict[str, Any], **properties: Any) -> list[tuple[str, str | None, str]]:
    drawn = {"lobby": LOBBY, "next": {**act(kind), "config": config}}
    return [(one.code, one.activity, one.field) for one in problems("lobby", properties=properties, **drawn)]


def hours(begin: str, end: str) -> dict[str, Any]:
    return {"paths": [{"id": "a", "hours": [{"from": begin, "to": end}]}]}


def dates(**between: str) -> dict[str, Any]:
    return {"paths": [{"id": "a", **between}]}


def until(expression: str) -> dict[str, Any]:
    return {"type": "custom", "expression": expression}


def sets(**fields: str) -> dict[str, Any]:
    return {"fields": {path.replace("__", "."): source for path, source in fields.items()}}


HALVES = [{"id": "a", "percent": 50}, {"id": "b", "percent": 50}]
TWICE = {"paths": [{"id": "a", "days": ["mon"]}, {"id": "a", "days": ["tue"]}]}

# Kind, configuration, code, field.
WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("time_condition", {"paths": []}, UNFIT, "paths"),
    ("time_condition", {"paths": [{"id": "a"}]}, UNFIT, "paths.0"),
    ("time_condition", {"paths": [{"id": "a", "days": ["monday"]}]}, UNFIT, "paths.0.days.0"),
    ("time_condition", {"paths": [{"id": "a", "days": ["mon", "mon"]}]}, UNFIT, "paths.0.days"),
    ("time_condition", hours("9:00", "17:00"), UNFIT, "paths.0.hours.0.from"),
    ("time_condition", hours("09:00", "24:00"), UNFIT, "paths.0.hours.0.to"),
    ("time_condition", hours("09:00Z", "10:00"), UNFIT, "paths.0.hours.0.from"),
    ("time_condition", TWICE, "ERR_JOURNEY_PATH_TWICE", "paths"),
    ("time_condition", {"paths": [{"id": "other", "days": ["mon"]}]}, "ERR_JOURNEY_PATH_TWICE", "paths"),
    ("split", {"parts": [HALVES[0], HALVES[0]]}, "ERR_JOURNEY_PATH_TWICE", "parts"),
    ("date_condition", {"paths": []}, UNFIT, "paths"),
    ("date_condition", dates(), UNFIT, "paths.0"),
    ("date_condition", {"paths": [{"id": "a", "from": "2026-03-01"}]}, UNFIT, "paths.0.from"),
    ("date_condition", {"paths": [{"id": "a", "from": "2026-03-01T00:00Z"}]}, UNFIT, "paths.0.from"),
    ("date_condition", {"paths": [{"id": "a", "from": "soon"}]}, UNFIT, "paths.0.from"),
    ("date_condition", {"paths": [{"id": "a", "from": 1760000000}]}, UNFIT, "paths.0.from"),
    ("date_condition", {"paths": [{"id": "a", "from": "0001-01-01T00:00"}]}, UNFIT, "paths.0.from"),
    ("date_condition", dates(**{"from": "2026-03-02T00:00"}, to="2026-03-02T00:00"), UNFIT, "paths.0"),
    ("profile_cap", {"count": 0}, UNFIT, "count"),
    ("profile_cap", {"count": -1}, UNFIT, "count"),
    ("profile_cap", {"count": 1.5}, UNFIT, "count"),
    ("profile_cap", {"count": 2**40}, UNFIT, "count"),
    ("wait", {}, UNFIT, "duration"),
    ("wait", {"type": "date_time", "duration": "PT1H"}, UNFIT, "at"),
    ("wait", until("  "), UNFIT, "expression"),
    ("wait", {"type": "until", "duration": "PT1H"}, UNFIT, "type"),
    ("wait", {"duration": "P91D"}, UNFIT, "duration"),
    ("wait", {"duration": "-PT1S"}, UNFIT, "duration"),
    ("wait", until("now("), "ERR_JOURNEY_EXPR_SYNTAX", "expression"),
    ("wait", until('"2026-03-01"'), "ERR_JOURNEY_WAIT_NO_TIME", "expression"),
    ("wait", until('toDuration("PT1H")'), "ERR_JOURNEY_WAIT_NO_TIME", "expression"),
    ("wait", until('toDateOnly("2026-03-01")'), "ERR_JOURNEY_WAIT_NO_TIME", "expression"),
    ("wait", until("null"), "ERR_JOURNEY_WAIT_NO_TIME", "expression"),
    ("update_profile", {}, UNFIT, "fields"),
    ("update_profile", {"fields": {}}, UNFIT, "fields"),
    ("update_profile", sets(nothing='"x"'), "ERR_JOURNEY_FIELD_MISSING", "fields.nothing"),
    ("update_profile", sets(person__nothing='"x"'), "ERR_JOURNEY_FIELD_MISSING", "fields.person.nothing"),
    ("update_profile", {"fields": {"": '"x"'}}, "ERR_JOURNEY_FIELD_MISSING", "fields."),
    ("update_profile", sets(points__more="1"), "ERR_JOURNEY_FIELD_MISSING", "fields.points.more"),
    ("update_profile", sets(person="null"), "ERR_JOURNEY_FIELD_MISSING", "fields.person"),
    ("update_profile", sets(orders="null"), "ERR_JOURNEY_FIELD_MISSING", "fields.orders"),
    ("update_profile", sets(orders__id='"x"'), "ERR_JOURNEY_FIELD_MISSING", "fields.orders.id"),
    ("update_profile", sets(experienceevent="null"), "ERR_JOURNEY_FIELD_MISSING", "fields.experienceevent"),
    ("update_profile", sets(points='"x"'), "ERR_JOURNEY_EXPR_TYPE", "fields.points"),
    ("update_profile", sets(points="1.5"), "ERR_JOURNEY_EXPR_TYPE", "fields.points"),
    ("update_profile", sets(tags='"x"'), "ERR_JOURNEY_EXPR_TYPE", "fields.tags"),
    ("update_profile", sets(points=""), "ERR_JOURNEY_EXPR_EMPTY", "fields.points"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "config", "code", "field"), WRONG, ids=[f"{n} {row[0]}" for n, row in enumerate(WRONG)]
)
def test_what_is_wrong_is_found_at_its_place(
    kind: str, config: dict[str, Any], code: str, field: str
) -> None:
    assert found(kind, config) == [(code, "next", field)]


RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("time_condition", {"paths": [{"id": "a", "days": ["sun"]}, {"id": "b", "days": ["mon"]}]}),
    ("time_condition", hours("22:00", "06:00")),
    ("date_condition", dates(**{"from": "2026-03-01T00:00"})),
    ("date_condition", dates(to="2026-03-01T08:30:15")),
    ("profile_cap", {}),
    ("profile_cap", {"count": 1}),
    ("wait", {"duration": "P30D"}),
    ("wait", {"type": "date_time", "at": "2026-03-29T02:30"}),
    ("wait", until("now()")),
    ("wait", until('toDateTimeOnly("2026-03-01T08:30")')),
    ("update_profile", sets(person__name__firstName="@{Lobby.text}", points="3", tags='["a"]')),
    ("update_profile", {"fields": {"since": "now()", "timeZone": "null"}}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "config"), RIGHT, ids=[f"{n} {row[0]}" for n, row in enumerate(RIGHT)])
def test_what_is_right_has_no_problem(kind: str, config: dict[str, Any]) -> None:
    assert found(kind, config) == []


@pytest.mark.parametrize(("days", "longest", "wrong"), [(30, 30, False), (31, 30, True), (90, 90, False)])
def test_a_wait_may_last_as_long_as_the_installation_lets_people_stay(
    days: int, longest: int, wrong: bool
) -> None:
    drawn = document("lobby", lobby=LOBBY, next=act("wait", duration=f"P{days}D"))
    catalog = CATALOG._replace(longest_wait=timedelta(days=longest), longest_stay=timedelta(days=90))

    codes = [one.code for one in check(drawn, catalog, max_activities=50)]

    assert codes == (["ERR_JOURNEY_WAIT_TOO_LONG"] if wrong else [])


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("time_condition", {"paths": [{"id": "a", "days": ["sun"]}], "error_path": True}),
        ("date_condition", {**dates(to="2026-03-01T00:00"), "error_path": True}),
        ("profile_cap", {"error_path": True}),
        ("split", {"parts": HALVES, "error_path": True}),
        ("wait", {"type": "custom", "expression": "now()", "error_path": True}),
        ("update_profile", {"fields": {"points": "1"}, "error_path": True}),
    ],
)
def test_whatever_may_fail_offers_an_alternative_path(kind: str, config: dict[str, Any]) -> None:
    assert found(kind, config) == [("WARN_JOURNEY_ALTERNATIVE_EMPTY", "next", "error")]


NOBODY = {"start": "door", "door": act("event", "next", event="Anybody")}


@pytest.mark.parametrize(
    ("next", "properties", "expected"),
    [
        (act("update_profile", fields={"points": "1"}), {}, [("next", "")]),
        (act("wait", duration="PT1H"), {"use_profile_time_zone": True}, [(None, "use_profile_time_zone")]),
        (act("wait", duration="PT1H"), {}, []),
        (act("time_condition", paths=[{"id": "a", "days": ["mon"]}]), {}, []),
        (act("profile_cap"), {}, []),
    ],
)
def test_without_a_namespace_there_is_no_profile(
    next: dict[str, Any], properties: dict[str, Any], expected: list[tuple[str | None, str]]
) -> None:
    problems_found = problems(**NOBODY, next=next, properties=properties)

    assert [(one.activity, one.field) for one in problems_found] == expected
    assert {one.code for one in problems_found} <= {"ERR_JOURNEY_PROFILE_WITHOUT_NAMESPACE"}
