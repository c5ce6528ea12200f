"""What sums say of people, activities, messages and the paths of a split."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from journeys.durations import bucket_of
from journeys.engine.decide import StepStatus
from journeys.engine.decide.operate import REOPENED
from journeys.reports.figures import facts
from journeys.reports.figures.facts import Delivered, Errors, Messages, People, Steps
from journeys.reports.figures.shape import NOTHING, shape_of
from journeys.reports.figures.splits import branches_of, compare_splits

V = 1


def drawing() -> dict:
    return {
        "start": ["in"],
        "activities": {
            "in": {"kind": "event", "to": {"next": ["split"]}},
            "split": {
                "kind": "split",
                "config": {"parts": [{"id": "a"}, {"id": "b"}]},
                "to": {"a": ["maila"], "b": ["mailb"]},
            },
            "maila": {"kind": "email", "to": {"next": ["join"], "error": []}},
            "mailb": {"kind": "sms", "to": {"next": ["join"]}},
            "join": {"kind": "wait", "to": {"next": ["end"]}},
            "end": {"kind": "end"},
        },
    }


SHAPES = {V: shape_of(drawing())}


def steps(activity: str, path: str, status: StepStatus, n: int) -> Steps:
    return Steps(V, activity, path, int(status), n)


GONE_ON = StepStatus.TRANSITIONS


@pytest.mark.parametrize(
    ("row", "people"),
    [
        (steps("in", "next", GONE_ON, 5), People(entered=5)),
        (steps("split", "a", GONE_ON, 5), People()),
        (steps("end", "", StepStatus.ENDED, 5), People(completed=5)),
        # An alternative path that leads nowhere ends the journey well.
        (steps("maila", "error", StepStatus.ERROR, 5), People(completed=5, errors=5)),
        (steps("maila", "", StepStatus.ERROR, 5), People(failed=5, errors=5)),
        (steps("maila", "", StepStatus.CAPPED, 5), People(failed=5, errors=5)),
        (steps("join", "", StepStatus.INSTANCE_TIMED_OUT, 5), People(timed_out=5)),
        (steps("join", "", StepStatus.STOPPED, 5), People(stopped=5)),
        (steps("", "alreadyInside", StepStatus.DISCARDED, 5), People(discarded=5)),
        (steps("join", "retried", StepStatus.OPERATED, 5), People()),
    ],
)
def test_a_row_of_sums_says_of_people(row: Steps, people: People) -> None:
    assert facts.people([row], SHAPES) == people


def test_whom_an_operator_brought_back_has_not_failed() -> None:
    rows = [
        steps("maila", "", StepStatus.ERROR, 3),
        steps("maila", REOPENED, StepStatus.OPERATED, 1),
    ]

    assert facts.people(rows, SHAPES).failed == 2


def test_rates_are_shares_and_of_nothing_there_is_none() -> None:
    assert People().completion_rate is None
    assert People(completed=3, failed=1).completion_rate == 0.75
    assert Delivered().open_rate is None


def test_messages_arrive_if_they_were_taken_and_not_sent_back() -> None:
    told = facts.delivered(
        [
            Messages(V, "maila", "sent", "", 100),
            Messages(V, "maila", "bounced", "", 4),  # told later by the provider
            Messages(V, "maila", "bounced", "hardBounce", 6),  # refused at once
            Messages(V, "maila", "failed", "timeout", 10),
            Messages(V, "maila", "held", "noConsent", 7),
            Messages(V, "maila", "opened", "", 48),
            Messages(V, "maila", "something new", "", 1),
        ]
    )

    assert (told.tried, told.bounced, told.arrived, told.held) == (116, 10, 96, 7)
    assert (told.no_consent, told.suppressed, told.too_often) == (7, 0, 0)
    assert told.open_rate == 0.5
    assert told.bounce_rate == pytest.approx(10 / 116)


def test_activities_tell_who_came_who_left_why_steps_failed_and_how_long_it_took() -> None:
    rows = [
        steps("in", "next", GONE_ON, 10),
        steps("split", "a", GONE_ON, 6),
        steps("maila", "next", GONE_ON, 3),
        steps("maila", "", StepStatus.ERROR, 2),
    ]
    times = {(V, "maila"): Counter({bucket_of(timedelta(seconds=2)): 4})}

    found = facts.activities(rows, [Errors(V, "maila", "", "404", 2)], times, SHAPES)

    mail = found["maila"]
    assert (mail.entered, mail.left, mail.errors, mail.codes) == (6, 5, 2, {"404": 2})
    assert mail.median is not None
    assert timedelta(seconds=1.75) < mail.median < timedelta(seconds=2.25)
    assert (found["in"].entered, found["in"].median) == (10, timedelta(0))


def test_a_branch_is_what_only_one_path_leads_to() -> None:
    assert branches_of(SHAPES[V], "split", ["a", "b"]) == {"a": {"maila"}, "b": {"mailb"}}


def test_paths_of_a_split_are_compared_with_the_first_one() -> None:
    rows = [steps("split", "a", GONE_ON, 1000), steps("split", "b", GONE_ON, 1000)]
    told = [
        Messages(V, "maila", "sent", "", 1000),
        Messages(V, "maila", "clicked", "", 90),
        Messages(V, "mailb", "sent", "", 1000),
        Messages(V, "mailb", "clicked", "", 150),
    ]

    (split,) = compare_splits(SHAPES[V], rows, told)

    first, second = split.branches
    assert (first.people, second.people) == (1000, 1000)
    assert first.measures["clicked"].against_first is None
    assert second.measures["clicked"].significant
    assert not second.measures["opened"].significant
    assert "happened" not in split.measures  # nobody waits for anything there


@pytest.mark.parametrize(
    "document",
    [None, [], {"activities": []}, {"start": 3, "activities": {"a": None, "b": {"to": {"next": "c"}}}},
     {"activities": {"s": {"kind": "split", "config": {"parts": [None, {"id": 3}]}}}}],
)  # fmt: skip
def test_a_drawing_that_is_none_has_a_shape_without_figures(document: object) -> None:
    shape = shape_of(document)

    assert facts.people([steps("a", "next", GONE_ON, 1)], {V: shape}).entered == 0
    assert compare_splits(shape, [], []) == []
    assert shape_of(None) == NOTHING
