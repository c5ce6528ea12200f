"""The drawing as a graph: what follows what, what comes before, what cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from journeys.definition.document import Document


class Graph:
    """Edges between the activities of a document; edges to activities that do not exist are left out."""

    def __init__(self, document: Document) -> None:
        self.start = tuple(id for id in document.start if id in document.activities)
        self.after: Mapping[str, tuple[str, ...]] = {
            id: tuple(
                target
                for targets in activity.to.values()
                for target in targets
                if target in document.activities
            )
            for id, activity in document.activities.items()
        }
        self.before: Mapping[str, tuple[str, ...]] = _reversed(self.after)

    def reachable(self) -> set[str]:
        """All activities that somebody can get to."""
        return self._closure(self.start, self.after)

    def upstream(self, id: str) -> set[str]:
        """All activities that may stand before this one on somebody's path."""
        return self._closure(self.before[id], self.before)

    def in_order(self) -> list[str]:
        """What somebody can get to, each activity after all that lead to it; only without loops."""
        reachable = self.reachable()
        missing = {id: sum(before in reachable for before in self.before[id]) for id in reachable}
        order = [id for id in self.after if missing.get(id) == 0]
        for id in order:
            for target in self.after[id]:
                missing[target] -= 1
                if missing[target] == 0:
                    order.append(target)
        return order

    def loop(self) -> list[str]:
        """The activities of one loop, in order; empty when there is none."""
        done: set[str] = set()
        for first in self.after:
            if first not in done and (found := self._find_loop(first, done)):
                return found
        return []

    def _find_loop(self, first: str, done: set[str]) -> list[str]:
        """Depth-first with a stack of our own: a drawing may be deeper than Python's."""
        path: list[str] = [first]
        walkers: list[Iterator[str]] = [iter(self.after[first])]
        while walkers:
            following = next(walkers[-1], None)
            if following is None:
                done.add(path.pop())
                walkers.pop()
            elif following in path:
                return path[path.index(following) :]
            elif following not in done:
                path.append(following)
                walkers.append(iter(self.after[following]))
        return []

    @staticmethod
    def _closure(first: tuple[str, ...], edges: Mapping[str, tuple[str, ...]]) -> set[str]:
        seen: set[str] = set()
        waiting = list(first)
        while waiting:
            id = waiting.pop()
            if id not in seen:
                seen.add(id)
                waiting.extend(edges[id])
        return seen


def _reversed(after: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    before: dict[str, list[str]] = {id: [] for id in after}
    for id, targets in after.items():
        for target in targets:
            before[target].append(id)
    return {id: tuple(sources) for id, sources in before.items()}
