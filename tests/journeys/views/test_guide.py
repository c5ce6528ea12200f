"""What stands beside the text field of a definition."""

from __future__ import annotations

from journeyorch.expressions.types import ObjectType
from journeys.activities.catalog import Catalog, EventInfo
from journeys.definition.check import check
from journeys.definition.document import Document
from journeys.views.guide import example


def test_the_example_is_a_journey_that_could_be_published():
    catalog = Catalog(events={"Arrived": EventInfo(1, "Arrived", "Email", ObjectType({}))})
    document = Document.model_validate(example(catalog))
    assert [problem for problem in check(document, catalog, max_activities=50) if problem.is_error] == []
