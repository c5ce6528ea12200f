"""A sandbox's segments, compiled, and what each must be looked at again for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from datasources.platform.profiles.feed import Touch
from datasources.platform.profiles.fields import profile_type
from datasources.platform.profiles.history import history_of
from datasources.platform.profiles.people import Needs
from datasources.platform.segments.models import Segment
from journeyorch.access.models import Sandbox
from journeyorch.expressions import (
    FUNCTIONS,
    Compiled,
    ExpressionError,
    ExpressionProblem,
    FieldGroupScope,
    Scope,
    compile_expression,
    types,
)
from journeyorch.expressions.parse import parse
from journeyorch.expressions.scope import EXPERIENCE_EVENTS, PROFILE_GROUP, PROFILE_SOURCE
from journeyorch.expressions.syntax import Call
from journeyorch.outbound.configs import ConfigCache

# Functions of the date category that look at the clock make a segment change with time alone.
_CLOCKS = {
    name
    for name, function in FUNCTIONS.items()
    if function.category == "date" and any(one.contextual for one in function.signatures)
}
# Of these, the ones that compare a moment with it, and tell when that turns out otherwise.
_COMPARING = {name for name in _CLOCKS if name.startswith(("inLast", "inNext"))}


class Clock(Enum):
    """How an expression looks at the clock."""

    NEVER = "not at all"
    COMPARING = "by inLastDays and the like alone"
    FREELY = "by now() and what is made of it"


class CompiledSegment(NamedTuple):
    id: int
    name: str
    streaming: bool
    expression: Compiled
    clock: Clock  # whether time alone may change it

    @property
    def reads_events(self) -> bool:
        return any(EXPERIENCE_EVENTS in one.path for one in self.expression.all_references())

    @property
    def reads_attributes(self) -> bool:
        return any(EXPERIENCE_EVENTS not in one.path for one in self.expression.all_references())

    def is_concerned(self, touched: Collection[Touch]) -> bool:
        """Whether such changes of a person may matter to it."""
        return (
            Touch.ALL in touched
            or (Touch.EVENTS in touched and self.reads_events)
            or (Touch.ATTRIBUTES in touched and self.reads_attributes)
        )


class Segments:
    """The segments of one sandbox. Those that cannot be compiled any more are left out: nobody moves."""

    def __init__(self, segments: Sequence[CompiledSegment] = (), zone: ZoneInfo | None = None) -> None:
        self.zone = zone or ZoneInfo("UTC")
        self.by_id = {segment.id: segment for segment in segments}
        self.streaming = [segment for segment in segments if segment.streaming]

    def named(self, ids: Iterable[int]) -> list[CompiledSegment]:
        """Those with these ids that there are."""
        return [self.by_id[id] for id in ids if id in self.by_id]

    def concerned(self, touched: Collection[Touch]) -> list[CompiledSegment]:
        """The streaming ones that such changes of a person may matter to."""
        return [segment for segment in self.streaming if segment.is_concerned(touched)]


def needs_of(segments: Iterable[CompiledSegment], now: datetime) -> Needs:
    """What must be known of people to evaluate these."""
    asked = list(segments)
    types, window = history_of(segment.expression for segment in asked)
    attributes = any(segment.reads_attributes for segment in asked)
    return Needs(
        attributes=attributes, event_types=types, events_since=None if window is None else now - window
    )


def scope_of(sandbox_id: int) -> Scope:
    """What a segment's expression may refer to: the profile and its experience events, no other segment."""
    group = FieldGroupScope(profile_type(sandbox_id))
    return Scope(datasources={PROFILE_SOURCE: {PROFILE_GROUP: group}}, segments=frozenset())


def compiled_alone(source: str, sandbox_id: int) -> tuple[CompiledSegment, ZoneInfo]:
    """A segment of this expression that is not saved, and its sandbox's zone. Raises ``ExpressionError``."""
    expression = compile_expression(source, scope_of(sandbox_id), types.BOOLEAN)
    return CompiledSegment(0, "", False, expression, clock_of(source)), zone_of_sandbox(sandbox_id)


def zone_of_sandbox(sandbox_id: int) -> ZoneInfo:
    """In which expressions that name no zone read the clock."""
    return ZoneInfo(Sandbox.objects.values_list("time_zone", flat=True).get(pk=sandbox_id))


def problems_of(source: str, sandbox_id: int) -> tuple[ExpressionProblem, ...]:
    """What is wrong with an expression; empty if nothing is."""
    try:
        compile_expression(source, scope_of(sandbox_id), types.BOOLEAN)
    except ExpressionError as error:
        return tuple(error.problems)
    return ()


def load_segments(sandbox_id: int) -> Segments:
    """As the database has them now."""
    rows = list(Segment.objects.filter(sandbox_id=sandbox_id).order_by("pk"))
    if not rows:
        return Segments()
    scope = scope_of(sandbox_id)
    zone = zone_of_sandbox(sandbox_id)
    compiled = (_compiled(row, scope) for row in rows)
    return Segments([one for one in compiled if one is not None], zone)


def _compiled(row: Segment, scope: Scope) -> CompiledSegment | None:
    try:
        expression = compile_expression(row.expression, scope, types.BOOLEAN)
    except ExpressionError:
        return None
    streaming = row.evaluation == Segment.Evaluation.STREAMING
    return CompiledSegment(row.pk, row.name, streaming, expression, clock_of(row.expression))


def clock_of(source: str) -> Clock:
    """How an expression can change its value while nothing but time passes."""
    asked = {call.name for call in _calls(parse(source))} & _CLOCKS
    if not asked:
        return Clock.NEVER
    return Clock.COMPARING if asked <= _COMPARING else Clock.FREELY


def _calls(part: Any) -> Iterator[Call]:
    if isinstance(part, Call):
        yield part
    if isinstance(part, list | tuple):
        for item in part:
            yield from _calls(item)
    elif is_dataclass(part):
        yield from _calls([getattr(part, each.name) for each in fields(part)])


segments_of: ConfigCache[Segments] = ConfigCache(load_segments)
