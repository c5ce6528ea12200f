"""Checking arguments that are more than values: zones, patterns, segment names, the keys of objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from journeyorch.phrases import phrase, sentence

from . import types
from .errors import Failure, misfit
from .evaluate import Context, Reference
from .limits import STEPS_PER_PATTERN
from .plan import Apply, Constant, Plan
from .registry import Role
from .suggest import closest, with_hint
from .types import ListType, ObjectType, Type
from .values import reader

if TYPE_CHECKING:
    from .check import Checker


_PREPARING = 5  # steps
_NO_SEGMENT = sentence("There is no segment “{value}”.")
_NO_KEY = sentence("“{value}” is no field with a single value in these objects.")
_NO_OBJECTS = sentence("Expected objects with a field {name} in the list. Check what was sent.")


def in_role(checker: Checker, role: Role, plan: Plan, arguments: list[Plan]) -> Plan:
    """An argument that is more than a value: a zone, a pattern, a key, a segment."""
    if isinstance(plan, Constant) and isinstance(plan.value, str):
        return _constant_in_role(checker, role, plan, arguments)
    if role.constant:
        message = phrase("The {label} has to be a constant text. Write it here in quotes.", label=role.label)
        return checker.refuse(plan.place, "ERR_EXPR_CONSTANT", message)
    if role.prepare is None:
        return plan
    return Apply(plan.type, plan.place, prepared(role), [plan], contextual=True, weight=_PREPARING)


def prepared(role: Role) -> Callable[[Context, Any], Any]:
    """How a value that comes while evaluating is made ready for its role."""
    prepare = role.prepare or (lambda value: value)

    def make_ready(context: Context, value: Any) -> Any:
        ready = prepare(value)
        if role.kind == "pattern":
            context.charge(STEPS_PER_PATTERN + 2 * ready.programsize)
        return ready

    return make_ready


def _constant_in_role(checker: Checker, role: Role, plan: Constant, arguments: list[Plan]) -> Plan:
    if role.kind == "segment":
        return _check_segment(checker, plan)
    if role.kind == "key":
        return _check_key(checker, plan, arguments)
    try:
        value = role.prepare(plan.value) if role.prepare else plan.value
        if role.kind == "pattern":
            checker.count_pattern(value.programsize)
        return Constant(plan.type, plan.place, value)
    except Failure as failure:
        return checker.refuse(plan.place, failure.code, failure.message)


def _check_segment(checker: Checker, plan: Constant) -> Plan:
    known = checker.scope.segments
    if known is not None and plan.value not in known:
        suggestion = closest(plan.value, known)
        message = with_hint(
            _NO_SEGMENT(value=plan.value[:64]),
            suggestion,
            phrase("Choose an existing one."),
        )
        return checker.refuse(
            plan.place, "ERR_EXPR_UNKNOWN_SEGMENT", message, suggestion and f'"{suggestion}"'
        )
    checker.refer(Reference("segment", plan.value))
    return plan


def _check_key(checker: Checker, plan: Constant, arguments: list[Plan]) -> Plan:
    """A function that reads the field of one object, in place of the field's name."""
    item = getattr(arguments[0].type, "item", types.ANY)
    fields: dict[str, Type] = item.fields if isinstance(item, ObjectType) else {plan.value: types.ANY}
    type_ = fields.get(plan.value)
    if not isinstance(type_, types.Scalar):
        return _refuse_key(checker, plan, fields)
    wanted = next((one.type for one in arguments[1:] if isinstance(one.type, ListType)), None)
    if isinstance(wanted, ListType) and types.join(type_, wanted.item) is None:
        message = phrase(
            "The field “{value}” is {type}, the values are {wanted}. Use values of its type.",
            value=plan.value,
            type=type_,
            wanted=wanted.item,
        )
        return checker.refuse(plan.place, "ERR_EXPR_TYPE", message)
    return Constant(plan.type, plan.place, _key_reader(plan.value, type_))


def _refuse_key(checker: Checker, plan: Constant, fields: dict[str, Type]) -> Plan:
    single = [name for name, type_ in fields.items() if isinstance(type_, types.Scalar)]
    suggestion = closest(plan.value, single)
    message = _NO_KEY(value=plan.value[:64])
    return checker.refuse(
        plan.place,
        "ERR_EXPR_UNKNOWN_FIELD",
        with_hint(message, suggestion, phrase("Use one of theirs.")),
        suggestion and f'"{suggestion}"',
    )


def _key_reader(name: str, type_: Type) -> Callable[[Any], Any]:
    read = reader(type_)

    def read_key(item: Any) -> Any:
        if not isinstance(item, dict):
            raise misfit(_NO_OBJECTS(name=name))
        value = item.get(name)
        return None if value is None else read(value)

    return read_key
