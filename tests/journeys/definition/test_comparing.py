"""What is different between two versions, step by step and field by field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from journeys.definition.comparing import ADDED, CHANGED, REMOVED, FieldChange, compare, in_words
from journeys.definition.document import ActivityDocument, Document, Properties, Reentrance

VIP = {"id": "vip", "label": "VIP", "expression": "true"}
REST = {"id": "rest", "label": "Rest", "expression": "false"}


def step(
    kind: str, *, to: dict[str, list[str]] | None = None, label: str = "", **config: Any
) -> ActivityDocument:
    return ActivityDocument(kind=kind, label=label, config=config, to=to or {})


def drawing(**activities: ActivityDocument) -> Document:
    usual = {
        "in": step("event", event="Ordered", to={"next": ["pause"]}),
        "pause": step("wait", label="Cool down", duration="PT1H", to={"next": ["out"]}),
        "out": step("end"),
    }
    return Document(start=["in"], activities={**usual, **activities})


def test_two_that_are_the_same_have_no_difference():
    assert not compare(drawing(), drawing())
    # What is meant without being written is no difference.
    assert not compare(drawing(), drawing(out=ActivityDocument(kind="end", config={})))
    written = {**drawing().activities["pause"].config, "type": "duration", "error_path": False}
    same = drawing().activities["pause"].model_copy(update={"config": written})
    assert not compare(drawing(), drawing(pause=same))


def test_steps_are_new_gone_or_changed_field_by_field():
    after = drawing(
        pause=step("wait", label="Pause", duration="PT2H", to={"next": ["mail"]}),
        mail=step("email", template="Hello"),
    )
    after = after.model_copy(update={"activities": {k: v for k, v in after.activities.items() if k != "out"}})
    found = compare(drawing(), after)
    assert {id: change.what for id, change in found.steps.items()} == {
        "pause": CHANGED, "mail": ADDED, "out": REMOVED,
    }  # fmt: skip
    assert found.steps["pause"].fields == (
        FieldChange("Label", "Cool down", "Pause"),
        FieldChange("Duration", "PT1H", "PT2H"),
    )
    assert found.moved == {"pause:next:out", "pause:next:mail"}
    fields = "Label is “Pause” instead of “Cool down”; Duration is “PT2H” instead of “PT1H”"
    assert in_words(found) == [
        f"The step “Pause” is changed: {fields}.",
        "The step “Hello” is new.",
        "The step “End” is gone.",
        "The path “Pause” goes to “Hello” and no longer to “End”.",
    ]


def test_paths_are_known_by_their_ids_and_told_by_their_labels():
    def condition(*paths: dict[str, str]) -> Document:
        return drawing(out=step("condition", paths=[*paths]))

    changed = {**VIP, "expression": "1 > 2"}
    assert in_words(compare(condition(VIP, REST), condition(changed, REST))) == [
        "The step “Condition” is changed: Paths – VIP – expression is “1 > 2” instead of “true”."
    ]
    swapped = compare(condition(VIP, REST), condition(REST, VIP))
    assert swapped.steps["out"].fields == (FieldChange("order of paths", "VIP, Rest", "Rest, VIP"),)


def test_a_path_that_ends_says_so_and_one_that_goes_on_too():
    ending = drawing(pause=step("wait", label="Cool down", duration="PT1H"))
    assert in_words(compare(drawing(), ending)) == ["The path “Cool down” ends, and no longer goes to “End”."]
    assert in_words(compare(ending, drawing())) == ["The path “Cool down” goes to “End” and no longer ends."]


def test_a_new_beginning_is_a_path_that_moved():
    before, after = drawing(), drawing(other=step("event", event="Returned", to={"next": ["pause"]}))
    after = after.model_copy(update={"start": ["in", "other"]})
    found = compare(before, after)
    assert [(path.name, path.before, path.after) for path in found.paths] == [
        ("Beginning", ("Ordered",), ("Ordered", "Returned"))
    ]


def test_properties_are_told_by_their_names():
    after = drawing().model_copy(
        update={
            "properties": Properties(
                end_at=datetime(2027, 1, 1, tzinfo=UTC),
                reentrance=Reentrance(allowed=False),
                time_zone="Europe/Vienna",
            )
        }
    )
    assert in_words(compare(drawing(), after)) == [
        "End is “2027-01-01T00:00:00Z” instead of nothing.",
        "Re-entrance is “no” instead of “yes”.",
        "Time zone is “Europe/Vienna” instead of “UTC”.",
    ]


def test_what_cannot_be_read_is_compared_as_it_is_written():
    broken = drawing(pause=step("wait", colour="red"))
    assert compare(drawing(), broken).steps["pause"].what == CHANGED
    assert compare(broken, drawing(pause=step("no-such-kind"))).steps["pause"].fields[0].title == "Kind"
