"""The same journey as a nested list: for screen readers, phones, and for reading.

Straight paths stay in one list; lists nest only where paths part. The result is a flat sequence of lines that
open and close lists, so that no drawing is too deep for a template.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from journeys.definition.document import Document
from journeys.definition.layout import ways_of
from journeys.reports.counts import Counts
from journeys.views.drawing import Step

#: How many took each path, by (activity, way).
Figures = Mapping[tuple[str, str], int]


class Line(NamedTuple):
    """``kind``: steps, step, again, paths, path, or the closing of one of them with a slash in front."""

    kind: str
    step: Step | None = None
    label: str = ""
    way: tuple[str, str] = ("", "")  # of a path: the activity that it leads out of, and which way
    counts: str = ""  # which figure stands at a path (Counts.flat)
    n: int = 0


class Leg(NamedTuple):
    """One target of one path; ``label`` is what the list says of it."""

    way: str
    label: str
    target: str


def outline(document: Document, steps: dict[str, Step], counts: Counts | None = None) -> list[Line]:
    """All activities: from the starts first, what is not connected last; each one once, then only named."""
    lines: list[Line] = []
    figures = counts.paths if counts else {}
    listed: set[str] = set()
    for root in _roots(document):
        if root not in listed:
            lines += [Line("steps"), *_walk(document, steps, figures, root, listed), Line("/steps")]
    return lines


def _roots(document: Document) -> list[str]:
    targets = {id for one in document.activities.values() for ids in one.to.values() for id in ids}
    roots = [id for id in document.start if id in document.activities]
    return roots + sorted((id for id in document.activities if id not in roots), key=lambda id: id in targets)


def _walk(
    document: Document, steps: dict[str, Step], figures: Figures, root: str, listed: set[str]
) -> Iterator[Line]:
    """A stack of what is still to be said: lines, and ids of activities."""
    waiting: list[Line | str] = [root]
    while waiting:
        said = waiting.pop()
        if isinstance(said, Line):
            yield said
        elif said in listed:
            yield Line("again", steps[said])
        else:
            listed.add(said)
            yield Line("step", steps[said])
            waiting.extend(reversed(_after(document, figures, said)))


def _after(document: Document, figures: Figures, id: str) -> list[Line | str]:
    legs = list(_legs(document, id))
    if len(legs) <= 1 and not any(leg.label for leg in legs):
        return [Line("/step"), *(leg.target for leg in legs if leg.target)]
    said: list[Line | str] = [Line("paths")]
    shown: set[str] = set()
    for leg in legs:
        # Figures belong to paths: of several targets on one path the first one shows it.
        n = figures.get((id, leg.way), 0) if leg.way not in shown else 0
        figure = f"path:{id}:{leg.way}" if leg.way not in shown else ""
        said.append(Line("path", label=leg.label, way=(id, leg.way), counts=figure, n=n))
        shown.add(leg.way)
        said += [Line("steps"), leg.target, Line("/steps")] if leg.target else []
        said.append(Line("/path"))
    return [*said, Line("/paths"), Line("/step")]


def _legs(document: Document, id: str) -> Iterator[Leg]:
    activity = document.activities[id]
    ways = ways_of(activity, _)
    for way in ways:
        targets = [target for target in activity.to.get(way.id, ()) if target in document.activities]
        plain = _("Goes on") if len(ways) > 1 else ""
        for target in targets or [""]:
            label = way.label or plain
            if len(targets) > 1:
                label = " – ".join(part for part in (way.label, _("Whichever comes first")) if part)
            yield Leg(way.id, label, target)
