"""An inlet's mapping: which value of what came goes where in XDM (technical.md, Mappings). Pure.

A row takes the value at its source path through one function to its target path. A value that is not there,
is null, or cannot be converted is left out, and nothing else: the schema says whether the rest is enough. Of
rows with one target, the last that has a value counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from events.mapping.places import EACH, MISSING, NotAPath, Path, found, path_of, put
from events.protocols import Normalized, NotNormal
from events.times import read_time
from journeyorch.phrases import phrase, sentence
from journeyorch.strict_json import NotStrictJson, parse

#: An inlet has at most so many rows: every event pays for each.
MOST_ROWS = 200
Function = Literal["", "constant", "default", "trim", "lower", "number", "dateTime", "concat"]

#: Which messages a row is for: all, those of events, or records of people and things.
Messages = Literal["", "event", "record"]


class Row(BaseModel):
    """One row as it is kept; ``argument``: of a constant or default the value, of concat what is between."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: str = Field(max_length=400)
    source: str = Field(default="", max_length=1000)
    function: Function = ""
    argument: str = Field(default="", max_length=1000)
    only_for: Messages = ""


ROWS: TypeAdapter[list[Row]] = TypeAdapter(list[Row])


class RowProblem(ValueError):
    """A row that cannot be used; the message says why, ``place`` where: "source", "target" or "argument"."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place


class Rule(NamedTuple):
    """A row, compiled. Without sources its value is ``argument``."""

    target: Path
    sources: Sequence[Path]
    function: str
    argument: Any
    only_for: Messages = ""

    def is_for(self, *, record: bool) -> bool:
        """Whether it is for a record, or else for an event."""
        return self.only_for in ("", "record" if record else "event")


def rule_of(row: Row) -> Rule:
    """The row ready to be used. Raises ``RowProblem``."""
    target = _path(row.target, "target", _WANTED_TARGET)
    if not isinstance(target[0], str):
        raise RowProblem("target", _WANTED_TARGET)
    sources = [_path(text.strip(), "source", _WANTED_SOURCE) for text in _source_texts(row)]
    if any(path.count(EACH) != target.count(EACH) for path in sources or [()]):
        raise RowProblem("target", _SAME_LISTS)
    if row.function == "concat" and EACH in target:
        raise RowProblem("source", _NOT_JOINED)
    return Rule(target, sources, row.function, _argument(row), row.only_for)


_WANTED_TARGET = phrase("Say where in XDM the value goes, as in person.name.firstName.")
_WANTED_SOURCE = phrase("Say where the value comes from, as in customer.name; or choose “constant”.")
_SAME_LISTS = phrase("Source and target need [*] equally often, so that each has its place.")
_NOT_JOINED = phrase("What is joined cannot stand in every element of a list; name one, as in [0].")
_OTHER_FORM = phrase("Its rows are of another form.")
_UNUSABLE = sentence("The inlet's mapping cannot be used: {reason}", "reason")


def _source_texts(row: Row) -> list[str]:
    if row.function == "constant":
        return []
    return row.source.split(",") if row.function == "concat" else [row.source]


def _path(text: str, place: str, wanted: str) -> Path:
    if not text.strip():
        raise RowProblem(place, wanted)
    try:
        return path_of(text.strip())
    except NotAPath as problem:
        raise RowProblem(place, str(problem)) from None


def _argument(row: Row) -> Any:
    """Of constants and defaults the value: JSON if it is some, else the text itself."""
    if row.function not in ("constant", "default"):
        return row.argument
    if not row.argument:
        raise RowProblem("argument", phrase("Say which value, as a text or as JSON."))
    try:
        return parse(row.argument.encode())
    except (NotStrictJson, UnicodeEncodeError):
        return row.argument


@dataclass(frozen=True)
class InletMapping:
    """What an inlet says about where values go."""

    rules: Sequence[Rule] = ()
    broken: str = ""  # why its rows cannot be used; they are checked when they are saved

    @property
    def gives_id(self) -> bool:
        """Whether it says what an event's ``_id`` is."""
        return any(rule.target == ("_id",) and rule.is_for(record=False) for rule in self.rules)

    def over(self, normalized: Normalized, *, record: bool = False) -> Normalized:
        """The message with the rows' values laid over what its protocol makes of it. Raises ``NotNormal``.

        ``record``: it is the record of a person or thing, not an event.
        """
        if self.broken:
            raise NotNormal(self.broken)
        if not self.rules:
            unmapped = normalized.unmapped
            return normalized._replace(entity={**normalized.entity, **unmapped}) if unmapped else normalized
        # A copy: the rows' values are part of the source, and what is in the entity may be, too.
        entity = orjson.loads(orjson.dumps(normalized.entity))
        for rule in (rule for rule in self.rules if rule.is_for(record=record)):
            for places, value in values_of(rule, normalized.source):
                put(entity, rule.target, places, _copy(value))
        return _described(normalized, _storable(entity))


