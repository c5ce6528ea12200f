"""Where everything of a drawing stands: cards in columns and rows, paths as lines with right angles.

The page that draws a version and the designer follow the same rules, so that a journey looks the same
everywhere and nobody has to tidy up (decisions/designer.md):

1. The **column** of an activity is the length of the longest way to it: a join stands to the right of all
   that leads to it.
2. Paths are walked from the start, depth first, the top one first. The first path of an activity goes on in
   the activity's own **row**; every further path begins a new row below everything that was placed so far.
   Several targets on one path (a race) count as paths one below the other; so do several start events.
3. An activity is placed when it is met for the first time. A later path that leads to it keeps a row of its
   own, runs along it as a **rail** up to the gap before the activity's column, and turns to it there. A path
   that leads nowhere, or back (a loop in an unfinished draft), is a **stub** in its row.
4. So a row holds one chain of activities and at most one rail or stub at its right end: cards cannot overlap,
   lines never run through cards, and the order of paths is the order of their rows.
5. Lines turn only in the gap between two columns. From the left a gap has: the turn of paths that leave the
   column (they cannot touch, because what hangs on an activity is one block of rows), the labels, then one
   **track** for each join that arrives in the next column. Joins whose tracks would touch get different ones.
   Hence two lines lie on each other only if they leave the same activity or arrive at the same one.
6. Activities that nobody can get to stand below all others in the strip of what is **not connected**, by the
   same rules, still linked to each other.

All lengths are in pixels at 100 %. Everything follows from the document alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import journeys.activities  # noqa: F401 - registers the kinds
from journeys.activities.base import Translate, Way, kinds, read_config
from journeys.definition.document import ActivityDocument, Document

CARD_WIDTH, CARD_HEIGHT, ROW_HEIGHT = 208, 56, 88
MARGIN, START_WIDTH, STRIP_GAP = 24, 56, 48
TURN, ARRIVAL, TRACK, PLAIN_GAP, STUB = 20, 20, 12, 40, 6
LABEL_CHARACTER, LABEL_PADDING, LABEL_CHARACTERS = 6.6, 18, 20

#: The source of the lines to the start events.
START = ""

Point = tuple[float, float]


class Card(NamedTuple):
    """An activity's place; ``depth`` is its column, ``row`` counts from the top."""

    id: str
    x: float
    y: float
    width: float
    height: float
    depth: int
    row: int
    connected: bool


class Edge(NamedTuple):
    """One path, or one of several targets on it. ``target`` is "" where the path leads nowhere."""

    source: str
    way: str
    target: str
    label: str
    points: tuple[Point, ...]
    label_at: Point  # the middle of its label
    row: int
    loops: bool  # leads back to an activity before it: drawn as a stub


class Layout(NamedTuple):
    cards: list[Card]
    edges: list[Edge]
    width: float
    height: float
    strip_y: float | None  # top of the strip "not connected", None: everything is connected


class Slot(NamedTuple):
    """A path on its way to a row: one target of one way of one activity."""

    source: str
    way: Way
    target: str


def layout(document: Document, translate: Translate = str) -> Layout:
    """Place every activity and every path of a document, also of an unfinished or a wrong one.

    ``translate`` is for the labels of paths: chips are measured here, so it cannot be done later.
    """
    outline = _Outline(document, translate)
    rows = _Rows(outline)
    return _Drawing(outline, rows).draw()


def ways_of(activity: ActivityDocument, translate: Translate = str) -> list[Way]:
    """The ways out, top first; what hangs on one that no longer exists comes last, to stay visible."""
    config, _ = read_config(activity)
    known = kinds()[activity.kind].ways(config) if config is not None else []
    names = {way.id for way in known}
    translated = [way.translated(translate) for way in known]
    return [*translated, *(Way(way) for way, targets in activity.to.items() if way not in names and targets)]


def shown_label(label: str) -> str:
    """A path's label as its chip shows it."""
    return label if len(label) <= LABEL_CHARACTERS else label[: LABEL_CHARACTERS - 1].rstrip() + "…"


def label_width(label: str) -> float:
    """How wide its chip is; 0 without a label."""
    return len(shown_label(label)) * LABEL_CHARACTER + LABEL_PADDING if label else 0


