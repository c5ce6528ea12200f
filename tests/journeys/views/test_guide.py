"""What stands beside the text field of a definition."""

from __future__ import annotations

from journeyorch.expressions.types import ObjectType
from journeys.activities.base import kinds
from journeys.activities.catalog import Catalog, EventInfo
from journeys.definition.check import check
from journeys.definition.document import Document
from journeys.views.guide import example, row_of


def test_the_example_is_a_journey_that_could_be_published():
    catalog = Catalog(events={"Arrived": EventInfo(1, "Arrived", "Email", ObjectType({}))})
    document = Document.model_validate(example(catalog))
    assert [problem for problem in check(document, catalog, max_activities=50) if problem.is_error] == []


def test_every_kind_says_its_options_and_ways():
    rows = {kind: row_of(cls) for kind, cls in kinds().items()}
    assert {kind: (row.labelled, row.ways) for kind, row in rows.items()} == {
        "event": ("", ["next", "timeout"]),
        "reaction": ("", ["next", "timeout"]),
        "segment_qualification": ("", ["next", "timeout"]),
        "condition": ("paths", ["other", "error"]),
        "time_condition": ("paths", ["other", "error"]),
        "date_condition": ("paths", ["other", "error"]),
        "split": ("parts", ["error"]),
        "profile_cap": ("", ["within", "beyond", "error"]),
        "wait": ("", ["next", "error"]),
        "end": ("", []),
        **{kind: ("", ["next", "error"]) for kind in rows if kinds()[kind].category == "actions"},
    }
    assert dict(rows["reaction"].options)["reaction"] == "Reaction: sent, opened, clicked, failed"
    assert dict(rows["wait"].options)["at"] == "Date and time: “2026-03-29T08:30”"
    assert dict(rows["date_condition"].options)["paths"] == "Paths: id, label, from, to"
    assert dict(rows["event"].options)["timeout"] == "Timeout: “PT15M”, “P1D”"
