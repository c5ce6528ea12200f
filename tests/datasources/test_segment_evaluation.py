"""Who is in a segment, and when time alone changes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from datasources.platform.segments import evaluate
from datasources.platform.segments.compiling import CompiledSegment, clock_of, needs_of
from datasources.platform.segments.evaluate import LATEST, Look, is_in, look
from journeyorch.expressions import FieldGroupScope, Scope, compile_expression, types
from journeyorch.expressions.scope import PROFILE_GROUP, PROFILE_SOURCE
from journeyorch.expressions.times import INEXACT

NOW, ZONE = datetime(2026, 3, 1, 12, tzinfo=UTC), ZoneInfo("UTC")
PERSON = types.ObjectType(
    {
        "tier": types.STRING,
        "birthday": types.DATE_TIME,
        "experienceevent": types.ListType(
            types.ObjectType({"eventType": types.STRING, "timestamp": types.DATE_TIME})
        ),
    }
)
PROFILE = f"{PROFILE_SOURCE}.{PROFILE_GROUP}"
BOUGHT = (
    f'count(#{{{PROFILE}.experienceevent.all(currentDataPackField.eventType == "buy" '
    "and inLastDays(currentDataPackField.timestamp, 30))}) > 0"
)
GOLD = f'#{{{PROFILE}.tier}} == "gold"'


def segment(source: str) -> CompiledSegment:
    scope = Scope(datasources={PROFILE_SOURCE: {PROFILE_GROUP: FieldGroupScope(PERSON)}})
    expression = compile_expression(source, scope, types.BOOLEAN)
    return CompiledSegment(1, "Some", True, expression, clock_of(source))


def person(*, bought: timedelta | None = None, kind: str = "buy", **attributes: Any) -> dict[str, Any]:
    events = [] if bought is None else [{"eventType": kind, "timestamp": (NOW - bought).isoformat()}]
    return {"experienceevent": events, **attributes}


DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Whose last purchase was between 29 and 30 days ago: for a single day.
LONG_AGO = BOUGHT.replace(", 30))", ", 30) and not inLastDays(currentDataPackField.timestamp, 29))")
AT_NOON = "now() >= setHours(now(), 11) and now() < setHours(now(), 12)"
BIRTHDAY_SOON = f"inNextDays(#{{{PROFILE}.birthday}}, 7)"


@pytest.mark.parametrize(
    ("source", "fields", "inside", "again"),
    [
        (GOLD, person(tier="gold"), True, None),
        # Judged without a look at the clock: as long as nothing else happens, for ever.
        (BOUGHT, person(), False, None),
        (BOUGHT, person(bought=DAY, kind="view"), False, None),
        (f"{GOLD} and {BOUGHT}", person(bought=DAY, tier="silver"), False, None),
        # Looked, and found that no time changes it.
        (BOUGHT, person(bought=40 * DAY), False, None),
        (BOUGHT, person(bought=30 * DAY - 2 * HOUR), True, NOW + 2 * HOUR),
        (BOUGHT, person(bought=30 * DAY - 2 * DAY), True, NOW + LATEST),
        # Nothing can change before; calendars may move what is told by some days.
        (BOUGHT, person(bought=DAY), True, NOW + 29 * DAY - INEXACT),
        (LONG_AGO, person(bought=DAY), False, NOW + 28 * DAY - INEXACT),
        (LONG_AGO, person(bought=28 * DAY), False, NOW + LATEST),
        (LONG_AGO, person(bought=29 * DAY - 5 * HOUR), False, NOW + 5 * HOUR),
        (LONG_AGO, person(bought=40 * DAY), False, None),
        (BIRTHDAY_SOON, person(birthday=(NOW + 7 * DAY + 3 * HOUR).isoformat()), False, NOW + 3 * HOUR),
        (BIRTHDAY_SOON, person(birthday=(NOW - 30 * DAY).isoformat()), False, None),
        ('now() > toDateTime("2026-03-01T18:00:00Z")', person(), False, NOW + 6 * HOUR),
        ('now() > toDateTime("2026-02-01T00:00:00Z")', person(), True, NOW + LATEST),
        (AT_NOON, person(), False, NOW + 23 * HOUR),
    ],
)
def test_who_is_in_and_when_it_changes_by_time(
    source: str, fields: dict[str, Any], inside: bool, again: datetime | None
) -> None:
    found = look(segment(source), fields, NOW, ZONE)
    assert found.inside is inside
    assert (found.again is None) is (again is None)
    if found.again and again:
        assert abs(found.again - again) <= timedelta(seconds=1)


def test_who_is_judged_without_the_clock_is_asked_about_no_other_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evaluate, "is_in", lambda *_: pytest.fail("Another moment was asked about."))
    assert look(segment(BOUGHT), person(), NOW, ZONE) == Look(False, None)


@pytest.mark.parametrize("hours", range(0, 24 * 32, 37))
def test_nobody_stays_in_or_out_longer_than_they_should(hours: int) -> None:
    """Whatever is asked again at the moment that was told has not changed before it."""
    some, fields = segment(BOUGHT), person(bought=hours * HOUR)
    found = look(some, fields, NOW, ZONE)
    until = found.again or NOW + 60 * DAY
    moments = [NOW + (until - NOW) * part / 7 for part in range(7)]
    assert {is_in(some, fields, moment, ZONE) for moment in moments} == {found.inside}


@pytest.mark.parametrize("source", [BOUGHT, LONG_AGO, BIRTHDAY_SOON, AT_NOON])
def test_who_is_looked_at_when_it_is_told_misses_no_change(source: str) -> None:
    some, fields = segment(source), person(bought=11 * HOUR, birthday=(NOW + 20 * DAY).isoformat())
    seen, moment = [], NOW
    while moment < NOW + 40 * DAY:
        found = look(some, fields, moment, ZONE)
        seen.append((moment, found.inside))
        moment = found.again or NOW + 40 * DAY

    for hour in range(40 * 24):
        at = NOW + hour * HOUR + HOUR / 2
        told = [inside for moment, inside in seen if moment <= at][-1]
        assert told == is_in(some, fields, at, ZONE), at


@pytest.mark.parametrize(("source", "attributes", "events"), [(GOLD, True, False), (BOUGHT, False, True)])
def test_only_what_is_read_is_loaded(source: str, attributes: bool, events: bool) -> None:
    needs = needs_of([segment(source)], NOW)
    assert (needs.attributes, bool(needs.events)) == (attributes, events)
