"""The layout's promises (journeys/definition/layout.py) on random drawings, good and bad ones."""

from __future__ import annotations

import time
from collections import defaultdict
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.definition.document import ActivityDocument, Document
from journeys.definition.layout import CARD_HEIGHT, Edge, Layout, layout

WAIT = {"duration": "PT1H"}


def wait(*targets: str) -> ActivityDocument:
    return ActivityDocument(kind="wait", config=WAIT, to={"next": list(targets)} if targets else {})


def condition(**paths: str) -> ActivityDocument:
    config = {"paths": [{"id": id, "label": id, "expression": "true"} for id in paths], "other": False}
    return ActivityDocument(
        kind="condition", config=config, to={id: [to] if to else [] for id, to in paths.items()}
    )


def drawing(start: str, **activities: ActivityDocument) -> Layout:
    return layout(Document(start=start.split(), activities=activities))


def rows(drawn: Layout) -> dict[str, int]:
    return {card.id: card.row for card in drawn.cards}


def columns(drawn: Layout) -> dict[str, int]:
    return {card.id: card.depth for card in drawn.cards}


# --- Rules, one by one ----------------------------------------------------------------------------


def test_a_straight_path_stays_in_its_row():
    drawn = drawing("a", a=wait("b"), b=wait("c"), c=wait())
    assert rows(drawn) == {"a": 0, "b": 0, "c": 0}
    assert columns(drawn) == {"a": 0, "b": 1, "c": 2}


def test_each_further_path_is_below_everything_of_the_path_above():
    drawn = drawing(
        "c", c=condition(yes="d", no="e"), d=condition(p="f", q="g"), e=wait(), f=wait(), g=wait()
    )
    assert rows(drawn) == {"c": 0, "d": 0, "f": 0, "g": 1, "e": 2}


def test_parallel_start_events_are_stacked():
    drawn = drawing("a b", a=wait("c"), b=wait("c"), c=wait())
    assert rows(drawn) == {"a": 0, "b": 1, "c": 0}


def test_a_join_stands_right_of_everything_that_leads_to_it():
    drawn = drawing("c", c=condition(short="z", long="d"), d=wait("e"), e=wait("z"), z=wait())
    assert columns(drawn) == {"c": 0, "d": 1, "e": 2, "z": 3}
    assert rows(drawn)["z"] == 0
    rail = next(edge for edge in drawn.edges if edge.source == "e")
    assert rail.row == rows(drawn)["e"] == 1


def test_labels_that_nobody_wrote_are_translated_before_they_are_measured():
    german = {"Other cases": "Alles, was übrig bleibt", "Path {}": "Weg {}"}
    paths = [{"id": "first", "expression": "true"}, {"id": "own", "label": "Path {}", "expression": "true"}]
    start = ActivityDocument(kind="condition", config={"paths": paths}, to={"other": ["b"]})
    document = Document(start=["a"], activities={"a": start, "b": wait()})
    plain, translated = layout(document), layout(document, lambda text: german.get(text, text))
    labels = [edge.label for edge in translated.edges if edge.source == "a"]
    assert labels == ["Weg 1", "Path {}", "Alles, was übrig bleibt"]
    assert [edge.label for edge in plain.edges if edge.source == "a"] == ["Path 1", "Path {}", "Other cases"]
    assert translated.cards[1].x > plain.cards[1].x


def test_a_path_that_leads_nowhere_has_a_row_of_its_own():
    drawn = drawing("c", c=condition(first="", second="d", third=""), d=wait())
    ways = {edge.way: (edge.row, edge.target) for edge in drawn.edges if edge.source == "c"}
    assert ways == {"first": (0, ""), "second": (1, "d"), "third": (2, "")}


def test_what_is_not_connected_stands_below_and_stays_linked():
    drawn = drawing("a", x=wait("y"), y=wait(), a=wait("b"), b=wait())
    assert rows(drawn) == {"a": 0, "b": 0, "x": 1, "y": 1}
    connected = {card.id: card.connected for card in drawn.cards}
    assert connected == {"a": True, "b": True, "x": False, "y": False}
    top = {card.id: card.y for card in drawn.cards}
    assert top["b"] + CARD_HEIGHT < drawn.strip_y < top["x"]


def test_a_loop_in_a_draft_is_drawn_as_a_stub():
    drawn = drawing("a", a=wait("b"), b=wait("c"), c=wait("b"))
    back = next(edge for edge in drawn.edges if edge.source == "c")
    assert back.loops
    assert back.target == "b"


def test_an_empty_journey_has_nothing_to_draw():
    drawn = drawing("")
    assert (drawn.cards, drawn.edges, drawn.strip_y) == ([], [], None)


def test_paths_of_an_activity_that_cannot_be_read_are_still_drawn():
    broken = ActivityDocument(kind="no-such-kind", to={"x": ["b"]})
    assert rows(drawing("a", a=broken, b=wait())) == {"a": 0, "b": 0}


# --- Random drawings ------------------------------------------------------------------------------


