"""Which column goes where; a record as the entity of a profile. Pure.

Text stays text, also what a spreadsheet would take for a formula. CSV knows no types: where the schema says
number, truth value or list, a column's text is read as one, exactly, or the line is left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from datasources.platform.profiles.importing.layout import Layout
from datasources.platform.schemas.fields import Field as SchemaField
from journeyorch.phrases import sentence
from journeyorch.strict_json import NotStrictJson, parse

_NO_IDENTITY = sentence("Column “{name}”: an identity is a text.")
_MISFIT = sentence("Column “{name}”: the value is no {type} as {path} needs it.")
_NO_LIST = sentence('Column “{name}”: {path} needs a list in JSON, such as ["a", "b"].')
_LIST = "list"
_INTEGER = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}
# What columns are often called that hold them: code of the namespace, in plain letters, and path.
_EMAIL, _CUSTOMER, _PHONE = ("email", "personalEmail.address"), ("crmid", ""), ("", "mobilePhone.number")
_USUAL = {
    **dict.fromkeys(("email", "mail", "emailaddress"), _EMAIL),
    **dict.fromkeys(("customer", "customerid", "customernumber"), _CUSTOMER),
    **dict.fromkeys(("phone", "mobile", "phonenumber", "mobilenumber"), _PHONE),
    **dict.fromkeys(("birthday", "dateofbirth"), ("", "person.birthDate")),
}


class Column(BaseModel):
    """One column: the XDM path that its values go to, the namespace in which they name people, or both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(max_length=200)
    path: str = Field(default="", max_length=400)
    namespace: str = Field(default="", max_length=60)
    primary: bool = False


class Plan(BaseModel):
    """What an import was told. Without columns, records are XDM as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layout: Layout = Layout()
    columns: tuple[Column, ...] = Field(default=(), max_length=500)


class Unusable(ValueError):
    """A value that does not fit its field; the message names column and path, never the value."""


def assignable(fields: Iterable[SchemaField]) -> dict[str, str]:
    """The paths that a column's values can go to, with their types: none inside lists, no objects."""
    types: dict[str, str] = {}
    lists: set[str] = set()
    for field in fields:  # containers come before their content
        inside = field.path.rpartition(".")[0]
        if field.type.startswith(_LIST) or inside in lists:
            lists.add(field.path)
        if inside not in lists and field.type not in ("object", "map", "listObject", "listMap"):
            types[field.path] = field.type
    return types


def propose(names: Iterable[str], types: Mapping[str, str], namespaces: Iterable[str]) -> list[Column]:
    """Columns by their names: a path or its end, the code of a namespace, or what such columns are usually
    called; spaces, hyphens and case do not count. The first of those that name people is the primary one."""
    codes = {_plain(code): code for code in namespaces}
    paths = _by_their_ends(types)
    found: list[Column] = []
    taken: set[str] = set()
    for name in names:
        key = _plain(name)
        usual_code, usual_path = _USUAL.get(key, ("", ""))
        path = paths.get(key) or (usual_path if usual_path in types else "")
        path = "" if path in taken else path
        taken.add(path)
        namespace = codes.get(key) or codes.get(usual_code, "")
        primary = bool(namespace) and not any(column.primary for column in found)
        found.append(Column(name=name, path=path, namespace=namespace, primary=primary))
    return found


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _by_their_ends(types: Iterable[str]) -> dict[str, str]:
    """Paths by all of their names, by all but the first, and so on to the last one; shorter ends by the first
    path that has them."""
    found: dict[str, str] = {}
    for path in types:
        names = path.split(".")
        for start in range(len(names)):
            found.setdefault(_plain("".join(names[start:])), path)
    return {**found, **{_plain(path): path for path in types}}


def problems_of(columns: Sequence[Column], types: Mapping[str, str], namespaces: Iterable[str]) -> list[str]:
    """What is wrong with a mapping, in words."""
    known = set(namespaces)
    found = [
        f"Column “{one.name}”: the schema has no field {one.path} that a column can fill."
        for one in columns
        if one.path and one.path not in types
    ]
    found += [
        f"Column “{one.name}”: there is no namespace {one.namespace}."
        for one in columns
        if one.namespace and one.namespace not in known
    ]
    paths = [one.path for one in columns if one.path]
    found += [f"Two columns go to {path}." for path in sorted({one for one in paths if paths.count(one) > 1})]
    if sum(one.primary for one in columns) > 1:
        found.append("Only one column can be the primary identity.")
    return found


def entity_of(
    record: Mapping[str, Any], columns: Sequence[Column], types: Mapping[str, str], *, text: bool
) -> dict[str, Any]:
    """The entity that a record stands for; ``text``: its values are those of a CSV file. Raises ``Unusable``.

    Empty values are not there: they change nothing.
    """
    if not columns:
        return dict(record)
    entity: dict[str, Any] = {}
    identities: dict[str, list[dict[str, Any]]] = {}
    for column in columns:
        value = value_at(record, column.name)
        if value is None or value == "":
            continue
        if column.path:
            typed = _typed(value, types.get(column.path, "string"), column) if text else value
            _put(entity, column.path.split("."), typed)
        if column.namespace:
            one = {"id": _as_identity(value, column), "primary": column.primary}
            identities.setdefault(column.namespace, []).append(one)
    return {**entity, "identityMap": identities} if identities else entity


def names_in(record: Mapping[str, Any], prefix: str = "", depth: int = 1) -> list[str]:
    """The dotted names of a JSON record's values, as columns are called."""
    found: list[str] = []
    for name, value in record.items():
        if isinstance(value, dict) and value and depth < 12:
            found += names_in(value, f"{prefix}{name}.", depth + 1)
        else:
            found.append(prefix + name)
    return found


def value_at(record: Mapping[str, Any], name: str) -> Any:
    if name in record:
        return record[name]
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _put(entity: dict[str, Any], names: Sequence[str], value: Any) -> None:
    for name in names[:-1]:
        entity = entity.setdefault(name, {})
    entity[names[-1]] = value


def _as_identity(value: Any, column: Column) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Unusable(_NO_IDENTITY(name=column.name))


def _typed(text: str, type: str, column: Column) -> Any:
    if type.startswith(_LIST):
        return _as_list(text, column)
    if type == "boolean" and text.strip().lower() in _BOOLEANS:
        return _BOOLEANS[text.strip().lower()]
    if type == "integer" and _INTEGER.fullmatch(text.strip()):
        return int(text)
    if type == "decimal" and _DECIMAL.fullmatch(text.strip()) and math.isfinite(number := float(text)):
        return int(text) if _INTEGER.fullmatch(text.strip()) else number
    if type in ("boolean", "integer", "decimal"):
        raise Unusable(_MISFIT(name=column.name, type=type, path=column.path))
    return text


def _as_list(text: str, column: Column) -> Any:
    try:
        value = parse(text.encode())
    except NotStrictJson:
        value = None
    if not isinstance(value, list):
        raise Unusable(_NO_LIST(name=column.name, path=column.path))
    return value
