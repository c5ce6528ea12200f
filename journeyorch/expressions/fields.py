"""Checking field references: where a path starts and what it needs (expressions.md, Fields)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from journeyorch.phrases import phrase, sentence

from . import syntax, types
from .coerce import coerce
from .evaluate import Compiled, Reference
from .paths import Path, PathProblem
from .plan import ElementOrigin, EventOrigin, FieldValue, GroupOrigin, Origin, Plan, PropertyOrigin
from .scope import PROFILE_SOURCE, PROPERTIES_ROOT, FieldGroupScope
from .suggest import closest, with_hint
from .syntax_problems import slip
from .types import ANY, ObjectType, Type
from .values import reader

if TYPE_CHECKING:
    from .check import Checker

EVENT_ELEMENT = "currentEventField"
DATA_ELEMENT = "currentDataPackField"

_NO_EVENT = sentence("There is no event {name} here.")
_NO_SOURCE = sentence("There is no data source {name}.")


class _Start:
    """Where a path begins: the origin of the data, its type, what to report, and the steps that are left."""

    def __init__(self, origin: Origin, type_: Type, reference: Reference, steps: list[syntax.Step]) -> None:
        self.origin = origin
        self.type = type_
        self.reference = reference
        self.steps = steps


def check_field(checker: Checker, node: syntax.Field) -> Plan:
    try:
        start = _START[node.sign](checker, node)
        path = _follow(checker, node, start)
    except PathProblem as problem:
        return checker.refuse(
            checker.place(problem.step or node), problem.code, problem.message, problem.suggestion
        )
    checker.refer(replace(start.reference, path=start.reference.path + path.names))
    default = _check_default(checker, node, path.type)
    type_ = _type_with_default(path.type, default)
    read = None if type_ is types.NULL else reader(type_)
    return FieldValue(type_, checker.place(node), start.origin, path.walks, read, default, path.ends_in_all)


def _follow(checker: Checker, node: syntax.Field, start: _Start) -> Path:
    keyword = {"@": EVENT_ELEMENT, "#": DATA_ELEMENT}.get(node.sign) or node.steps[0].name
    path = Path(checker, start.type, start.reference, keyword)
    for step in start.steps:
        path.take(step)
    return path


def _start_at_event(checker: Checker, node: syntax.Field) -> _Start:
    first, *steps = node.steps
    _refuse_params(node)
    if first.name == PROPERTIES_ROOT and PROPERTIES_ROOT not in checker.scope.events:
        fields = ObjectType(dict(checker.scope.properties))
        return _Start(PropertyOrigin(), fields, Reference("property", ""), steps)
    type_ = checker.scope.events.get(first.name)
    if type_ is None:
        raise _unknown_event(checker, first)
    return _Start(EventOrigin(first.name), type_, Reference("event", first.name), steps)


def _refuse_params(node: syntax.Field) -> None:
    for option in node.options:
        if option.name == "params":
            message = phrase("Only data sources, in #{…}, take params. Remove them here.")
            raise PathProblem("ERR_EXPR_PARAMS", message, option)


def _unknown_event(checker: Checker, step: syntax.Step) -> PathProblem:
    if step.name in checker.scope.datasources:
        message = phrase("{name} is a data source. Write it as #{{{name}…}}.", name=step.name)
        return PathProblem("ERR_EXPR_UNKNOWN_EVENT", message, step)
    suggestion = closest(step.name, [*checker.scope.events, PROPERTIES_ROOT])
    message = with_hint(
        _NO_EVENT(name=step.name[:64]),
        suggestion,
        phrase("Use an event before this step."),
    )
    return PathProblem("ERR_EXPR_UNKNOWN_EVENT", message, step, suggestion)


def _start_at_source(checker: Checker, node: syntax.Field) -> _Start:
    first, *steps = node.steps
    groups = checker.scope.datasources.get(first.name)
    if groups is None:
        raise _unknown_source(checker, first)
    if not steps:
        message = phrase(
            "Name a field group of {name}, such as #{{{name}.{group}.…}}.",
            name=first.name,
            group=next(iter(groups), "Group"),
        )
        raise PathProblem("ERR_EXPR_UNKNOWN_GROUP", message, first)
    group = groups.get(steps[0].name)
    if group is None or steps[0].called:
        suggestion = closest(steps[0].name, groups)
        message = phrase("{name} has no field group {group}.", name=first.name, group=steps[0].name[:64])
        raise PathProblem(
            "ERR_EXPR_UNKNOWN_GROUP",
            with_hint(message, suggestion, phrase("Choose one of its groups.")),
            steps[0],
            suggestion,
        )
    params = _check_params(checker, node, group)
    reference = Reference("datasource", first.name, steps[0].name, params=params)
    origin = GroupOrigin(first.name, steps[0].name, params)
    return _Start(origin, group.type, reference, _without_profile(first.name, group.type, steps[1:]))


def _without_profile(source: str, type_: Type, steps: list[syntax.Step]) -> list[syntax.Step]:
    """The built-in source's optional ``profile`` after the group means nothing, unless it is a field."""
    if (
        source != PROFILE_SOURCE
        or not steps
        or steps[0].called
        or steps[0].name not in ("profile", "Profile")
    ):
        return steps
    is_field = isinstance(type_, ObjectType) and steps[0].name in type_.fields
    return steps if is_field else steps[1:]


