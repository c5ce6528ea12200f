"""The request that fetches a field group: URL, query and body from its dynamic values. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from journeyorch.outbound.client import Request

PARAM = "param"


def build(
    method: str, url: str, *, parameters: tuple[str, ...], payload: Any, values: Mapping[str, Any]
) -> Request:
    """The request without credentials.

    GET: the values are appended to the query; a null one, or a list's null element, is left out, a list is
    repeated. POST: each ``{"param": "name"}`` in the payload is replaced by the value as JSON.
    """
    accept = ("Accept", "application/json")
    if method == "GET":
        pairs = [(name, text) for name in parameters for text in _texts(values.get(name))]
        return Request("GET", url, (accept,)).with_query(urlencode(pairs))
    body = b"" if payload is None else orjson.dumps(placed(payload, values))
    return Request(method, url, (accept, ("Content-Type", "application/json; charset=utf-8")), body)


def joined_url(base: str, path: str) -> str:
    """The group's path behind the path of the source's URL, and both queries."""
    base_path, _, base_query = base.partition("?")
    extra_path, _, extra_query = path.partition("?")
    url = f"{base_path.rstrip('/')}/{extra_path.lstrip('/')}" if extra_path else base_path
    query = "&".join(filter(None, (base_query, extra_query)))
    return f"{url}?{query}" if query else url


def placed(payload: Any, values: Mapping[str, Any]) -> Any:
    """The payload with every ``{"param": "name"}`` replaced; an unknown name becomes null."""
    if isinstance(payload, dict):
        name = placeholder(payload)
        if name is not None:
            return values.get(name)
        return {key: placed(item, values) for key, item in payload.items()}
    return [placed(item, values) for item in payload] if isinstance(payload, list) else payload


def placeholder(value: Any) -> str | None:
    """The name in a ``{"param": "name"}``, or None for any other value."""
    if isinstance(value, dict) and set(value) == {PARAM} and isinstance(value[PARAM], str):
        return value[PARAM]
    return None


def placeholders(payload: Any) -> set[str]:
    """All names that stand in a payload."""
    name = placeholder(payload)
    if name is not None:
        return {name}
    inner = payload.values() if isinstance(payload, dict) else payload if isinstance(payload, list) else ()
    return set().union(*map(placeholders, inner))


def unplaced(method: str, parameters: Iterable[str], payload: Any) -> list[str]:
    """The dynamic values that a request has no place for."""
    return [] if method == "GET" else [name for name in parameters if name not in placeholders(payload)]


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [value if isinstance(value, str) else orjson.dumps(value).decode()]