@st.composite
def documents(draw: st.DrawFn, loops: bool = False) -> Document:
    """Up to 14 activities with up to three paths each, joins, races, loose ends, unconnected pieces."""
    count = draw(st.integers(1, 14))
    names = [f"n{number}" for number in range(count)]
    activities = {}
    for number, name in enumerate(names):
        others = names if loops else names[number + 1 :]
        ways = draw(
            st.lists(st.lists(st.sampled_from(others), max_size=2) if others else st.just([]), max_size=3)
        )
        paths = [
            {"id": f"w{index}", "label": "x" * index * 9, "expression": "true"} for index in range(len(ways))
        ]
        config = {"paths": paths, "other": False}
        to = {f"w{index}": targets for index, targets in enumerate(ways)}
        activities[name] = ActivityDocument(
            kind="condition" if paths else "end", config=config if paths else {}, to=to
        )
    # The document's order of activities says nothing about the drawing.
    shuffled = draw(st.permutations(names))
    start = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    return Document(start=start, activities={name: activities[name] for name in shuffled})


anything = st.one_of(documents(), documents(loops=True))


@given(anything)
def test_every_activity_is_placed_once_and_no_two_overlap(document):
    drawn = layout(document)
    assert sorted(card.id for card in drawn.cards) == sorted(document.activities)
    for one, other in combinations(drawn.cards, 2):
        apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart_x or abs(one.y - other.y) >= CARD_HEIGHT


@given(anything)
def test_the_order_of_paths_is_never_swapped(document):
    for source in document.activities:
        found = [edge.row for edge in layout(document).edges if edge.source == source]
        assert found == sorted(set(found))


@given(anything)
def test_everything_of_a_path_is_above_everything_of_the_path_below(document):
    """By rows: what was placed through a path fills the rows from it to the next path's row."""
    drawn = layout(document)
    placed = rows(drawn)
    children = defaultdict(list)
    for edge in drawn.edges:
        if edge.target and placed[edge.target] == edge.row and not edge.loops:
            children[edge.source].append(edge)
    for edges in list(children.values()):
        for above, below in pairwise(edges):
            assert lowest_row(above.target, children, above.row) < below.row


def lowest_row(id: str, children: dict[str, list[Edge]], row: int) -> int:
    return max([row, *(lowest_row(edge.target, children, edge.row) for edge in children[id])])


@given(documents())
def test_paths_lead_to_the_right(document):
    drawn = layout(document)
    depth = columns(drawn)
    assert all(depth[edge.source] < depth[edge.target] for edge in drawn.edges if edge.source and edge.target)


@given(anything)
def test_no_line_runs_through_a_card(document):
    drawn = layout(document)
    for edge in drawn.edges:
        for (x1, y1), (x2, y2) in pairwise(edge.points):
            left, right, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
            for card in drawn.cards:
                outside_x = right <= card.x or left >= card.x + card.width
                assert outside_x or bottom <= card.y or top >= card.y + card.height


@given(anything)
def test_lines_lie_on_each_other_only_if_they_have_the_same_source_or_target(document):
    drawn = layout(document)
    for one, other in combinations(drawn.edges, 2):
        same_target = one.target == other.target and one.target and not (one.loops or other.loops)
        if one.source != other.source and not same_target:
            assert not any(touch(a, b) for a in pairwise(one.points) for b in pairwise(other.points))


def touch(one, other) -> bool:
    """Do two segments of the same direction lie on one line and have a point in common?"""
    for axis in (0, 1):
        if one[0][axis] == one[1][axis] == other[0][axis] == other[1][axis]:
            along = 1 - axis
            first, second = (sorted(point[along] for point in segment) for segment in (one, other))
            return first[0] <= second[1] and second[0] <= first[1]
    return False


@given(anything)
def test_lines_begin_and_end_at_their_cards(document):
    drawn = layout(document)
    cards = {card.id: card for card in drawn.cards}
    for edge in drawn.edges:
        if edge.source:
            source = cards[edge.source]
            assert edge.points[0] == (source.x + source.width, source.y + source.height / 2)
        if edge.target and not edge.loops:
            target = cards[edge.target]
            assert edge.points[-1] == (target.x, target.y + target.height / 2)


@given(anything)
def test_everything_lies_inside_the_drawing(document):
    drawn = layout(document)
    for card in drawn.cards:
        assert card.x > 0
        assert card.y > 0
        assert card.x + card.width < drawn.width
        assert card.y + card.height < drawn.height
    for x, y in (point for edge in drawn.edges for point in edge.points):
        assert 0 < x < drawn.width
        assert 0 < y < drawn.height


@given(anything)
def test_the_same_document_is_always_drawn_the_same(document):
    assert layout(document) == layout(document.model_copy(deep=True))


@pytest.mark.parametrize("shape", ["deep", "wide"])
def test_two_hundred_steps_are_laid_out_quickly(shape):
    """Generous against a busy machine, and still far below what anybody would notice."""
    names = [f"n{number}" for number in range(200)]
    deep = {name: wait(following) for name, following in pairwise(names)} | {names[-1]: wait()}
    paths = {f"p{number}": name for number, name in enumerate(names[1:50])}
    wide = {names[0]: condition(**paths)} | {name: wait() for name in names[50:]}
    wide |= {name: wait(names[50 + number % 150]) for number, name in enumerate(names[1:50])}
    document = Document(start=[names[0]], activities={"deep": deep, "wide": wide}[shape])
    begun = time.process_time()
    layout(document)
    assert time.process_time() - begun < 0.5
