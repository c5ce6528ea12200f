"""Which experience events are loaded: as few as an expression needs, and never too few."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from datasources.platform.profiles.history import EVERYTHING, NOTHING, History, history_of
from journeyorch.expressions import Context, FieldGroupScope, RunTimeError, Scope, compile_expression, types

EVENT = types.ObjectType(
    {
        "eventType": types.STRING,
        "timestamp": types.DATE_TIME,
        "n": types.INTEGER,
        "items": types.ListType(types.ObjectType({"eventType": types.STRING})),
    }
)
SCOPE = Scope(
    datasources={
        "ExperiencePlatform": {
            "ProfileFieldGroup": FieldGroupScope(
                types.ObjectType(
                    {
                        "points": types.INTEGER,
                        "experienceevent": types.ListType(EVENT),
                    }
                )
            )
        },
        "Rooms": {"free": FieldGroupScope(types.ObjectType({"n": types.INTEGER}), {"q": types.ANY})},
    }
)
EVENTS = "#{ExperiencePlatform.ProfileFieldGroup.experienceevent"
TYPE, TIME, N = (f"currentDataPackField.{name}" for name in ("eventType", "timestamp", "n"))
COUNT_B = f'count({EVENTS}.all({TYPE} == "b")}})'
A = f'count({EVENTS}.all({TYPE} == "a")}}) > 0'
A_LATELY, B_LATELY = (
    f'count({EVENTS}.all({TYPE} == "{one}" and inLastDays({TIME}, 2))}}) > 0' for one in "ab"
)
LATELY, EARLIER = (f"count({EVENTS}.all(inLastDays({TIME}, {days}))}}) > 0" for days in (2, 9))
DAY = timedelta(days=1)


def needed(*sources: str) -> History:
    return history_of([compile_expression(source, SCOPE) for source in sources])


def of(*names: str, days: float | None = None) -> History:
    """``days``: as the expression says; a day more is loaded."""
    return History(frozenset(names) if names else None, None if days is None else timedelta(days=days) + DAY)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("#{ExperiencePlatform.ProfileFieldGroup.points} > 1", NOTHING),
        ("true", NOTHING),
        (f"count({EVENTS}}}) > 0", EVERYTHING),
        (f"count({EVENTS}.eventType}}) > 0", EVERYTHING),
        (f"{EVENTS}.first().n}} > 0", EVERYTHING),
        (f"{EVENTS}.at(0).n}} > 0", EVERYTHING),
        (f'count({EVENTS}.all({TYPE} == "a")}}) > 0', of("a")),
        (f'count({EVENTS.replace("experience", "profile.experience")}.all({TYPE} == "a")}}) > 0', of("a")),
        (f'{EVENTS}.first("a" == {TYPE}).n}} > 0', of("a")),
        (f'{EVENTS}.last({TYPE} == "a").n}} > 0', of("a")),
        (f'count({EVENTS}.all(in({TYPE}, ["a", "b"]))}}) > 0', of("a", "b")),
        (f'count({EVENTS}.all({TYPE} == "a" or {TYPE} == "b")}}) > 0', of("a", "b")),
        (f'count({EVENTS}.all({TYPE} == "a" or currentDataPackField.n > 1)}}) > 0', EVERYTHING),
        (f'count({EVENTS}.all({TYPE} == "a" and currentDataPackField.n > 1)}}) > 0', of("a")),
        # Whether n can be compared at all is looked at first: of every event.
        (f'count({EVENTS}.all(currentDataPackField.n > 1 and {TYPE} == "a")}}) > 0', EVERYTHING),
        (f'count({EVENTS}.all({TYPE} != "a")}}) > 0', EVERYTHING),
        (f'count({EVENTS}.all(not ({TYPE} == "a"))}}) > 0', EVERYTHING),
        (f'count({EVENTS}.all({TYPE} == "a" == true)}}) > 0', EVERYTHING),
        (f'count({EVENTS}.all(lower({TYPE}) == "a")}}) > 0', EVERYTHING),
        (f"count({EVENTS}.all({TYPE} == null)}}) > 0", EVERYTHING),
        (f"count({EVENTS}.all({TYPE} == uuid())}}) > 0", EVERYTHING),
        (f"count({EVENTS}.all({TYPE} == \"{'x' * 120}\")}}) > 0", EVERYTHING),
        (f'count({EVENTS}.all(currentDataPackField.items.all({TYPE} == "a") is not null)}}) > 0', EVERYTHING),
        (f'count({EVENTS}.all(in("a", currentDataPackField.items.eventType))}}) > 0', EVERYTHING),
        # Times.
        (f"count({EVENTS}.all(inLastDays({TIME}, 7))}}) > 0", of(days=7)),
        (f"count({EVENTS}.all(inLastHours({TIME}, 12))}}) > 0", of(days=0.5)),
        (f"count({EVENTS}.all(inLastMonths({TIME}, 2))}}) > 0", of(days=62)),
        (f"count({EVENTS}.all(inLastYears({TIME}, 1))}}) > 0", of(days=366)),
        (f"count({EVENTS}.all(inLastYears({TIME}, 2))}}) > 0", EVERYTHING),
        (f"count({EVENTS}.all(inLastDays({TIME}, currentDataPackField.n))}}) > 0", EVERYTHING),
        (f"count({EVENTS}.all(inNextDays({TIME}, 7))}}) > 0", EVERYTHING),
        (f'count({EVENTS}.all({TIME} > nowWithDelta(-3, "days"))}}) > 0', of(days=3)),
        (f'count({EVENTS}.all({TIME} >= nowWithDelta(-1, "months"))}}) > 0', of(days=31)),
        (f'count({EVENTS}.all(nowWithDelta(-3, "days") < {TIME})}}) > 0', of(days=3)),
        (f'count({EVENTS}.all(nowWithDelta(-3, "days", "Asia/Tokyo") <= {TIME})}}) > 0', of(days=3)),
        (f'count({EVENTS}.all({TIME} > now() - toDuration("P2D"))}}) > 0', of(days=2)),
        (f"count({EVENTS}.all({TIME} > now() - toDuration(3600000))}}) > 0", of(days=1 / 24)),
        (f'count({EVENTS}.all({TIME} < nowWithDelta(-3, "days"))}}) > 0', EVERYTHING),
        (f'count({EVENTS}.all({TIME} > toDateTime("2026-01-01T00:00:00Z"))}}) > 0', EVERYTHING),
        # Both.
        (f'count({EVENTS}.all({TYPE} == "a" and inLastDays({TIME}, 7))}}) > 0', of("a", days=7)),
        (f'count({EVENTS}.all(inLastDays({TIME}, 7) and {TYPE} == "a")}}) > 0', of("a", days=7)),
        (f'count({EVENTS}.all(inLastDays({TIME}, 7) or {TYPE} == "a")}}) > 0', EVERYTHING),
        (
            f'count({EVENTS}.all({TYPE} == "a" and (inLastDays({TIME}, 1) or inLastDays({TIME}, 3)))}}) > 0',
            of("a", days=3),
        ),
        (f'count({EVENTS}.all({TYPE} == "a").all({TYPE} == "b")}}) > 0', of("a")),
        # Several references.
        (f'count({EVENTS}.all({TYPE} == "a")}}) > count({EVENTS}.all({TYPE} == "b")}})', of("a", "b")),
        (f'count({EVENTS}.all({TYPE} == "a")}}) > count({EVENTS}}})', EVERYTHING),
        # Inside parameters and conditions of others.
        (f'#{{Rooms.free.n, params: {{q: count({EVENTS}.all({TYPE} == "a")}})}}}} > 1', of("a")),
        (f'#{{Rooms.free.n, defaultValue: (count({EVENTS}}})), params: {{q: 1}}}} > 1', EVERYTHING),
        (f'count({EVENTS}.all({TYPE} == "a" and {N} > {COUNT_B})}}) > 0', of("a", "b")),
    ],
)  # fmt: skip
def test_what_an_expression_looks_at(source: str, expected: History) -> None:
    assert needed(source) == expected


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([], NOTHING),
        (["true", A], of("a")),
        ([A_LATELY, B_LATELY], of("a", "b", days=2)),
        ([A_LATELY, A], of("a")),
        ([LATELY, EARLIER, LATELY], of(days=9)),
        ([A, LATELY], EVERYTHING),
    ],
)
def test_several_expressions_look_at_what_each_of_them_does(sources: list[str], expected: History) -> None:
    assert needed(*sources) == expected


# --- Never too few --------------------------------------------------------------------------------

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
terms = st.sampled_from(
    [
        f'{TYPE} == "a"',
        f'"b" == {TYPE}',
        f'in({TYPE}, ["a", "c"])',
        f'{TYPE} != "a"',
        f"inLastDays({TIME}, 3)",
        f"inLastMonths({TIME}, 1)",
        f'{TIME} > nowWithDelta(-30, "hours")',
        f'nowWithDelta(-5, "days") <= {TIME}',
        f'{TIME} < nowWithDelta(-2, "days")',
        f'{TIME} > now() - toDuration("PT30H")',
        "currentDataPackField.n > 2",
        f"{TYPE} is null",
    ]
)
conditions = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda part: f"({' '.join(part)})"),
        inner.map(lambda part: f"not ({part})"),
    ),
    max_leaves=6,
)
events = st.lists(
    st.fixed_dictionaries(
        {
            "eventType": st.sampled_from(["a", "b", "c", None]),
            "hours": st.integers(0, 24 * 40),
            "n": st.sampled_from([1, 3, None, "no number"]),
        }
    ),
    max_size=8,
)


USES = ["count({}.all({})}})", "{}.first({}).n}}"]


@settings(max_examples=300, deadline=None)
@given(condition=conditions, happened=events, use=st.sampled_from(USES))
def test_leaving_out_what_is_not_needed_changes_nothing(
    condition: str, happened: list[dict[str, Any]], use: str
) -> None:
    compiled = compile_expression(use.format(EVENTS, condition), SCOPE)
    history = history_of([compiled])
    rows = [(one["eventType"], NOW - timedelta(hours=one.pop("hours")), one) for one in happened]
    for _, at, one in rows:
        one["timestamp"] = at.isoformat()
    kept = [
        one
        for name, at, one in rows
        if (history.types is None or name in history.types)
        and (history.window is None or at >= NOW - history.window)
    ]
    assert result(compiled, kept) == result(compiled, [one for _, _, one in rows])


def result(compiled: Any, history: list[dict[str, Any]]) -> Any:
    data = {"ExperiencePlatform": {"ProfileFieldGroup": {"experienceevent": history}}}
    try:
        return compiled.evaluate(Context(now=NOW, datasources=data))
    except RunTimeError:
        return "failed"
