"""The picture of a version: the layout, with names, lines and figures, ready for the template.

Pure. Geometry goes into attributes: the content security policy allows no inline styles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from journeys.activities.base import Activity, kinds, read_config, shown_name
from journeys.definition.document import ActivityDocument, Document
from journeys.definition.layout import START, Edge, Layout, Point, label_width, layout, shown_label, ways_of
from journeys.definition.problems import Problem
from journeys.reports.counts import Counts

NAME_WIDTH, NAME_SIZE = 144, 13
_RADIUS = 8
# Widths of characters in ems, by and large: enough to cut a name before it leaves its card.
_NARROW, _WIDE = set("iljtfrI.,:;'|!()[]-1 "), set("mwMWQOGD@%–—…")


class Step(NamedTuple):
    """One activity as the pages show it."""

    id: str
    name: str
    title: str
    category: str
    icon: str
    problems: tuple[Problem, ...] = ()

    @property
    def mark(self) -> str:
        """The worst of its problems."""
        if not self.problems:
            return ""
        return "error" if any(problem.is_error for problem in self.problems) else "warning"


class DrawnCard(NamedTuple):
    step: Step
    x: float
    y: float
    width: float
    height: float
    shown_name: str
    connected: bool


class DrawnEdge(NamedTuple):
    key: str  # source:way:target
    d: str  # of the SVG path
    loops: bool
    ends: Point | None  # where a path ends that leads nowhere
    label: str
    label_x: float
    label_y: float
    chip_x: float  # from the middle of the label
    label_width: float
    counts: str  # which figure is shown, see Counts.flat; "": none
    n: int


class Picture(NamedTuple):
    width: float
    height: float
    cards: list[DrawnCard]
    edges: list[DrawnEdge]
    strip_y: float | None
    begins: Point | None


def steps_of(document: Document, problems: Iterable[Problem] = ()) -> dict[str, Step]:
    """The activities by id, as pages show them."""
    found = list(problems)
    return {
        id: _step(id, activity, tuple(problem for problem in found if problem.activity == id))
        for id, activity in document.activities.items()
    }


def step_named(steps: dict[str, Step], id: str) -> Step:
    """A step by its id, also one that the drawing no longer has."""
    return steps.get(id) or Step(id, id, "", "orchestration", "square")


def path_labels(document: Document) -> dict[tuple[str, str], str]:
    """The labels of all paths that have one, by (activity, way)."""
    return {
        (id, way.id): way.label
        for id, activity in document.activities.items()
        for way in ways_of(activity, _)
        if way.label
    }


def _step(id: str, activity: ActivityDocument, problems: tuple[Problem, ...]) -> Step:
    kind: type[Activity] | None = kinds().get(activity.kind)
    if kind is None:
        return Step(id, activity.label or id, activity.kind, "orchestration", "alert", problems)
    config, _problem = read_config(activity)
    detail = kind.detail_of(config) if config is not None else ""
    title = " · ".join(part for part in (_(kind.title), detail) if part)
    return Step(id, shown_name(activity, config, _), title, kind.category, kind.icon, problems)


def draw(document: Document, steps: dict[str, Step], counts: Counts) -> Picture:
    """Everything that the template needs to draw a version."""
    drawn = layout(document, _)
    return Picture(
        width=drawn.width,
        height=drawn.height,
        cards=list(_cards(drawn, steps)),
        edges=list(_edges(drawn.edges, counts)),
        strip_y=drawn.strip_y,
        begins=next((edge.points[0] for edge in drawn.edges if edge.source == START), None),
    )


def _cards(drawn: Layout, steps: dict[str, Step]) -> Iterable[DrawnCard]:
    """In the order in which a person reads: by rows, from the left."""
    for card in sorted(drawn.cards, key=lambda card: (card.row, card.depth)):
        step = steps[card.id]
        name = fitted(step.name, NAME_WIDTH, NAME_SIZE)
        yield DrawnCard(step, card.x, card.y, card.width, card.height, name, card.connected)


def _edges(edges: Iterable[Edge], counts: Counts) -> Iterable[DrawnEdge]:
    """Figures belong to paths: of several targets on one path the first one shows it."""
    shown: set[tuple[str, str]] = set()
    for edge in edges:
        figure, n = ("", 0) if (edge.source, edge.way) in shown else _figure(edge, counts)
        if edge.source != START:
            shown.add((edge.source, edge.way))
        yield _edge(edge, figure, n)


def _edge(edge: Edge, figure: str, n: int) -> DrawnEdge:
    label = shown_label(edge.label)
    width = label_width(label) - 4
    return DrawnEdge(
        key=f"{edge.source}:{edge.way}:{edge.target}",
        d=rounded(edge.points),
        loops=edge.loops,
        ends=edge.points[-1] if edge.loops or not edge.target else None,
        label=label,
        label_x=edge.label_at[0],
        label_y=edge.label_at[1],
        chip_x=-width / 2,
        label_width=width,
        counts=figure,
        n=n,
    )


def _figure(edge: Edge, counts: Counts) -> tuple[str, int]:
    if edge.source == START:
        return f"left:{edge.target}", counts.left.get(edge.target, 0)
    return f"path:{edge.source}:{edge.way}", counts.paths.get((edge.source, edge.way), 0)


def fitted(text: str, width: float, size: float) -> str:
    """The text, cut with an ellipsis so that it is about ``width`` pixels wide at most."""
    room = width / size
    for index, character in enumerate(text):
        room -= _ems(character)
        if room < 0:
            return text[: max(1, index - 1)].rstrip() + "…"
    return text


def _ems(character: str) -> float:
    """As wide as in a wide font: better a name that is cut early than one that leaves its card."""
    if character in _NARROW:
        return 0.42
    if character in _WIDE:
        return 0.96
    return 0.82 if character.isupper() else 0.73


def rounded(points: Sequence[Point]) -> str:
    """An SVG path along the points, with round corners: what turns is round, what crosses is straight."""
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into, out = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{into[0]:g} {into[1]:g}Q{corner[0]:g} {corner[1]:g} {out[0]:g} {out[1]:g}")
    parts.append(f"L{points[-1][0]:g} {points[-1][1]:g}")
    return "".join(parts)


def _towards(corner: Point, point: Point) -> Point:
    dx, dy = point[0] - corner[0], point[1] - corner[1]
    length = abs(dx) + abs(dy)  # lines are horizontal or vertical
    part = min(_RADIUS, length / 2) / length
    return corner[0] + dx * part, corner[1] + dy * part