def compiled(rows: Any) -> InletMapping:
    """The mapping of an inlet's rows, as they are kept."""
    try:
        return InletMapping([rule_of(row) for row in ROWS.validate_python(rows)])
    except ValueError as problem:
        # Not pydantic's own words: they repeat the rows.
        reason = str(problem) if isinstance(problem, RowProblem) else _OTHER_FORM
        return InletMapping(broken=_UNUSABLE(reason=reason))


def values_of(rule: Rule, source: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """The values that a rule finds in a message, with their places in lists; without those left out."""
    if not rule.sources:
        yield (), rule.argument
    elif rule.function == "concat":
        parts = [value for path in rule.sources for _, value in found(source, path)]
        if (joined := _joined(parts, rule.argument)) is not MISSING:
            yield (), joined
    else:
        convert = _FUNCTIONS[rule.function]
        for places, value in found(source, rule.sources[0]):
            if (result := convert(value, rule.argument)) is not MISSING and result is not None:
                yield places, result


def _copy(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value)) if isinstance(value, (dict, list)) else value


def _storable(entity: dict[str, Any]) -> dict[str, Any]:
    """The entity, unless values that were put into others made it deeper than JSON can be written."""
    try:
        orjson.dumps(entity)
    except TypeError:
        raise NotNormal(phrase("The mapping nests the message deeper than can be stored.")) from None
    return entity


def _described(normalized: Normalized, entity: dict[str, Any]) -> Normalized:
    """With the id and the time that the entity has now."""
    event_id = entity.get("_id")
    return normalized._replace(
        entity=entity,
        event_id=event_id if isinstance(event_id, str) else "",
        timestamp=read_time(entity.get("timestamp")),
    )


# --- Functions ------------------------------------------------------------------------------------

_DECIMAL = re.compile(r"[+-]?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
# Epoch seconds reach this number in the year 5138; what is greater counts milliseconds.
_MILLISECONDS_FROM = 10**11


def _number(value: Any, _argument: Any) -> Any:
    """A number written as a text becomes one; numbers stay."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if _INTEGER.fullmatch(text):
        return int(text)
    number = float(text) if _DECIMAL.fullmatch(text) else math.inf
    return number if math.isfinite(number) else MISSING


def _date_time(value: Any, _argument: Any) -> Any:
    """RFC 3339 in UTC, from a date and time (without zone: UTC), a date, epoch seconds or milliseconds."""
    moment = _from_epoch(value) if not isinstance(value, str) else _from_text(value.strip())
    return moment.isoformat() if moment else MISSING


def _from_text(text: str) -> datetime | None:
    number = _number(text, None)
    if number is not MISSING and len(text) > 8:  # A date may be written as 20260131.
        return _from_epoch(number)
    try:
        moment = datetime.fromisoformat(text)
        return read_time((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat())
    except ValueError:
        return read_time(text)


def _from_epoch(value: Any) -> datetime | None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS_FROM else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _joined(values: Sequence[Any], between: str) -> Any:
    """The texts of what is there, one behind the other; ``MISSING`` if nothing is."""
    texts = [_as_text(value) for value in values if isinstance(value, (str, int, float))]
    return between.join(texts) if texts else MISSING


def _as_text(value: str | int | float) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


_FUNCTIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "": lambda value, _: value,
    "default": lambda value, argument: argument if value is MISSING or value is None else value,
    "trim": lambda value, _: value.strip() if isinstance(value, str) else MISSING,
    "lower": lambda value, _: value.lower() if isinstance(value, str) else MISSING,
    "number": _number,
    "dateTime": _date_time,
}