class _Outline:
    """Who follows whom, in order: the slots of each activity, and those that lead back."""

    def __init__(self, document: Document, translate: Translate) -> None:
        present = document.activities
        self.slots: dict[str, list[Slot]] = {
            START: [Slot(START, Way("start"), id) for id in dict.fromkeys(document.start) if id in present]
        }
        for id, activity in present.items():
            self.slots[id] = list(_slots(activity, id=id, present=present, translate=translate))
        self.loops: set[Slot] = set()
        # What is connected, then one root for each piece that is not, in the order of the document.
        self.order: list[str] = []
        self._walk(START)
        self.connected = set(self.order)
        self.detached = self._detached_roots()

    def forward(self, id: str) -> list[Slot]:
        """The paths that lead to an activity, loops left out."""
        return [slot for slot in self.slots[id] if slot.target and slot not in self.loops]

    def columns(self) -> dict[str, int]:
        """The longest way to each activity, in steps."""
        column = dict.fromkeys(self.order, 0)
        column[START] = -1
        # ``order`` has every activity before its predecessors: it was noted on the way back.
        for id in reversed(self.order):
            for slot in self.forward(id):
                column[slot.target] = max(column[slot.target], column[id] + 1)
        return column

    def _detached_roots(self) -> list[str]:
        targets = {slot.target for id in self.slots for slot in self.slots[id] if slot.target != id}
        remaining = [id for id in self.slots if id not in self.connected]
        roots = []
        for id in sorted(remaining, key=lambda id: id in targets):  # stable: a ring's first one comes last
            if id not in self.order:
                roots.append(id)
                self._walk(id)
        return roots

    def _walk(self, root: str) -> None:
        """Depth first with a stack of our own: a drawing may be deeper than Python's."""
        seen, open_ = set(self.order) | {root}, {root}
        walkers: list[tuple[str, Iterator[Slot]]] = [(root, iter(self.slots[root]))]
        while walkers:
            id, slots = walkers[-1]
            slot = next(slots, None)
            if slot is None:
                walkers.pop()
                open_.discard(id)
                self.order.append(id)
            elif slot.target and slot.target in open_:  # START, which is open, has the name of "no target"
                self.loops.add(slot)
            elif slot.target and slot.target not in seen:
                seen.add(slot.target)
                open_.add(slot.target)
                walkers.append((slot.target, iter(self.slots[slot.target])))


def _slots(
    activity: ActivityDocument, *, id: str, present: Mapping[str, object], translate: Translate
) -> Iterator[Slot]:
    for way in ways_of(activity, translate):
        targets = [target for target in dict.fromkeys(activity.to.get(way.id, ())) if target in present]
        for index, target in enumerate(targets or [""]):
            yield Slot(id, way if index == 0 else Way(way.id), target)


class _Rows:
    """The row of every activity and of every slot (rule 2)."""

    def __init__(self, outline: _Outline) -> None:
        self.of_card: dict[str, int] = {START: 0}
        self.of_slot: dict[Slot, int] = {}
        self.count = 0
        self._outline = outline
        self._place(START)
        self.first_detached = self.count if outline.slots[START] else 0
        for root in outline.detached:
            self._place(root)

    def _place(self, root: str) -> None:
        if root != START or self._outline.slots[START]:
            self.of_card[root] = self._new_row()
        waiting = self._waiting(root)
        while waiting:
            slot, first = waiting.pop()
            row = self.of_card[slot.source] if first else self._new_row()
            self.of_slot[slot] = row
            if slot.target and slot.target not in self.of_card:
                self.of_card[slot.target] = row
                waiting.extend(self._waiting(slot.target))

    def _waiting(self, id: str) -> list[tuple[Slot, bool]]:
        """The slots of an activity as a stack: the top path is taken first, with all that hangs on it."""
        return [(slot, index == 0) for index, slot in enumerate(self._outline.slots[id])][::-1]

    def _new_row(self) -> int:
        self.count += 1
        return self.count - 1


