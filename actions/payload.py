"""The payload of a custom action: a typed tree of constants and variables. Pure.

A node is a JSON object with a ``type``:

* ``{"type": "object", "fields": {name: node}}``
* ``{"type": "array", "items": [node, …]}``: a list whose elements are fixed in number; ``listAny`` likewise,
  for mixed lists and lists of lists, of which only the single items can be variables
* ``{"type": "listObject", "fields": {name: {"type": …}}, "constant": [object, …]}``: a list of objects; with
  ``"variable": true`` instead of the constant the journey gives the list, and of each object the named fields
  are sent
* ``{"type": T, "constant": value}``: sent as it is
* ``{"type": T, "variable": true, "label": "…"}``: the journey gives the value; with ``"optional": true`` it
  may leave it out, and so does the payload then

T is string, integer, decimal, boolean, dateTime, dateTimeOnly, dateOnly, or a list of them such as
listString. A variable is called by its JSON pointer, such as ``/customer/email``. For a listObject
``/products/*/sku`` may be given too: the name that ``sku`` has in the objects of the journey's list, if it is
another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from datasources.external.infer import MAX_DEPTH, infer, type_name
from journeyorch.phrases import phrase

SCALARS = ("string", "integer", "decimal", "boolean", "dateTime", "dateTimeOnly", "dateOnly")
LISTS = tuple(f"list{name[0].upper()}{name[1:]}" for name in SCALARS)
LEAVES = frozenset((*SCALARS, *LISTS))

_WHOLE = phrase("The payload")

Node = Mapping[str, Any]


class Variable(NamedTuple):
    """A value that the journey has to give."""

    path: str  # how it is called in the journey's mapping
    label: str
    type: str  # name of a type of the expression language, or listObject
    required: bool = True
    fields: Mapping[str, str] = {}  # of a listObject: the types of its objects' fields, by name


def variables(tree: Node, path: str = "") -> Iterator[Variable]:
    """The variables of a payload, in its order."""
    if tree.get("variable"):
        fields = {name: node["type"] for name, node in tree.get("fields", {}).items()}
        required = not tree.get("optional")
        yield Variable(path, tree.get("label") or path, tree["type"], required, fields)
    elif tree.get("type") == "object":
        for name, node in tree.get("fields", {}).items():
            yield from variables(node, f"{path}/{escaped(name)}")
    elif "items" in tree:
        for position, node in enumerate(tree["items"]):
            yield from variables(node, f"{path}/{position}")


def escaped(name: str) -> str:
    """A field's name as a part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def source_key(path: str, name: str) -> str:
    """Under which the values say how a field of a listObject is called in the journey's objects."""
    return f"{path}/*/{escaped(name)}"


def fill(tree: Node, values: Mapping[str, Any], path: str = "") -> Any:
    """The JSON payload, with each variable's value or null."""
    if tree.get("variable"):
        value = values.get(path)
        return _renamed(tree, value, values, path) if tree["type"] == "listObject" else value
    if tree.get("type") == "object":
        filled = (
            (name, node, fill(node, values, f"{path}/{escaped(name)}"))
            for name, node in tree.get("fields", {}).items()
        )
        return {name: value for name, node, value in filled if value is not None or not node.get("optional")}
    if "items" in tree:
        return [fill(node, values, f"{path}/{position}") for position, node in enumerate(tree["items"])]
    return tree.get("constant")


def _renamed(tree: Node, value: Any, values: Mapping[str, Any], path: str) -> Any:
    """Of each object in the journey's list the fields that the payload has, taken by their names there."""
    if not isinstance(value, list):
        return None
    names = {name: values.get(source_key(path, name)) or name for name in tree.get("fields", {})}
    objects = (item if isinstance(item, dict) else {} for item in value)
    return [{name: item.get(source) for name, source in names.items()} for item in objects]


def tree_of(sample: Any) -> dict[str, Any]:
    """A pasted object as a tree of constants, to be edited; raises ``SampleProblem`` for anything else."""
    infer(sample)  # refuses what is no object or too deep
    return _node_of(sample)


