"""Random expressions that are right by their types, made from the operators and the registered signatures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from journeyorch.expressions import FUNCTIONS, types
from journeyorch.expressions.registry import Signature, Variable
from journeyorch.expressions.types import ListType, ObjectType, Type

Draw = Callable[[st.SearchStrategy[Any]], Any]
OBJECT = ObjectType()
LEAVES: dict[Type, list[str]] = {
    types.STRING: [
        '"a"',
        '"Ab é"',
        '""',
        "@{Order.id}",
        "@{Order.note}",
        "@{Order.address.city}",
        "@{Order.items.at(1).sku}",
    ],
    types.INTEGER: [
        "0",
        "7",
        "-3",
        "9223372036854775807",
        "@{Order.count}",
        "@{Order.points}",
        "@{Order.items.first().quantity}",
    ],
    types.DECIMAL: ["0.5", "-2.25", "1.0", "@{Order.total}", "@{Order.items.last().price}"],
    types.BOOLEAN: ["true", "false", "@{Order.express}", "@{Order.gift}", 'inSegment("Newcomers")'],
    types.DATE_TIME: ["now()", 'date("2024-02-29T10:00:00+02:00")', "@{Order.placedAt}"],
    types.DATE_TIME_ONLY: ['date("2024-02-29T23:30:00")'],
    types.DATE_ONLY: ['date("2024-02-29")', "@{Order.day}"],
    types.DURATION: ['toDuration("PT15M")', "toDuration(-1)"],
    OBJECT: ["@{Order.items.first()}", "@{Order.items.at(9)}"],
}
LIST_LEAVES: dict[Type, list[str]] = {
    types.INTEGER: ["[3, 1, null]", "[]", "@{Order.numbers}", "@{Order.noNumbers}"],
    types.DECIMAL: ["[0.1, 0.2]", "@{Order.decimals}", "@{Order.items.price}"],
    types.STRING: ['["b", "a"]', "@{Order.empty}", "@{Order.items.sku}", "@{Order.labels.keys()}"],
    types.DATE_TIME: ["@{Order.dates}", "[now()]"],
    OBJECT: ["@{Order.items}", "@{Order.noItems}", "@{Order.items.all(currentEventField.quantity > 1)}"],
}
SIGNS = {"number": ["+", "-", "/", "%"], "order": ["<", "<=", ">", ">="]}
ORDERED = [
    types.INTEGER,
    types.DECIMAL,
    types.DATE_TIME,
    types.DATE_TIME_ONLY,
    types.DATE_ONLY,
    types.DURATION,
]
CONSTANTS = {
    "zone id": ['"UTC"', '"Europe/Paris"', '"+05:30"'],
    "part": ['"days"', '"months"'],
    "key": ['"sku"'],
    "pattern": ['"a|b"', '"(.)"'],
    "segment name": ['"Newcomers"'],
}
# What turns text or numbers into something may find that they are not; it is fed with what fits.
CONVERSIONS = {
    "toDateOnly",
    "toDateTime",
    "toDateTimeOnly",
    "toDecimal",
    "toInteger",
    "toDuration",
    "date",
    "setHours",
    "setDays",
}
FIT = [
    'toDateOnly("2024-02-29")',
    'toDateTime("2024-02-29T10:00:00Z")',
    "toDateTime(1560762190189)",
    'toDateTimeOnly("Asia/Tokyo", "2024-02-29T10:00:00Z")',
    'toDecimal("1.5")',
    "toDecimal(@{Order.express})",
    'toInteger("42")',
    "toInteger(@{Order.total})",
    "toInteger(@{Order.placedAt})",
    "setHours(@{Order.placedAt}, 3)",
    "setDays(@{Order.day}, 28)",
]


@st.composite
def expressions(draw: Draw) -> str:
    """The source of an expression of any type."""
    return source(draw, draw(st.sampled_from([*LEAVES, *map(ListType, LIST_LEAVES)])), 3)


def source(draw: Draw, type_: Type, depth: int) -> str:
    """An expression of a type, so many levels deep at most."""
    if depth == 0:
        return _leaf(draw, type_)
    makers = [_leaf, *_MAKERS.get(type_, ()), _call, _choice]
    maker = draw(st.sampled_from(makers))
    return maker(draw, type_) if maker is _leaf else maker(draw, type_, depth - 1)


def _leaf(draw: Draw, type_: Type) -> str:
    if isinstance(type_, ListType):
        known = LIST_LEAVES.get(type_.item)
        return draw(st.sampled_from(known)) if known else f"[{_leaf(draw, type_.item)}, null]"
    return draw(st.sampled_from(LEAVES[type_]))


def _choice(draw: Draw, type_: Type, depth: int) -> str:
    condition, one, other = (source(draw, each, depth) for each in (types.BOOLEAN, type_, type_))
    return f"if ({condition}) then ({one}) else ({other})"


def _call(draw: Draw, type_: Type, depth: int) -> str:
    """A call of any function with a signature that gives the type."""
    name, signature = draw(st.sampled_from(_giving(type_)))
    if name in CONVERSIONS:
        return draw(st.sampled_from(FIT)) if type_ is types.ANY else _leaf(draw, type_)
    bound = {variable.label: _pick(draw, variable) for variable in _variables(signature)}
    if name == "filter":
        bound["T"] = types.STRING  # as the field sku is
    if isinstance(signature.result, Variable):
        bound[signature.result.label] = type_
    elif isinstance(signature.result, ListType) and isinstance(signature.result.item, Variable):
        bound[signature.result.item.label] = type_.item if isinstance(type_, ListType) else type_
    count = draw(
        st.integers(sum(not one.optional for one in signature.parameters), len(signature.parameters))
    )
    return f"{name}({', '.join(_argument(draw, one, bound, depth) for one in signature.parameters[:count])})"


def _giving(type_: Type) -> list[tuple[str, Signature]]:
    found = [
        (name, signature)
        for name, function in sorted(FUNCTIONS.items())
        for signature in function.signatures
        if _gives(signature.result, type_)
    ]
    return found or [("date", FUNCTIONS["date"].signatures[0])]


def _gives(result: Type, type_: Type) -> bool:
    if isinstance(result, Variable):
        return not isinstance(type_, (ListType, ObjectType)) and (
            not result.options or type_ in result.options
        )
    if isinstance(result, ListType) and isinstance(type_, ListType):
        return _gives(result.item, type_.item)
    return result == type_


def _variables(signature: Signature) -> list[Variable]:
    parts = [one.type for one in signature.parameters]
    inner = [part.item if isinstance(part, ListType) else part for part in parts]
    return [part for part in inner if isinstance(part, Variable)]


def _pick(draw: Draw, variable: Variable) -> Type:
    return draw(st.sampled_from(list(variable.options or types.SCALARS)))


def _argument(draw: Draw, parameter: Any, bound: dict[str, Type], depth: int) -> str:
    if parameter.role:
        return draw(st.sampled_from(CONSTANTS[parameter.role.label]))
    type_ = parameter.type
    if isinstance(type_, ListType):
        item = type_.item
        return source(
            draw,
            ListType(bound.get(getattr(item, "label", ""), types.STRING if item is types.ANY else item)),
            depth,
        )
    return source(draw, bound[type_.label] if isinstance(type_, Variable) else type_, depth)


def _arithmetic(draw: Draw, type_: Type, depth: int) -> str:
    sign = draw(st.sampled_from(SIGNS["number"]))
    return f"({source(draw, type_, depth)} {sign} {source(draw, type_, depth)})"


def _product(draw: Draw, type_: Type, depth: int) -> str:
    return f"({source(draw, type_, depth)} * {source(draw, type_, depth)})"


def _joined(draw: Draw, type_: Type, depth: int) -> str:
    other = draw(st.sampled_from(list(types.SCALARS)))
    return f"({source(draw, types.STRING, depth)} + {source(draw, other, depth)})"


def _moved(draw: Draw, type_: Type, depth: int) -> str:
    sign = draw(st.sampled_from("+-"))
    return f"({source(draw, type_, depth)} {sign} {source(draw, types.DURATION, depth)})"


def _distance(draw: Draw, type_: Type, depth: int) -> str:
    return f"({source(draw, types.DATE_TIME, depth)} - {source(draw, types.DATE_TIME, depth)})"


def _comparison(draw: Draw, type_: Type, depth: int) -> str:
    sign, side = draw(st.sampled_from(SIGNS["order"])), draw(st.sampled_from(ORDERED))
    return f"({source(draw, side, depth)} {sign} {source(draw, side, depth)})"


def _equality(draw: Draw, type_: Type, depth: int) -> str:
    sign, side = draw(st.sampled_from(["==", "!="])), draw(st.sampled_from(list(LEAVES)))
    return (
        f"({source(draw, side, depth)} {sign} {draw(st.sampled_from(['null', source(draw, side, depth)]))})"
    )


def _logic(draw: Draw, type_: Type, depth: int) -> str:
    sign = draw(st.sampled_from(["and", "or"]))
    return f"(not {source(draw, type_, depth)} {sign} {source(draw, type_, depth)})"


def _question(draw: Draw, type_: Type, depth: int) -> str:
    words = draw(st.sampled_from(["is null", "is not null", "is numeric", "is integer", "is decimal"]))
    return f"(({source(draw, draw(st.sampled_from(list(LEAVES))), depth)}) {words})"


_MAKERS: dict[Type, tuple[Callable[[Draw, Type, int], str], ...]] = {
    types.INTEGER: (_arithmetic, _product),
    types.DECIMAL: (_arithmetic, _product),
    types.STRING: (_joined,),
    types.DATE_TIME: (_moved,),
    types.DATE_TIME_ONLY: (_moved,),
    types.DURATION: (_moved, _distance),
    types.BOOLEAN: (_comparison, _equality, _logic, _question),
}