class _Drawing:
    """From columns and rows to pixels (rules 4 and 5)."""

    def __init__(self, outline: _Outline, rows: _Rows) -> None:
        self._outline = outline
        self._rows = rows
        self._columns = outline.columns()
        self._tracks = self._choose_tracks()
        self._left = self._choose_columns()

    def draw(self) -> Layout:
        cards = [self._card(id) for id in self._outline.slots if id != START]
        edges = [self._edge(slot) for slots in self._outline.slots.values() for slot in slots]
        right = max(
            [*(card.x + card.width for card in cards), *(edge.points[-1][0] for edge in edges)], default=0
        )
        bottom = max((self._top(row) for row in range(self._rows.count)), default=0) + CARD_HEIGHT
        strip = self._top(self._rows.first_detached) - STRIP_GAP / 2 if self._outline.detached else None
        return Layout(cards, edges, right + MARGIN, bottom + MARGIN, strip)

    # --- Columns and tracks -----------------------------------------------------------------------

    def _choose_tracks(self) -> dict[str, int]:
        """A track for each activity that lines turn to; those that would touch in one gap differ."""
        taken: dict[int, list[tuple[int, int, int]]] = {}
        chosen: dict[str, int] = {}
        for top, bottom, id in sorted(self._turns()):
            neighbours = taken.setdefault(self._columns[id], [])
            blocked = {track for first, last, track in neighbours if first <= bottom and top <= last}
            chosen[id] = next(track for track in range(len(blocked) + 1) if track not in blocked)
            neighbours.append((top, bottom, chosen[id]))
        return chosen

    def _turns(self) -> Iterator[tuple[int, int, str]]:
        """(top row, bottom row, activity) of everything that is reached from other rows by rails."""
        rows: dict[str, list[int]] = {}
        for slot, row in self._rows.of_slot.items():
            if self._arrives(slot) and row != self._rows.of_card[slot.target]:
                rows.setdefault(slot.target, [self._rows.of_card[slot.target]]).append(row)
        for id, found in rows.items():
            yield min(found), max(found), id

    def _choose_columns(self) -> dict[int, float]:
        """The left edge of each column; the gap before it is as wide as what it holds."""
        left = {0: float(MARGIN + START_WIDTH + self._tracks_width(0))}
        for column in range(1, max(self._columns.values(), default=0) + 1):
            left[column] = left[column - 1] + CARD_WIDTH + self._gap(column - 1)
        return left

    def _gap(self, column: int) -> float:
        leaving = [
            label_width(slot.way.label)
            for slot in self._rows.of_slot
            if slot.source != START and self._columns[slot.source] == column
        ]
        return TURN + max(PLAIN_GAP, *leaving, 0) + self._tracks_width(column + 1) + ARRIVAL

    def _tracks_width(self, column: int) -> int:
        tracks = [track for id, track in self._tracks.items() if self._columns[id] == column]
        return TRACK * (max(tracks) + 1) if tracks else 0

    # --- Cards and lines --------------------------------------------------------------------------

    def _top(self, row: int) -> float:
        strip = STRIP_GAP if self._outline.detached and row >= self._rows.first_detached else 0
        return MARGIN + row * ROW_HEIGHT + strip

    def _middle(self, row: int) -> float:
        return self._top(row) + CARD_HEIGHT / 2

    def _card(self, id: str) -> Card:
        column, row = self._columns[id], self._rows.of_card[id]
        x, y = self._left[column], self._top(row)
        return Card(id, x, y, CARD_WIDTH, CARD_HEIGHT, column, row, id in self._outline.connected)

    def _arrives(self, slot: Slot) -> bool:
        return bool(slot.target) and slot not in self._outline.loops

    def _edge(self, slot: Slot) -> Edge:
        row = self._rows.of_slot[slot]
        origin, turn = self._origin(slot)
        level = self._middle(row)
        width = max(label_width(slot.way.label), PLAIN_GAP - STUB)
        end = self._arrival(slot, level) if self._arrives(slot) else [(turn + width + STUB, level)]
        points = _without_repetitions([origin, (turn, origin[1]), (turn, level), *end])
        return Edge(
            source=slot.source,
            way=slot.way.id,
            target=slot.target,
            label=slot.way.label,
            points=points,
            label_at=(turn + width / 2, level),
            row=row,
            loops=slot in self._outline.loops,
        )

    def _origin(self, slot: Slot) -> tuple[Point, float]:
        """Where the line begins, and where it may turn."""
        if slot.source == START:
            return (MARGIN, self._middle(0)), MARGIN + TURN
        right = self._left[self._columns[slot.source]] + CARD_WIDTH
        return (right, self._middle(self._rows.of_card[slot.source])), right + TURN

    def _arrival(self, slot: Slot, level: float) -> list[Point]:
        """The rest of a line in its row, up to the card."""
        left = self._left[self._columns[slot.target]]
        end = self._middle(self._rows.of_card[slot.target])
        if end == level:
            return [(left, level)]
        track = left - ARRIVAL - TRACK * self._tracks[slot.target]
        return [(track, level), (track, end), (left, end)]


def _without_repetitions(points: list[Point]) -> tuple[Point, ...]:
    """The corners of a line: without those that it passes straight through."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and _straight(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _straight(first: Point, second: Point, third: Point) -> bool:
    return first[0] == second[0] == third[0] or first[1] == second[1] == third[1]