def _node_of(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {"type": "object", "fields": {name: _node_of(item) for name, item in value.items()}}
    schema = infer({"value": value})["properties"]["value"]
    if schema.get("type") != "array":
        name = type_name(schema)
        return {"type": "string" if name == "any" else name, "constant": value}
    if schema["items"].get("type") == "object":
        return _node_of_objects(value)
    inner = type_name(schema["items"])
    named = f"list{inner[0].upper()}{inner[1:]}"
    if named in LISTS or not value:
        return {"type": named if named in LISTS else "listString", "constant": value}
    return {"type": "listAny", "items": [_node_of(item) for item in value]}


def _node_of_objects(value: list[Any]) -> dict[str, Any]:
    """The first object tells the fields; where it is not flat, only the single items can be variables."""
    fields = {name: {"type": _node_of(item)["type"]} for name, item in (value[0] or {}).items()}
    if not fields or any(field["type"] not in LEAVES for field in fields.values()):
        return {"type": "array", "items": [_node_of(item) for item in value]}
    return {"type": "listObject", "fields": fields, "constant": value}


def problems(tree: Any, path: str = "") -> Iterator[str]:
    """What is wrong with a tree, as sentences; nothing for one that can be used."""
    where = path or _WHOLE
    if not isinstance(tree, dict) or not isinstance(tree.get("type"), str):
        yield phrase('{where} must be an object with a "type".', where=where)
    elif path.count("/") > MAX_DEPTH:
        yield phrase("{where} is nested more than {most} deep.", where=where, most=MAX_DEPTH)
    elif tree["type"] == "object":
        yield from _field_problems(tree, path)
    elif tree["type"] in ("array", "listAny"):
        yield from _item_problems(tree, path)
    elif tree["type"] == "listObject":
        yield from _list_object_problems(tree, path)
    else:
        yield from _leaf_problems(tree, where)


def _field_problems(tree: Node, path: str) -> Iterator[str]:
    fields = tree.get("fields")
    if not isinstance(fields, dict):
        yield phrase('{where} must have "fields", an object.', where=path or _WHOLE)
        return
    for name, node in fields.items():
        yield from _name_problems(name, path)
        yield from problems(node, f"{path}/{escaped(name)}")


def _name_problems(name: str, path: str) -> Iterator[str]:
    if "." in name or name.startswith("$") or not name:
        yield phrase(
            "{field}: a field's name must not be empty, hold a dot or begin with $.", field=f"{path}/{name}"
        )


def _item_problems(tree: Node, path: str) -> Iterator[str]:
    if not isinstance(tree.get("items"), list):
        yield phrase(
            '{where} must have "items", a list, of which each may be a variable.', where=path or _WHOLE
        )
        return
    for position, node in enumerate(tree["items"]):
        yield from problems(node, f"{path}/{position}")


def _list_object_problems(tree: Node, path: str) -> Iterator[str]:
    fields, where = tree.get("fields"), path or _WHOLE
    if not isinstance(fields, dict) or not fields:
        yield phrase('{where} is a listObject: it needs "fields", those of its objects.', where=where)
        return
    yield from _value_problems(tree, where)
    if "constant" in tree and not isinstance(tree["constant"], list):
        yield phrase("{where} must have a list as its constant.", where=where)
    for name, node in fields.items():
        yield from _name_problems(name, f"{path}/*")
        if not isinstance(node, dict) or node.get("type") not in LEAVES:
            yield phrase(
                "{where}: its field {name} must have a simple type; lists of objects cannot be nested.",
                where=where,
                name=name,
            )


def _leaf_problems(tree: Node, where: str) -> Iterator[str]:
    if tree["type"] not in LEAVES:
        yield phrase(
            "{where} has the unknown type {type}. Use one of: {types}.",
            where=where,
            type=tree["type"][:40],
            types=", ".join(sorted(LEAVES)),
        )
    elif not _fits(tree["type"], tree.get("constant")):
        yield phrase(
            "{where} must have a constant of its type {type}, or null.", where=where, type=tree["type"]
        )
    yield from _value_problems(tree, where)


def _fits(type: str, constant: Any) -> bool:
    """Whether a constant is of a leaf's type, as far as JSON tells (static/js/payload.js asks the same)."""
    if constant is None:
        return True
    if type.startswith("list"):
        return isinstance(constant, list)
    if isinstance(constant, bool) or type == "boolean":
        return isinstance(constant, bool) and type == "boolean"
    if isinstance(constant, float) and type == "integer":
        return constant.is_integer()
    return isinstance(constant, int | float if type in ("integer", "decimal") else str)


def _value_problems(tree: Node, where: str) -> Iterator[str]:
    if (tree.get("variable") is True) == ("constant" in tree):
        yield phrase('{where} must have either "constant" or "variable": true.', where=where)
    if "optional" in tree and (tree["optional"] is not True or tree.get("variable") is not True):
        yield phrase('{where} may have "optional": true only beside "variable": true.', where=where)
    if tree.get("variable") is True and not isinstance(tree.get("label", ""), str):
        yield phrase("{where} must have a text as its label.", where=where)
