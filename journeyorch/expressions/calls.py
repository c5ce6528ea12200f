"""Checking function calls: which signature, and arguments with a meaning of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from journeyorch.phrases import phrase, sentence

from . import functions as functions  # importing them is what fills the registry
from . import registry, syntax, types
from .coerce import coerce, folded
from .errors import Failure, Place, misfit
from .evaluate import Context
from .plan import Apply, Constant, Nulls, Plan
from .registry import Choice, Function, Parameter
from .roles import in_role, prepared
from .suggest import closest, with_hint
from .times import parse_any
from .types import ListType, ObjectType, Type
from .values import reader, shown_type, type_of

if TYPE_CHECKING:
    from .check import Checker


_CHOICE = 100  # steps for choosing a signature at run time
_NO_SIGNATURE = sentence("{name} does not take ({given}). Write {forms}.", "given")
_NO_SUCH = sentence("{name} takes no ({kinds}). Check the data or convert it.")
_PER_ITEM = 2  # steps for finding out and reading an element's type then


def check_call(checker: Checker, node: syntax.Call) -> Plan:
    entry = registry.FUNCTIONS.get(node.name)
    arguments = [checker.check(argument) for argument in node.arguments]
    place = checker.place(node)
    if entry is None:
        return _unknown(checker, node)
    if node.name == "date":
        return _check_date(checker, node, arguments)
    found = registry.choices(entry, [argument.type for argument in arguments])
    if not found:
        code, message = _no_signature(entry, arguments)
        return checker.refuse(place, code, message)
    if _undecided(found, arguments):
        return _found_out_later(checker, node, entry, arguments)
    return _apply(checker, node, entry, found[0], arguments)


def _unknown(checker: Checker, node: syntax.Call) -> Plan:
    name_only = Place(checker.source, node.start, node.start + len(node.name))
    suggestion = closest(node.name, registry.FUNCTIONS)
    message = with_hint(
        phrase("There is no function {name}.", name=node.name),
        suggestion,
        phrase("See the list of functions."),
    )
    return checker.refuse(name_only, "ERR_EXPR_UNKNOWN_FUNCTION", message, suggestion)


def _check_date(checker: Checker, node: syntax.Call, arguments: list[Plan]) -> Plan:
    """``date("…")`` takes its type from the text, so the text has to be there."""
    place = checker.place(node)
    text = arguments[0].value if len(arguments) == 1 and isinstance(arguments[0], Constant) else None
    if not isinstance(text, str):
        message = phrase(
            'date takes one constant text, such as date("2021-02-19"). Use toDateTime for other values.'
        )
        return checker.refuse(place, "ERR_EXPR_CONSTANT", message)
    try:
        value = parse_any(text)
    except Failure as failure:
        return checker.refuse(arguments[0].place, failure.code, failure.message)
    return Constant(type_of(value), place, value)


def _no_signature(entry: Function, arguments: list[Plan]) -> tuple[str, str]:
    given = ", ".join(argument.type.name for argument in arguments) or phrase("nothing")
    # The forms with as many arguments are the likely ones.
    near = [one for one in entry.signatures if one.takes(len(arguments))] or entry.signatures
    forms = " or ".join(signature.describe(entry.name) for signature in near)
    return "ERR_EXPR_ARGUMENTS", _NO_SIGNATURE(name=entry.name, given=given, forms=forms)


def _undecided(found: list[Choice], arguments: list[Plan]) -> bool:
    """Whether only the data can tell which signature, or which type of ``T``, is meant."""
    if not any(types.is_open(argument.type) for argument in arguments):
        return False
    return len(found) > 1 or any(
        isinstance(part, registry.Variable) and part.options
        for parameter in found[0].signature.parameters
        for part in (parameter.type, getattr(parameter.type, "item", None))
    )


def _found_out_later(checker: Checker, node: syntax.Call, entry: Function, arguments: list[Plan]) -> Plan:
    results = {choice.result for choice in registry.choices(entry, [argument.type for argument in arguments])}
    type_ = results.pop() if len(results) == 1 else types.ANY
    # Constants of a role (zones, parts) stay texts here, and are prepared when the signature is known.
    call = _dispatching(entry)
    place, steps = checker.place(node), entry.weight + _CHOICE
    return Apply(type_, place, call, arguments, Nulls.PASS, contextual=True, charged=True, weight=steps)


def _dispatching(entry: Function) -> Callable[..., Any]:
    """A call that chooses the signature by the values at run time."""

    def call(context: Context, *values: Any) -> Any:
        for value in values:
            if type(value) is list:
                context.charge(_PER_ITEM * len(value))
        actual = [shown_type(value) for value in values]
        found = [choice for choice in registry.choices(entry, actual) if not _still_open(choice, actual)]
        if not found:
            kinds = ", ".join(type_.name for type_ in actual)
            raise misfit(_NO_SUCH(name=entry.name, kinds=kinds))
        return _call_now(found[0], context, values)

    return call


def _still_open(choice: Choice, actual: list[Type]) -> bool:
    return any(
        types.is_open(type_) and not types.is_open(wanted)
        for type_, wanted in zip(actual, choice.types, strict=True)
    )


def _call_now(choice: Choice, context: Context, values: tuple[Any, ...]) -> Any:
    ready = []
    for parameter, type_, value in zip(choice.signature.parameters, choice.types, values, strict=False):
        if value is None and not parameter.nullable:
            return None
        ready.append(_prepared(context, parameter, type_, value))
    leading = (context,) if choice.signature.contextual else ()
    return choice.signature.implementation(*leading, *ready)


def _prepared(context: Context, parameter: Parameter, type_: Type, value: Any) -> Any:
    if value is None or type_ is types.ANY:
        return value
    if parameter.role and parameter.role.prepare:
        return prepared(parameter.role)(context, value)
    return reader(type_)(value)


def _apply(
    checker: Checker, node: syntax.Call, entry: Function, choice: Choice, arguments: list[Plan]
) -> Plan:
    ready = []
    for parameter, type_, argument in zip(choice.signature.parameters, choice.types, arguments, strict=False):
        plan, role = coerce(argument, type_), parameter.role
        ready.append(in_role(checker, role, plan, arguments) if role else plan)
    nullable = tuple(parameter.nullable for parameter in choice.signature.parameters[: len(ready)])
    plan = Apply(
        _result_type(choice, ready),
        checker.place(node),
        choice.signature.implementation,
        ready,
        nulls=Nulls.PASS if all(nullable) else Nulls.GIVE_NULL,
        nullable=nullable,
        contextual=choice.signature.contextual,
        charged=_costs(choice),
        weight=entry.weight,
    )
    result = folded(plan)
    if entry.literal and result is plan:
        return _refuse_literal(checker, plan)
    return result


def _result_type(choice: Choice, ready: list[Plan]) -> Type:
    """Objects keep their fields: filtering a list of objects gives a list of the same objects."""
    result = choice.result
    if isinstance(result, ListType) and isinstance(result.item, ObjectType):
        return ready[0].type
    return result


def _costs(choice: Choice) -> bool:
    return any(isinstance(type_, ListType) or type_ is types.STRING for type_ in choice.types)


def _refuse_literal(checker: Checker, plan: Apply) -> Plan:
    """A constant like toDuration("x") can only fail: say so now."""
    first, *more = plan.arguments
    if more or not isinstance(first, Constant) or first.value is None:
        return plan
    try:
        plan.function(first.value)
    except Failure as failure:
        return checker.refuse(first.place, failure.code, failure.message)
    return plan
