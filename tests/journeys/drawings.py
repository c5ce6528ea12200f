"""Drawings without a database: a small catalog, and what checks and compiles documents against it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from journeyorch.expressions import FieldGroupScope, types
from journeys.activities.catalog import (
    ActionInfo,
    Catalog,
    ChannelInfo,
    EventInfo,
    GroupInfo,
    JourneyInfo,
    ProfileGroupInfo,
    SegmentInfo,
    TemplateInfo,
    VariableInfo,
)
from journeys.definition.check import check
from journeys.definition.compile import compile_plan
from journeys.definition.document import Document
from journeys.definition.problems import Problem
from journeys.engine.decide import Plan, Run

LOBBY, MEAL, GYM = 1, 2, 3
_PAYLOAD = types.ObjectType({"amount": types.DECIMAL, "text": types.STRING})
_PROFILE = types.ObjectType(
    {
        "points": types.INTEGER,
        "timeZone": types.STRING,
        "person": types.ObjectType({"name": types.ObjectType({"firstName": types.STRING})}),
        "tags": types.ListType(types.STRING),
        "since": types.DATE_TIME,
        "orders": types.ListType(types.ObjectType({"id": types.STRING})),
        "experienceevent": types.ListType(
            types.ObjectType({"eventType": types.STRING, "timestamp": types.DATE_TIME})
        ),
    }
)

CATALOG = Catalog(
    events={
        "Lobby": EventInfo(LOBBY, "Lobby", "CRMID", _PAYLOAD),
        "Meal": EventInfo(MEAL, "Meal", "CRMID", _PAYLOAD),
        "Gym": EventInfo(GYM, "Gym", "CRMID", _PAYLOAD),
        "Elsewhere": EventInfo(4, "Elsewhere", "Email", _PAYLOAD),
        "Anybody": EventInfo(5, "Anybody", "", _PAYLOAD),
    },
    sources={
        "Weather": {
            "here": GroupInfo(11, "source:1", FieldGroupScope(types.ObjectType({"city": types.STRING}))),
        },
        "Rooms": {
            "free": GroupInfo(
                12,
                "source:2",
                FieldGroupScope(types.ObjectType({"count": types.INTEGER}), {"city": types.ANY}),
            ),
        },
    },
    profile=_PROFILE,
    profile_groups={"ProfileFieldGroup": ProfileGroupInfo(FieldGroupScope(_PROFILE))},
    actions={
        "Tell": ActionInfo(
            7,
            "Tell",
            "action:7",
            (VariableInfo("text", "Text", types.STRING, True), VariableInfo("more", "", types.ANY, False)),
            types.ObjectType({"id": types.STRING}),
        ),
        "Shout": ActionInfo(8, "Shout", "action:8", (), None),
        "Letter": ActionInfo(9, "Letter", "action:9", (), None, is_campaign=True, is_asked_about=True),
    },
    templates={
        "Hello": TemplateInfo(5, "Hello", "email", (VariableInfo("name", "", types.STRING, True),)),
        "Short": TemplateInfo(6, "Short", "sms", ()),
        "Bell": TemplateInfo(7, "Bell", "push", ()),
    },
    channels={
        "email": ChannelInfo(3, "email", "channel:3"),
        "sms": ChannelInfo(4, "sms", "channel:4"),
        "push": ChannelInfo(5, "push", "channel:5"),
    },
    longest_wait=timedelta(days=90),
    journeys={
        "u-1": JourneyInfo(1, "u-1", "This one", is_live=True, in_test=False, event="Lobby", jumps=()),
        "u-2": JourneyInfo(2, "u-2", "Dinner", is_live=True, in_test=False, event="Meal", jumps=("u-3",)),
        "u-3": JourneyInfo(3, "u-3", "Night", is_live=True, in_test=False, event="Gym", jumps=()),
        "u-4": JourneyInfo(4, "u-4", "Back again", is_live=True, in_test=False, event="Gym", jumps=("u-5",)),
        "u-5": JourneyInfo(5, "u-5", "Between", is_live=True, in_test=False, event="Gym", jumps=("u-1",)),
        "u-6": JourneyInfo(6, "u-6", "Unfinished", is_live=False, in_test=True, event="Meal", jumps=()),
        "u-7": JourneyInfo(7, "u-7", "By segment", is_live=True, in_test=False, event="", jumps=()),
        "u-8": JourneyInfo(8, "u-8", "By email", is_live=True, in_test=False, event="Elsewhere", jumps=()),
    },
    own="u-1",
    segments={
        "Rich": SegmentInfo(1, "Rich", is_evaluated=True),
        "New": SegmentInfo(2, "New", is_evaluated=False),
    },
    namespaces=frozenset({"CRMID", "Email"}),
)


def document(start: str | list[str], *, properties: Any = None, **activities: Any) -> Document:
    """A document as it would be read from the designer."""
    starts = [start] if isinstance(start, str) else start
    return Document.model_validate(
        {"properties": properties or {}, "start": starts, "activities": activities}
    )


def problems(start: str | list[str], *, properties: Any = None, **activities: Any) -> list[Problem]:
    """What the check finds."""
    return check(document(start, properties=properties, **activities), CATALOG, max_activities=50)


def plan(
    start: str | list[str],
    *,
    in_test: bool = False,
    properties: Any = None,
    catalog: Catalog = CATALOG,
    **activities: Any,
) -> Plan:
    """The plan of a drawing, which must be without errors."""
    drawn = document(start, properties=properties, **activities)
    found = [problem for problem in check(drawn, catalog, max_activities=50) if problem.is_error]
    assert not found, found
    run = Run(1, timedelta(seconds=10), from_outside=False) if in_test else None
    return compile_plan(drawn, catalog, version_id=1, journey_id=1, sandbox_id=1, constants={}, test=run)
