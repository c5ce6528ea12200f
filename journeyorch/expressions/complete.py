"""What could be written at the cursor, best first: fields, functions, words and constants.

Works in unfinished text (``cursor``); types of paths come from the checker itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from . import functions as functions  # importing them is what fills the registry
from . import types
from .check import Checker
from .cursor import Cursor, Frame, scan
from .errors import ExpressionError
from .evaluate import Reference
from .fields import DATA_ELEMENT, EVENT_ELEMENT
from .limits import NESTING, SOURCE_BYTES
from .offers import (
    OPTIONS,
    Completion,
    calls_of,
    constant,
    fields_of,
    function_offers,
    in_quotes,
    operator_offers,
    ranked,
    value_words,
    written_name,
)
from .parse import parse
from .paths import PICKS, Loop
from .registry import FUNCTIONS, Parameter
from .scope import PROPERTIES_ROOT, FieldGroupScope, Scope
from .types import ListType, ObjectType, Type

MOST = 100
_SIGNS = {"@": "event", "#": "source"}
_ELEMENTS = {"@": EVENT_ELEMENT, "#": DATA_ELEMENT}


@dataclass(frozen=True, slots=True)
class Completions:
    """``items`` replace the source from ``start`` to ``end``; offsets are in characters (code points)."""

    start: int
    end: int
    items: list[Completion]


def complete(source: str, position: int, scope: Scope, *, segments: Iterable[str] = ()) -> Completions:
    """The completions at a position between 0 and the length of the source, at most 100.

    ``segments`` are offered where the scope knows no names itself.
    """
    nothing = Completions(position, position, [])
    if len(source) > SOURCE_BYTES:
        return nothing
    cursor = scan(source, position)
    if len(cursor.frames) > NESTING:
        return nothing
    names = sorted(segments if scope.segments is None else scope.segments)
    place = _Place(source, cursor, scope, names)
    word = "" if cursor.word in _SIGNS else cursor.word
    return Completions(cursor.start, cursor.end, ranked(place.offers(), word, place.wanted())[:MOST])


def _open_handed(scope: Scope) -> Scope:
    """The same fields, whatever dynamic values are given: those may not be written yet."""
    sources = {
        source: {name: FieldGroupScope(group.type, None) for name, group in groups.items()}
        for source, groups in scope.datasources.items()
    }
    return replace(scope, datasources=sources)


class _Place:
    """The place of the cursor, and what can stand there."""

    def __init__(self, source: str, cursor: Cursor, scope: Scope, segments: list[str]) -> None:
        self.source = source
        self.cursor = cursor
        self.scope = scope
        self.typing_scope = _open_handed(scope)
        self.segments = segments
        self.top = cursor.frames[-1]
        self.loop = self._innermost_loop()

    def offers(self) -> Iterator[Completion]:
        if self.cursor.quote:
            return self._in_text()
        if self.top.in_path:
            return self._names()
        if self.top.kind == "reference":
            return self._options()
        if self.top.kind == "entries":
            return self._params()
        if self.top.half or self.top.ended:
            return operator_offers(self.top.half)
        return self._values()

    # --- Values ---------------------------------------------------------------------------------------

    def _values(self) -> Iterator[Completion]:
        parameter = self._parameter()
        if parameter and (constants := list(self._constants(parameter, '"'))):
            yield from constants
            return
        kind = _SIGNS.get(self.cursor.word)
        yield from (one for one in self._roots() if kind in (None, one.kind))
        if kind:
            return
        if self.loop:
            element = self.loop.item
            yield Completion(self.loop.keyword, "field", self.loop.keyword, element.name, type=element)
        yield from value_words()
        yield from function_offers()

    def _roots(self) -> Iterator[Completion]:
        for name, type_ in self.scope.events.items():
            yield Completion(name, "event", f"@{{{written_name(name)}.", type_.name)
        if self.scope.properties and PROPERTIES_ROOT not in self.scope.events:
            yield Completion(PROPERTIES_ROOT, "event", f"@{{{PROPERTIES_ROOT}.", "object")
        for name in self.scope.datasources:
            yield Completion(name, "source", f"#{{{written_name(name)}.", "")

    def _parameter(self) -> Parameter | None:
        """The parameter whose argument is being written: one with a role, or the only one there is."""
        entry = FUNCTIONS.get(self.top.name) if self.top.kind == "call" else None
        place = len(self.top.commas)
        signatures = [one for one in (entry.signatures if entry else ()) if place < len(one.parameters)]
        found = [one.parameters[place] for one in signatures]
        return next((one for one in found if one.role), found[0] if len(found) == 1 else None)

    def wanted(self) -> Type | None:
        """The type that fits best here, if the place says it."""
        if self.top.kind == "step" and self.top.name in PICKS:
            return types.BOOLEAN
        parameter = self._parameter()
        return parameter.type if parameter else None

    def _constants(self, parameter: Parameter, quote: str) -> Iterator[Completion]:
        role = parameter.role
        if role is None:
            return
        texts: Iterable[str] = role.choices()
        if role.kind == "segment":
            texts = self.segments
        elif role.kind == "key":
            texts = self._keys()
        yield from (constant(text, quote, role.label) for text in texts)

    def _keys(self) -> list[str]:
        """The fields with a single value of the objects in the first argument."""
        if not self.top.commas:
            return []
        listed = self._type_of(self.source[self.top.start + 1 : self.top.commas[0]], self.loop)
        item = listed.item if isinstance(listed, ListType) else None
        fields = item.fields if isinstance(item, ObjectType) else {}
        return [name for name, type_ in fields.items() if isinstance(type_, types.Scalar)]

    # --- Inside of texts ------------------------------------------------------------------------------

    def _in_text(self) -> Iterator[Completion]:
        quote = self.cursor.quote
        if self.top.in_path:
            for one in self._names():
                if one.kind != "function":
                    yield replace(one, insert=in_quotes(one.label, quote))
        elif self.top.kind == "step" and self.top.name == "entry":
            base = self._path_type(self.cursor.frames[-2], steps=-2)
            names = base.fields if isinstance(base, ObjectType) else {}
            yield from (constant(name, quote, "key") for name in names)
        elif parameter := self._parameter():
            yield from self._constants(parameter, quote)

    # --- Paths ----------------------------------------------------------------------------------------

    def _names(self) -> Iterator[Completion]:
        """The next name of a path."""
        path = self.top.path
        if path and path[-1] != ".":
            return
        if not path:
            for one in self._roots():
                if one.kind == _SIGNS[self.top.name]:
                    yield replace(one, insert=one.insert[2:-1])
        elif self.top.name == "#" and len(path) == 2:
            for name, group in self.scope.datasources.get(_unquoted(path[0]), {}).items():
                yield Completion(name, "source", written_name(name), group.type.name)
        else:
            type_ = self._path_type(self.top, steps=-1)
            yield from fields_of(type_)
            yield from calls_of(type_)

    def _path_type(self, frame: Frame, *, steps: int) -> Type | None:
        """The type of a frame's path without its last pieces."""
        path = "".join(frame.path[:steps])
        return self._type_of(f"{frame.name}{{{path}}}" if frame.kind == "reference" else path, self.loop)

    def _innermost_loop(self) -> Loop | None:
        """What ``current…Field`` is here, from the outermost condition inwards."""
        self.loop = None
        for outer, frame in pairwise(self.cursor.frames):
            if frame.kind == "entries":
                self.loop = None  # what is fetched is fetched once, whatever the element
            elif frame.kind == "step" and frame.name in PICKS:
                self.loop = self._loop(outer)
        return self.loop

    def _loop(self, collection: Frame) -> Loop | None:
        # Behind the path stand the dot and the name of the step.
        listed = self._path_type(collection, steps=-2)
        if not isinstance(listed, ListType):
            return None
        is_reference = collection.kind == "reference"
        keyword = _ELEMENTS[collection.name] if is_reference else collection.path[0]
        return Loop(keyword, listed.item, Reference("event", ""))

    def _type_of(self, text: str, loop: Loop | None) -> Type | None:
        """The type of a piece of source; None for one with problems."""
        checker = Checker(text, self.typing_scope)
        if loop:
            checker.loops.append(loop)
        try:
            plan = checker.check(parse(text))
        except ExpressionError:
            return None
        return None if checker.problems else plan.type

    # --- Behind the path of a reference ------------------------------------------------------------------

    def _options(self) -> Iterator[Completion]:
        yield Completion("defaultValue", "option", "defaultValue: ", OPTIONS["defaultValue"])
        if self.top.name == "#":
            yield Completion("params", "option", "params: {", OPTIONS["params"])

    def _params(self) -> Iterator[Completion]:
        """The dynamic values of the reference around."""
        around = next((frame for frame in reversed(self.cursor.frames) if frame.kind == "reference"), None)
        names = [_unquoted(name) for name in around.path[:3:2]] if around else []
        group = self.scope.datasources.get(names[0], {}).get(names[1]) if len(names) == 2 else None
        for name, type_ in ((group.params if group else None) or {}).items():
            yield Completion(name, "option", f"{written_name(name)}: ", type_.name)


def _unquoted(name: str) -> str:
    return name[1:-1] if name[:1] in "\"'" else name
