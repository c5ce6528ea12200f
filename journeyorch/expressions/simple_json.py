"""Trees of simple mode as JSON, for the editor; what comes back is not trusted."""

from __future__ import annotations

from typing import Any

from .limits import NESTING
from .simple import (
    CALLS,
    EXISTENCE,
    SIGNS,
    TIMES,
    WITHIN,
    Group,
    Item,
    Line,
    Membership,
    Value,
    is_simple_field,
)

# How many values an operator takes; None: any number.
_COUNTS: dict[str, int | None] = {
    **dict.fromkeys((*SIGNS, *WITHIN, "contains", "startsWith", "endsWith", "listContains"), 1),
    **dict.fromkeys((*EXISTENCE, "isEmpty"), 0),
    "between": 2,
    "inList": None,
}
_CLASSES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "decimal": (float, int),
    "boolean": (bool,),
    "duration": (str,),
    **dict.fromkeys(TIMES, (str,)),
}


def as_json(item: Item) -> dict[str, Any]:
    """The tree for the editor: plain JSON, told apart by ``kind``."""
    if isinstance(item, Group):
        return {"kind": "group", "operator": item.operator, "items": [as_json(one) for one in item.items]}
    if isinstance(item, Membership):
        return {"kind": "segment", "segment": item.segment, "member": item.member}
    return {
        "kind": "line",
        "field": item.field,
        "operator": item.operator,
        "type": item.type,
        "values": list(item.values),
        "ignoreCase": item.ignore_case,
    }


def tree_from_json(data: Any) -> Group:
    """The tree that ``as_json`` made. Raises ``ValueError``, with a sentence for the user, for anything else.

    A tree from here cannot smuggle expression text in: fields have to be references, values constants.
    """
    item = _item(data, 0)
    return item if isinstance(item, Group) else Group("and", (item,))


def _item(data: Any, depth: int) -> Item:
    if not isinstance(data, dict) or depth > NESTING:
        raise ValueError("A condition has an unknown form. Reload the page and try again.")
    if data.get("kind") == "group":
        return _group(data, depth)
    if data.get("kind") == "segment":
        return _membership(data)
    return _line(data)


def _group(data: dict[str, Any], depth: int) -> Group:
    items = data.get("items")
    if data.get("operator") not in ("and", "or") or not isinstance(items, list):
        raise ValueError("A group of conditions is neither all nor any. Choose one.")
    return Group("or" if data["operator"] == "or" else "and", tuple(_item(one, depth + 1) for one in items))


def _membership(data: dict[str, Any]) -> Membership:
    if not isinstance(data.get("segment"), str) or not isinstance(data.get("member", True), bool):
        raise ValueError("A condition on a segment names none. Choose a segment.")
    return Membership(data["segment"], data.get("member", True))


def _line(data: dict[str, Any]) -> Line:
    field, operator, type_ = data.get("field"), data.get("operator"), data.get("type", "string")
    if not isinstance(field, str) or not is_simple_field(field):
        raise ValueError("A condition stands on no field. Choose a field.")
    if not isinstance(operator, str) or operator not in _COUNTS:
        raise ValueError("A condition has no operator. Choose one.")
    ignore_case = data.get("ignoreCase") is True and (operator, True) in CALLS
    return Line(
        field, operator, str(type_), _values(data.get("values", []), operator, str(type_)), ignore_case
    )


def _values(values: Any, operator: str, type_: str) -> tuple[Value, ...]:
    wanted = _COUNTS[operator]
    if not isinstance(values, list) or (wanted is not None and len(values) != wanted):
        raise ValueError("A condition has too few values or too many. Fill in each.")
    for value in values:
        if type_ not in _CLASSES or type(value) not in _CLASSES[type_]:
            raise ValueError("The value of a condition does not fit its field. Enter another one.")
    return tuple(float(value) if type_ == "decimal" else value for value in values)
