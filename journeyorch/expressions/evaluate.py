"""Running a compiled expression: what it sees, and what comes out."""

from __future__ import annotations

import random as randomness
import uuid as uuids
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from journeyorch.phrases import phrase, sentence

from .errors import Failure, Place, RunTimeError
from .limits import STEPS
from .types import Type

_RANDOM = randomness.SystemRandom()
_EMPTY: dict[str, Any] = {}
_FAILED = sentence("The expression failed ({name}). Report this.")


class Context:
    """The data of one evaluation. All payloads are raw JSON values; ``now`` is one instant for all of it.

    Subclass it and override ``field_group`` to find fetched data by the values of its parameters, or
    ``field_group_asked`` to find them by the parameters themselves, without evaluating these again.
    """

    __slots__ = (
        "datasources",
        "element",
        "events",
        "now",
        "properties",
        "random",
        "segments",
        "steps",
        "turns",
        "uuid",
        "zone",
    )

    def __init__(
        self,
        *,
        now: datetime,
        events: Mapping[str, Any] = _EMPTY,
        datasources: Mapping[str, Mapping[str, Any]] = _EMPTY,
        properties: Mapping[str, Any] = _EMPTY,
        segments: frozenset[str] = frozenset(),
        zone: tzinfo = UTC,
        random: randomness.Random = _RANDOM,
        uuid: Callable[[], Any] = uuids.uuid4,
    ) -> None:
        self.now = now
        self.events = events
        self.datasources = datasources
        self.properties = properties
        self.segments = segments
        self.zone = zone
        self.random = random
        self.uuid = uuid
        self.element: Any = None  # the list element that a collection condition is looking at
        # Whoever puts a list here is told about when comparisons with the clock turn out otherwise.
        self.turns: list[datetime] | None = None
        self.steps = 0

    def field_group(self, source: str, group: str, params: dict[str, Any] | None) -> Any:
        """The fetched data of a field group, or None. ``params``: its dynamic values by name, if any."""
        groups = self.datasources.get(source)
        return None if groups is None else groups.get(group)

    def field_group_asked(self, source: str, group: str, params: Mapping[str, Compiled]) -> Any:
        """The data of a field group with dynamic values, given as expressions."""
        return self.field_group(source, group, {name: one.closure(self) for name, one in params.items()})

    def charge(self, steps: int) -> None:
        """Count work; more than the limit fails the evaluation, so that no expression holds up a worker."""
        self.steps += steps
        if self.steps > STEPS:
            raise Failure(
                "ERR_EXPR_STEPS", phrase("The expression looks at too much data. Use shorter lists or texts.")
            )


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing that an expression needs to know before it is evaluated.

    ``kind`` is event, datasource, property or segment; ``root`` the event, source or segment name (empty for
    properties); ``group`` the field group of a datasource; ``path`` the names below, with the list's own path
    before it for a field of a list element in a condition. ``params`` are compiled; what they refer to is in
    their own ``references`` and has to be there first.
    """

    kind: str
    root: str
    group: str | None = None
    path: tuple[str, ...] = ()
    params: Mapping[str, Compiled] | None = field(default=None, compare=False)


Closure = Callable[[Context], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """An expression that passed the checker. ``type`` is what ``evaluate`` gives (or None, for null)."""

    source: str
    type: Type
    references: tuple[Reference, ...]
    closure: Closure = field(repr=False)
    place: Place = field(repr=False)
    weight: int = 0  # steps for evaluating it once (weigh.py)

    def evaluate(self, context: Context) -> Any:
        """The value, as the Python form of ``type``; None for null.

        Raises ``RunTimeError``, and nothing else, when the data do not allow a value.
        """
        context.steps = 0
        try:
            return self.closure(context)
        except RunTimeError:
            raise
        except Exception as error:
            # Nothing that people write may look like a crash; the tests hold that this line is never reached.
            failure = Failure(
                "ERR_EXPR_INTERNAL",
                _FAILED(name=type(error).__name__),
            )
            raise self.place.error(failure) from error

    def all_references(self) -> Iterator[Reference]:
        """Every reference, those of parameters before the one they are for."""
        for reference in self.references:
            for parameter in (reference.params or {}).values():
                yield from parameter.all_references()
            yield reference
