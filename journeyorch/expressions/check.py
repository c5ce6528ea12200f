"""Syntax tree to plan: every type known, every name resolved, or a list of problems (expressions.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from journeyorch.phrases import phrase, sentence

from . import operators, syntax, types
from .calls import check_call
from .coerce import coerce, converter, folded
from .compile import compile_plan
from .errors import ExpressionError, ExpressionProblem, Failure, Place
from .evaluate import Compiled, Reference
from .fields import check_field
from .limits import INTEGER_MAX, PATTERN_INSTRUCTIONS, PROBLEMS
from .paths import Loop
from .plan import Apply, Choose, Constant, Fold, Logic, MakeList, Not, Nulls, Plan
from .scope import Scope
from .types import ANY, BOOLEAN, INTEGER, NULL, ListType, Type
from .values import type_of
from .weigh import operation, weight

_OTHER_TYPE = sentence(
    "{what} has to be {expected}, this is {type}. Convert it or use another value.", "what"
)
_NO_PAIR = sentence("{sign} takes no {left} with {right}.")


class Checker:
    """One walk over one tree. Problems are collected; a broken part is of unknown type from there on."""

    def __init__(
        self,
        source: str,
        scope: Scope,
        problems: list[ExpressionProblem] | None = None,
        pattern_sizes: list[int] | None = None,
    ) -> None:
        self.source = source
        self.scope = scope
        self.problems = [] if problems is None else problems
        self.pattern_sizes = [] if pattern_sizes is None else pattern_sizes
        self.references: list[Reference] = []
        self.loops: list[Loop] = []
        self.outside_loops = True  # False while the value of a parameter, inside a condition, is checked

    def check(self, node: syntax.Node) -> Plan:
        return _CHECKS[type(node)](self, node)

    def place(self, node: syntax.Node | syntax.Step | syntax.Option) -> Place:
        return Place(self.source, node.start, node.end)

    def refuse(self, place: Place, code: str, message: str, suggestion: str | None = None) -> Plan:
        """Note a problem; the plan only stands in for the broken part. One too many ends the check."""
        self.problems.append(place.problem(code, message, suggestion))
        if len(self.problems) == PROBLEMS:
            raise ExpressionError(self.problems)
        return Constant(ANY, place, None)

    def refer(self, reference: Reference) -> None:
        if reference.params is not None or reference not in self.references:
            self.references.append(reference)

    def nested(self) -> Checker:
        """A checker for the value of a parameter: same problems, own references, no collection around it."""
        inner = Checker(self.source, self.scope, self.problems, self.pattern_sizes)
        inner.outside_loops = not self.loops and self.outside_loops
        return inner

    def finish(self, plan: Plan) -> Compiled:
        closure, references = compile_plan(plan), tuple(self.references)
        return Compiled(plan.place.text(), plan.type, references, closure, plan.place, weight(plan))

    def count_pattern(self, instructions: int) -> None:
        """Add to the constant patterns. Raises a ``Failure`` when they are too large together."""
        self.pattern_sizes.append(instructions)
        if sum(self.pattern_sizes) > PATTERN_INSTRUCTIONS:
            message = phrase("The patterns of this expression are too large together. Use simpler ones.")
            raise Failure("ERR_EXPR_PATTERN", message)

    def expect(self, plan: Plan, expected: Type, what: str) -> Plan:
        """The plan converted to a type, or a problem saying what was expected where."""
        if not types.fits(plan.type, expected):
            message = _OTHER_TYPE(what=what, expected=expected, type=plan.type)
            return self.refuse(plan.place, "ERR_EXPR_TYPE", message)
        return coerce(plan, expected)

    def condition(self, node: syntax.Node, what: str) -> Plan:
        return self.expect(self.check(node), BOOLEAN, what)


def _check_literal(checker: Checker, node: syntax.Literal) -> Plan:
    if type(node.value) is int and node.value > INTEGER_MAX:
        message = phrase("Integers end at {most}. Write a decimal, such as 1.0.", most=INTEGER_MAX)
        return checker.refuse(checker.place(node), "ERR_EXPR_NUMBER", message)
    return Constant(type_of(node.value), checker.place(node), node.value)


def _check_list(checker: Checker, node: syntax.ListLiteral) -> Plan:
    items = [checker.check(item) for item in node.items]
    item_type = types.join_all(item.type for item in items)
    if item_type is None or any(isinstance(item.type, ListType) for item in items):
        kinds = ", ".join(sorted({item.type.name for item in items}))
        message = phrase(
            "A list has values of one type, and no lists; here are {kinds}. Convert the odd ones.",
            kinds=kinds,
        )
        return checker.refuse(checker.place(node), "ERR_EXPR_TYPE", message)
    items = [coerce(item, item_type) for item in items]
    type_ = ListType(item_type)
    if all(isinstance(item, Constant) for item in items):
        values = [item.value for item in items if isinstance(item, Constant)]
        return Constant(type_, checker.place(node), values)
    return MakeList(type_, checker.place(node), items)


def _check_logic(checker: Checker, node: syntax.Logic) -> Plan:
    what = phrase("A side of {operator}", operator=node.operator)
    operands = [checker.condition(operand, what) for operand in node.operands]
    return Logic(BOOLEAN, checker.place(node), node.operator, operands)


def _check_prefix(checker: Checker, node: syntax.Prefix) -> Plan:
    place = checker.place(node)
    if node.operator == "not":
        return Not(BOOLEAN, place, checker.condition(node.operand, phrase("What follows not")))
    if isinstance(node.operand, syntax.Literal) and type(node.operand.value) is int:
        return Constant(INTEGER, place, -node.operand.value)
    operand = checker.check(node.operand)
    if not types.is_number(operand.type) and operand.type not in (ANY, NULL):
        message = phrase(
            "- takes a number, this is {type}. Convert it with toInteger or toDecimal.", type=operand.type
        )
        return checker.refuse(operand.place, "ERR_EXPR_TYPE", message)
    return folded(Apply(operand.type, place, operators.negative, [operand]))


def _check_chain(checker: Checker, node: syntax.Chain) -> Plan:
    first, *others = [checker.check(operand) for operand in node.operands]
    type_ = first.type
    rest = []
    steps = 0
    for sign, operand in zip(node.operators, others, strict=True):
        steps += operation(type_, operand.type)
        step = _operation(sign, type_, operand)
        if step is None:
            return checker.refuse(checker.place(node), *_no_rule(sign, type_, operand.type))
        type_, *rule = step
        rest.append(tuple(rule))
    if len(rest) == 1:
        function, nulls, operand = rest[0]
        charged = type_ is types.STRING or any(map(_may_be_large, (first.type, operand.type)))
        place, arguments = checker.place(node), [first, operand]
        return folded(Apply(type_, place, function, arguments, nulls, charged=charged, weight=steps))
    return Fold(type_, checker.place(node), first, rest, weight=steps)


def _may_be_large(type_: Type) -> bool:
    return type_ is ANY or not isinstance(type_, (types.Scalar, types.TimeText))


def _operation(sign: str, left: Type, right: Plan) -> Any:
    """Type, function, null rule and right side of one operator; None when there is no such operation."""
    left_as, right_as = operators.read_as(sign, left, right.type)
    rule = operators.binary(sign, left_as, right_as)
    if rule is None:
        return None
    convert = converter(left, left_as)
    function = rule.function if convert is None else _converting(rule.function, convert)
    return rule.type, function, rule.nulls, coerce(right, right_as)


def _converting(
    function: Callable[[Any, Any], Any], convert: Callable[[Any], Any]
) -> Callable[[Any, Any], Any]:
    return lambda left, right: function(None if left is None else convert(left), right)


def _no_rule(sign: str, left: Type, right: Type) -> tuple[str, str]:
    if sign in ("<", "<=", ">", ">=") and left is types.STRING and right is types.STRING:
        detail = phrase(
            "Texts have no order. Compare numbers or dates, or convert with toInteger or toDateTime."
        )
    elif sign == "*" and types.is_number(left) and types.is_number(right):
        detail = phrase("Both sides have to be integers or both decimals. Use toDecimal or toInteger on one.")
    else:
        detail = phrase("Convert one of the sides.")
    message = _NO_PAIR(sign=sign, left=left, right=right)
    return "ERR_EXPR_TYPE", phrase("{message} {otherwise}", message=message, otherwise=detail)


def _check_postfix(checker: Checker, node: syntax.Postfix) -> Plan:
    operand = checker.check(node.operand)
    place = checker.place(node)
    if (
        node.operator == "has null"
        and not isinstance(operand.type, ListType)
        and operand.type not in (ANY, NULL)
    ):
        message = phrase("has null takes a list, this is {type}. Use is null.", type=operand.type)
        return checker.refuse(place, "ERR_EXPR_TYPE", message)
    function = _postfix_function(node.operator, operand)
    return folded(Apply(BOOLEAN, place, function, [operand], Nulls.PASS))


def _postfix_function(words: str, operand: Plan) -> Callable[[Any], bool]:
    if words in operators.KINDS:
        return operators.KINDS[words]
    if words == "has null":
        return operators.has_null
    # `X.all(cond) is null` is true when nothing matches (expressions.md, Corners).
    empty_counts = getattr(operand, "ends_in_all", False)
    if words == "is null":
        return operators.is_null_or_empty if empty_counts else operators.is_null
    return operators.is_not_null_or_empty if empty_counts else operators.is_not_null


def _check_conditional(checker: Checker, node: syntax.Conditional) -> Plan:
    condition = checker.condition(node.condition, phrase("The condition of if"))
    consequence, alternative = checker.check(node.consequence), checker.check(node.alternative)
    type_ = types.join(consequence.type, alternative.type)
    if type_ is None:
        message = phrase(
            "Both results of if have to be of one type; here are {consequence} and {alternative}. "
            "Convert one of them.",
            consequence=consequence.type,
            alternative=alternative.type,
        )
        return checker.refuse(checker.place(node), "ERR_EXPR_TYPE", message)
    branches = coerce(consequence, type_), coerce(alternative, type_)
    return Choose(type_, checker.place(node), condition, *branches)


_CHECKS: dict[type, Callable[[Checker, Any], Plan]] = {
    syntax.Literal: _check_literal,
    syntax.ListLiteral: _check_list,
    syntax.Logic: _check_logic,
    syntax.Prefix: _check_prefix,
    syntax.Chain: _check_chain,
    syntax.Postfix: _check_postfix,
    syntax.Conditional: _check_conditional,
    syntax.Call: check_call,
    syntax.Field: check_field,
}
