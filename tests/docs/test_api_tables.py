"""The tables of the page of the REST API: their addresses exist, and their bodies are of the form needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest

from journeyorch.api.description import description

_PAGE = Path(__file__).parents[2] / "docs/api.md"
_ROW = re.compile(r"^\| (?P<what>`(?:GET|POST|PUT|DELETE)\b.*?) \| (?P<says>.*) \|$", re.MULTILINE)
_CALL = re.compile(r"`(?P<method>[A-Z]+)(?: (?P<address>/api/v1/[^`?]*)(?:\?(?P<query>[^`]*))?)?`")
_CODE = re.compile(r"`([^`]+)`")
#: What has no form of its own: a file.
_NOT_DESCRIBED = {"/api/v1/tasks/<id>/file"}


class Row(NamedTuple):
    methods: list[str]
    address: str
    query: list[str]
    bodies: list[Any]


def rows() -> Iterator[Row]:
    for found in _ROW.finditer(_PAGE.read_text()):
        calls = list(_CALL.finditer(found["what"]))
        address = next((call["address"] for call in calls if call["address"]), None)
        if address is None or address in _NOT_DESCRIBED:
            continue
        query = [
            part.partition("=")[0] for call in calls for part in (call["query"] or "").split("&") if part
        ]
        yield Row([call["method"].lower() for call in calls], address, query, list(_bodies(found["says"])))


def _bodies(text: str) -> Iterator[Any]:
    for code in _CODE.findall(text):
        if code.startswith("{") and "…" not in code:
            yield json.loads(code)


@cache
def paths() -> dict[str, Any]:
    found: dict[str, Any] = description()["paths"]
    return found


def described(address: str) -> dict[str, Any]:
    """What the description says of an address; what stands for a part of it may be anything."""
    parts = address.split("/")
    fitting = [
        item
        for path, item in paths().items()
        if len(path.split("/")) == len(parts)
        and all(own == part or own.startswith("{") for own, part in zip(path.split("/"), parts, strict=True))
    ]
    assert fitting, f"{address} is not described"
    # The most exact one: the one with the most parts of the very same name.
    return fitting[0] if len(fitting) == 1 else paths().get(address, fitting[0])


def test_the_page_has_such_tables() -> None:
    assert sum(bool(row.bodies) for row in rows()) >= 10


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.address)
def test_a_row_of_a_table_is_as_the_api_is(row: Row) -> None:
    item = described(row.address)
    assert set(row.methods) <= set(item), row.methods
    known = {parameter["name"] for method in row.methods for parameter in item[method].get("parameters", ())}
    assert set(row.query) <= known
    taking = [item[method] for method in row.methods if "requestBody" in item[method]]
    assert taking or not row.bodies
    for body in row.bodies:
        assert any(_fits(body, operation) for operation in taking), body


def _fits(body: Any, operation: dict[str, Any]) -> bool:
    form = operation["requestBody"]["content"]["application/json"]["schema"]
    return jsonschema_rs.is_valid({**form, "components": description()["components"]}, body)