def _unknown_source(checker: Checker, step: syntax.Step) -> PathProblem:
    if step.name in checker.scope.events:
        message = phrase("{name} is an event. Write it as @{{{name}…}}.", name=step.name)
        return PathProblem("ERR_EXPR_UNKNOWN_SOURCE", message, step)
    suggestion = closest(step.name, checker.scope.datasources)
    message = with_hint(
        _NO_SOURCE(name=step.name[:64]),
        suggestion,
        phrase("Choose an existing one."),
    )
    return PathProblem("ERR_EXPR_UNKNOWN_SOURCE", message, step, suggestion)


def _start_at_element(checker: Checker, node: syntax.Field) -> _Start:
    first, *steps = node.steps
    if first.name not in (EVENT_ELEMENT, DATA_ELEMENT):
        raise _bare_word(first)
    if not checker.loops:
        message = phrase("{name} stands only in the condition of all, first or last.", name=first.name)
        if not checker.outside_loops:
            message = phrase(
                "params cannot depend on {name}: data are fetched once. Use a field of an event.",
                name=first.name,
            )
        raise PathProblem("ERR_EXPR_CURRENT", message, first)
    loop = checker.loops[-1]
    if loop.keyword != first.name:
        message = phrase("The elements here are called {keyword}. Use that word.", keyword=loop.keyword)
        raise PathProblem("ERR_EXPR_CURRENT", message, first, loop.keyword)
    return _Start(ElementOrigin(), loop.item, loop.reference, steps)


def _bare_word(step: syntax.Step) -> PathProblem:
    suggestion = slip(step.name)
    message = phrase("{name} means nothing by itself.", name=step.name[:64])
    otherwise = phrase('Write a field as @{Event.field} or #{Source.Group.field}, a text as "text".')
    return PathProblem("ERR_EXPR_UNKNOWN_WORD", with_hint(message, suggestion, otherwise), step, suggestion)


_START = {"@": _start_at_event, "#": _start_at_source, "": _start_at_element}


def _check_params(checker: Checker, node: syntax.Field, group: FieldGroupScope) -> dict[str, Compiled] | None:
    """The dynamic values of the group, each with a value; None for a group without."""
    option = _option(node, "params")
    entries = (option.entries or []) if option else []
    known = dict.fromkeys((step.name for step, _ in entries), ANY) if group.params is None else group.params
    given: dict[str, syntax.Node] = {}
    for step, value in entries:
        if step.name not in known:
            suggestion = closest(step.name, known)
            message = with_hint(
                phrase("There is no dynamic value {name}.", name=step.name[:64]),
                suggestion,
                phrase("Remove it."),
            )
            raise PathProblem("ERR_EXPR_PARAMS", message, step, suggestion)
        if step.name in given:
            raise PathProblem(
                "ERR_EXPR_PARAMS", phrase("{name} is there twice. Keep one.", name=step.name), step
            )
        given[step.name] = value
    missing = [name for name in known if name not in given]
    if missing:
        message = phrase(
            "A value for {names} is missing. Add params: {{{first}: …}}.",
            names=", ".join(missing),
            first=missing[0],
        )
        raise PathProblem("ERR_EXPR_PARAMS", message, option)
    if not known:
        return None
    return {name: _check_param(checker, value, name, known[name]) for name, value in given.items()}


def _check_param(checker: Checker, node: syntax.Node, name: str, type_: Type) -> Compiled:
    inner = checker.nested()
    return inner.finish(inner.expect(inner.check(node), type_, phrase("The value {name}", name=name)))


def _option(node: syntax.Field, name: str) -> syntax.Option | None:
    return next((option for option in node.options if option.name == name), None)


def _check_default(checker: Checker, node: syntax.Field, type_: Type) -> Plan | None:
    """The value for missing or null, of the field's type."""
    _check_options(checker, node)
    option = _option(node, "defaultValue")
    if option is None or option.value is None:
        return None
    default = checker.check(option.value)
    if isinstance(type_, types.TimeText) and types.fits(default.type, type_.time):
        type_ = type_.time
    if not types.fits(default.type, types.settled(type_)):
        message = phrase(
            "The default has to be {type} as the field is, this is {given}. Convert it.",
            type=type_,
            given=default.type,
        )
        return checker.refuse(default.place, "ERR_EXPR_DEFAULT", message)
    return coerce(default, type_)


def _type_with_default(type_: Type, default: Plan | None) -> Type:
    """A text of a sample that may be a time is what its default is."""
    if default is None or default.type is types.NULL or not isinstance(type_, types.TimeText):
        return type_
    return default.type


def _check_options(checker: Checker, node: syntax.Field) -> None:
    seen: set[str] = set()
    for option in node.options:
        wrong_form = (option.name == "params") == (option.entries is None)
        if option.name not in ("params", "defaultValue"):
            suggestion = closest(option.name, ("params", "defaultValue"))
            message = with_hint(
                phrase("A reference has no {name}.", name=option.name[:64]),
                suggestion,
                phrase("Use params or defaultValue."),
            )
            checker.refuse(checker.place(option), "ERR_EXPR_OPTION", message, None)
        elif option.name in seen:
            message = phrase("{name} is there twice. Keep one.", name=option.name)
            checker.refuse(checker.place(option), "ERR_EXPR_OPTION", message)
        elif wrong_form:
            message = phrase("Write params as {name: value} and defaultValue as a value.")
            checker.refuse(checker.place(option), "ERR_EXPR_OPTION", message)
        seen.add(option.name)
