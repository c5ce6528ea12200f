"""Views that the framework of the API does not know, in the API's description: rooms describe them here.

Apart from ``description``, which imports that framework: workers register their rooms' views too, and never
describe them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

#: Gives path items of OpenAPI by their paths.
Paths = Callable[[], Mapping[str, Mapping[str, Any]]]

_rooms: list[Paths] = []


def register(paths: Paths) -> None:
    """From an app's ``ready()``."""
    _rooms.append(paths)


def with_plain_views(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Hook of drf-spectacular."""
    for paths in _rooms:
        result["paths"].update(paths())
    return result
