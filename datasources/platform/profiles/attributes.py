"""A person's attributes, and when each was written; the newest wins (technical.md, Importing profiles). Pure.

``times`` holds, by path, a **stamp**: text that sorts by time. A path without a stamp is older than any. A
stamp without a value says since when there is none, so that an older record does not bring it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeGuard

# Objects nested deeper than this are replaced as a whole: nobody's document may exhaust the stack.
MAX_DEPTH = 32

#: Values by path: ``"person.name.firstName"``, or names in a tuple.
ByPath = Mapping[str | tuple[str, ...], Any] | Mapping[tuple[str, ...], Any]


class Attributes(NamedTuple):
    """XDM attributes as nested JSON, and the stamp of each leaf by its path. Never changed in place."""

    values: Mapping[str, Any]
    times: Mapping[str, str]


EMPTY = Attributes({}, {})


class Origin(NamedTuple):
    """Where a value came from and when; of values of before this was kept, the source is unknown: ""."""

    at: datetime | None
    source: str  # "event", "import:<task>", "edit", "journey", …
    order: int  # of an event: its number


def stamp(at: datetime, order: int = 0, source: str = "") -> str:
    """The stamp of a time; ``order`` tells apart what came in the same request (the received event's id).

    ``source`` says where it came from: at most 40 letters, digits, hyphens and colons.
    """
    moment = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return f"{moment}#{order:020d}" + (f"#{source}" if source else "")


def origin_of(stamped: str) -> Origin:
    """What a stamp says. Received events need not say that they are events."""
    moment, _, rest = stamped.partition("#")
    order, _, source = rest.partition("#")
    try:
        at, number = datetime.fromisoformat(moment).replace(tzinfo=UTC), int(order or 0)
    except ValueError:
        return Origin(None, "", 0)
    return Origin(at, source or ("event" if number else ""), number)


def with_record(attributes: Attributes, record: Mapping[str, Any], stamped: str) -> Attributes:
    """Objects are merged, lists and scalars replaced, except where something newer stands.

    Doing it again changes nothing.
    """
    return _merged(attributes, record, lambda path: stamped, ties=True)


def with_values(attributes: Attributes, values: ByPath, stamped: str) -> Attributes:
    """Like ``with_record``, with values by path. ``ValueError`` for a path that is empty or too long."""
    for path, value in values.items():
        attributes = with_record(attributes, _nested(path, value), stamped)
    return attributes


def joined(winner: Attributes, loser: Attributes) -> Attributes:
    """The newest of each leaf of two people who are one; of the same age, the winner's."""
    return _merged(winner, loser.values, lambda path: loser.times.get(path, ""), ties=False)


def rewritten(attributes: Attributes, values: Mapping[str, Any], stamped: str) -> Attributes:
    """Exactly ``values``, as edited: what changed or went is stamped, the rest keeps its time."""
    old, new = dict(leaves(attributes.values)), dict(leaves(values))
    touched = {path for path in old.keys() | new.keys() if not _same(old, new, path)}
    return Attributes(values, {**attributes.times, **dict.fromkeys(touched, stamped)})


def leaves(values: Mapping[str, Any], prefix: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    """Every leaf with its path: what is no object, and objects too deep to look into."""
    for name, value in values.items():
        path = prefix + _escaped(name)
        if _is_branch(value, depth):
            yield from leaves(value, path + ".", depth + 1)
        else:
            yield path, value


def _same(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> bool:
    # In Python 1 == True == 1.0; in JSON the first two differ.
    return path in old and path in new and old[path] == new[path] and type(old[path]) is type(new[path])


def _merged(
    into: Attributes, values: Mapping[str, Any], stamp_of: Callable[[str], str], ties: bool
) -> Attributes:
    times = dict(into.times)
    return Attributes(_Merge(times, stamp_of, ties).objects(into.values, values, "", 1), times)


class _Merge(NamedTuple):
    """One merge on its way down the two trees; ``times`` is its own copy, and the result."""

    times: dict[str, str]
    stamp_of: Callable[[str], str]
    ties: bool

    def objects(
        self, old: Mapping[str, Any], new: Mapping[str, Any], prefix: str, depth: int
    ) -> dict[str, Any]:
        result = dict(old)
        for name, value in new.items():
            path = prefix + _escaped(name)
            if _is_branch(value, depth):
                self._branch(result, name, value, path, depth)
            elif self._may_write(result, name, path, depth):
                result[name] = value
                self.times[path] = self.stamp_of(path)
        return result

    def _branch(
        self, result: dict[str, Any], name: str, value: dict[str, Any], path: str, depth: int
    ) -> None:
        below = result.get(name)
        if not _is_branch(below, depth):
            # Where an object comes, a scalar or nothing stands: it stays if newer than all of the object.
            occupied = name in result or path in self.times
            if occupied and not self._wins(self._newest(value, path, depth), path, name in result):
                return
            self.times.pop(path, None)
            below = {}
        result[name] = self.objects(below, value, path + ".", depth + 1)

    def _newest(self, value: dict[str, Any], path: str, depth: int) -> str:
        return max((self.stamp_of(leaf) for leaf, _ in leaves(value, path + ".", depth + 1)), default="")

    def _may_write(self, result: dict[str, Any], name: str, path: str, depth: int) -> bool:
        stamped, standing = self.stamp_of(path), result.get(name)
        if not _is_branch(standing, depth):
            return self._wins(stamped, path, name in result)
        gone = [leaf for leaf, _ in leaves(standing, path + ".", depth + 1)]
        if not all(self._wins(stamped, leaf, True) for leaf in gone):
            return False
        for leaf in gone:
            self.times.pop(leaf, None)
        return True

    def _wins(self, stamped: str, path: str, exists: bool) -> bool:
        standing = self.times.get(path, "")
        return stamped > standing or (stamped == standing and (self.ties or not exists))


def _is_branch(value: Any, depth: int) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict) and depth < MAX_DEPTH


def _escaped(name: str) -> str:
    """Names may hold dots, which part the names of a path."""
    return name.replace("\\", "\\\\").replace(".", "\\.") if "." in name or "\\" in name else name


def _nested(path: str | tuple[str, ...], value: Any) -> dict[str, Any]:
    names = path.split(".") if isinstance(path, str) else path
    if not 0 < len(names) <= MAX_DEPTH:
        raise ValueError(f"A path has 1 to {MAX_DEPTH} names.")
    for name in reversed(names):
        value = {name: value}
    return value
