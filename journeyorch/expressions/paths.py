"""Following a path through the types of the data, step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from journeyorch.phrases import phrase, sentence

from . import syntax, types
from .evaluate import Reference
from .plan import At, Constant, Each, Entry, Get, GetOpen, OfMap, Pick, Plan, Walk
from .suggest import closest, slip_of, with_hint
from .types import ListType, MapType, ObjectType, Type

if TYPE_CHECKING:
    from .check import Checker

PICKS = ("all", "first", "last")
_MAP_PARTS = ("firstEntryKey", "keys", "values")
_CALLS = (*PICKS, "at", "entry", *_MAP_PARTS)

_NO_FIELD = sentence("There is no field {name} here.")
_NO_FIELDS = sentence("There is no field {name} in a value of type {type}. End the path before it.")


@dataclass(frozen=True, slots=True)
class Loop:
    """The collection whose condition is being checked: what ``current…Field`` is there."""

    keyword: str
    item: Type
    reference: Reference


class PathProblem(Exception):
    """A step that leads nowhere; ``step`` is the part to point at, None for the whole reference."""

    def __init__(
        self,
        code: str,
        message: str,
        step: syntax.Step | syntax.Option | None,
        suggestion: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.step = step
        self.suggestion = suggestion


class Path:
    """How far a reference has come: the type it is at, the walks so far, the names passed."""

    def __init__(self, checker: Checker, type_: Type, reference: Reference, keyword: str) -> None:
        self.checker = checker
        self.type = type_
        self.reference = reference
        self.keyword = keyword
        self.walks: list[Walk] = []
        self.names: tuple[str, ...] = ()
        self.ends_in_all = False

    def take(self, step: syntax.Step) -> None:
        """Go one step on. Raises ``PathProblem``."""
        if not step.called:
            self._add(*_named(self.type, step))
            self.names += (step.name,)
        elif step.name in PICKS:
            self._pick(step)
        elif step.name == "at":
            self._at(step)
        elif step.name == "entry" or step.name in _MAP_PARTS:
            self._through_map(step)
        else:
            raise _unknown_call(step)

    def _add(self, walk: Walk, type_: Type) -> None:
        last = self.walks[-1] if self.walks else None
        if isinstance(walk, Get) and isinstance(last, Get):
            self.walks[-1] = Get(last.names + walk.names)
        else:
            self.walks.append(walk)
        self.type = type_

    def _pick(self, step: syntax.Step) -> None:
        item = self._item(step)
        condition = self._condition(step, item)
        self._add(Pick(step.name, condition), ListType(item) if step.name == "all" else item)
        self.ends_in_all = step.name == "all" or (self.ends_in_all and isinstance(self.type, ListType))

    def _condition(self, step: syntax.Step, item: Type) -> Plan | None:
        if step.argument is None:
            return None
        here = replace(self.reference, path=self.reference.path + self.names)
        self.checker.loops.append(Loop(self.keyword, item, here))
        try:
            return self.checker.condition(step.argument, phrase("The condition of {name}", name=step.name))
        finally:
            self.checker.loops.pop()

    def _at(self, step: syntax.Step) -> None:
        item = self._item(step)
        index = self._argument(step, types.INTEGER, phrase("The place in at"))
        self._add(At(index), item)
        self.ends_in_all = False

    def _argument(self, step: syntax.Step, type_: Type, what: str) -> Plan:
        if step.argument is None:
            message = phrase(
                "{name} needs a value, such as {name}({example}).",
                name=step.name,
                example="0" if type_ is types.INTEGER else "…",
            )
            raise PathProblem("ERR_EXPR_ARGUMENTS", message, step)
        return self.checker.expect(self.checker.check(step.argument), type_, what)

    def _item(self, step: syntax.Step) -> Type:
        if isinstance(self.type, ListType):
            return self.type.item
        if self.type is types.ANY:
            return types.ANY
        message = phrase(
            "{name} takes a list, this is {type}. Leave it out or name a list.",
            name=step.name,
            type=self.type,
        )
        raise PathProblem("ERR_EXPR_PATH", message, step)

    def _through_map(self, step: syntax.Step) -> None:
        """A map function; on a list, for every element."""
        key = self._argument(step, types.STRING, phrase("The key")) if step.name == "entry" else None
        if key is None and step.argument is not None:
            raise PathProblem(
                "ERR_EXPR_ARGUMENTS", phrase("{name} takes no value. Leave it empty.", name=step.name), step
            )
        inner = self.type.item if isinstance(self.type, ListType) else self.type
        walk, type_ = Entry(key) if key else _map_part(step, inner), _map_result(step, inner, key)
        self._add(*(_each(walk, type_) if isinstance(self.type, ListType) else (walk, type_)))


def _named(type_: Type, step: syntax.Step) -> tuple[Walk, Type]:
    """The walk to a named field and its type; through a list, to the field of every element."""
    if isinstance(type_, ListType):
        return _each(*_named(type_.item, step))
    if type_ is types.ANY:
        return GetOpen(step.name), types.ANY
    if isinstance(type_, ObjectType):
        return Get((step.name,)), _field_type(type_, step, step.name)
    raise _no_such_field(type_, step)


def _field_type(type_: ObjectType, step: syntax.Step, name: str) -> Type:
    """The type of a field. A sample need not show every field: one that it lacks is of any type.

    Unless its name is almost that of one that is there: that is a slip.
    """
    known = type_.fields.get(name)
    if known is not None:
        return known
    if type_.sampled and slip_of(name, type_.fields) is None:
        return types.ANY
    raise _unknown_field(type_, step, name)


def _each(walk: Walk, type_: Type) -> tuple[Walk, Type]:
    """On every element; a list of lists is never made, their elements come one after another."""
    if isinstance(type_, ListType):
        return Each(walk, flatten=True), type_
    open_ = type_ is types.ANY
    return Each(walk, flatten=open_, keep_nulls=open_), ListType(type_)


def _no_such_field(type_: Type, step: syntax.Step) -> PathProblem:
    name = step.name[:64]
    if isinstance(type_, MapType):
        message = phrase("This is a map: write entry('{name}') for the value of a key.", name=name)
        return PathProblem("ERR_EXPR_UNKNOWN_FIELD", message, step, f"entry('{name}')")
    return PathProblem("ERR_EXPR_UNKNOWN_FIELD", _NO_FIELDS(name=name, type=type_), step)


def _unknown_field(type_: ObjectType, step: syntax.Step, name: str) -> PathProblem:
    suggestion = closest(name, type_.fields)
    otherwise = phrase("Choose a field from the list.")
    if suggestion is None and name.partition("-")[0] in type_.fields:
        otherwise = phrase("For a subtraction, put spaces around the minus sign.")
    message = with_hint(_NO_FIELD(name=name[:64]), suggestion, otherwise)
    return PathProblem("ERR_EXPR_UNKNOWN_FIELD", message, step, suggestion)


def _unknown_call(step: syntax.Step) -> PathProblem:
    suggestion = closest(step.name, _CALLS)
    message = phrase("A path has no {name}(…).", name=step.name[:64])
    otherwise = phrase("It has {names}.", names=", ".join(_CALLS))
    return PathProblem("ERR_EXPR_PATH", with_hint(message, suggestion, otherwise), step, suggestion)


def _map_part(step: syntax.Step, type_: Type) -> Walk:
    return OfMap(step.name, flatten=isinstance(_map_value(type_, step), ListType))


def _map_value(type_: Type, step: syntax.Step) -> Type:
    """The type of a map's values; an object whose fields are alike is a map too."""
    if isinstance(type_, MapType):
        return type_.value
    if isinstance(type_, ObjectType):
        return types.join_all(type_.fields.values()) or types.ANY
    if type_ is types.ANY:
        return types.ANY
    message = phrase(
        "{name} takes a map, this is {type}. Leave it out or name a map.", name=step.name, type=type_
    )
    raise PathProblem("ERR_EXPR_PATH", message, step)


def _map_result(step: syntax.Step, type_: Type, key: Plan | None) -> Type:
    value = _map_value(type_, step)
    if isinstance(type_, ObjectType) and isinstance(key, Constant):
        return _field_type(type_, step, str(key.value))
    if step.name == "values":
        return value if isinstance(value, ListType) else ListType(value)
    return {"entry": value, "keys": ListType(types.STRING)}.get(step.name, types.STRING)
