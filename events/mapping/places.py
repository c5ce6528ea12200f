"""Paths into JSON: writing them, finding what is there, putting something there. Pure.

customer.name        names, parted by dots
items[0].sku         an element of a list, counted from 0
items[*].sku         every element
context["a.b"]       a name that holds dots, brackets or quotes, as a JSON text
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from journeyorch.phrases import sentence

#: A step of a path: a name, the index of an element, or every element.
EACH: Final = None
Step = str | int | None
Path = tuple[Step, ...]

#: Stands for what is not there; null is something.
MISSING: Final = object()
# Lists are filled up to an index: a typing error must not make a million elements.
_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]"\s](?:[^.\[\]"]*[^.\[\]"\s])?)
    |\[(?P<index>[0-9]{1,3})\]|\[(?P<each>\*)\]|\[(?P<text>"(?:[^"\\]|\\.)*")\]""",
    re.ASCII | re.VERBOSE,
)
_NO_PATH = sentence("“{text}” is no path. Write names with dots, as in customer.name or items[0].sku.")
_NO_NAME = sentence("{text} is no name of a field.")
_PLAIN = re.compile(r'[^.\[\]"\s](?:[^.\[\]"]*[^.\[\]"\s])?')


class NotAPath(ValueError):
    """The text is no path; the message says what is expected, for people."""


def path_of(text: str) -> Path:
    """The path that a text writes. Raises ``NotAPath``."""
    rest = text if text.startswith("[") else f".{text}"
    steps: list[Step] = []
    position = 0
    while position < len(rest):
        match = _STEP.match(rest, position)
        if match is None:
            raise NotAPath(_NO_PATH(text=text))
        steps.append(_step(match))
        position = match.end()
    return tuple(steps)


def text_of(path: Path) -> str:
    """The path as it is written."""
    return "".join(_written(step) for step in path).removeprefix(".")


def _step(match: re.Match[str]) -> Step:
    if match["each"]:
        return EACH
    if match["index"]:
        return int(match["index"])
    try:
        name = str(json.loads(match["text"])) if match["text"] else match["name"]
    except ValueError:
        name = ""
    # Not NUL, nor half a character: they cannot be stored.
    if not name or not name.isprintable():
        raise NotAPath(_NO_NAME(text=match[0].removeprefix(".")))
    return name


def _written(step: Step) -> str:
    if isinstance(step, str):
        return f".{step}" if _PLAIN.fullmatch(step) else f"[{json.dumps(step, ensure_ascii=False)}]"
    return "[*]" if step is EACH else f"[{step}]"


def shown(value: Any, *, most: int = 60) -> str:
    """A value for people: texts as they are, others as JSON, cut."""
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))[:most]


def found(value: Any, path: Path) -> Iterator[tuple[tuple[int, ...], Any]]:
    """What is at a path, each with the indices of the elements that ``[*]`` stood for.

    A path without ``[*]`` gives exactly one, ``MISSING`` if nothing is there.
    """
    if not path:
        yield (), value
        return
    step, rest = path[0], path[1:]
    if step is EACH:
        for index, element in enumerate(value if isinstance(value, list) else ()):
            for places, inner in found(element, rest):
                yield (index, *places), inner
        return
    inner = _inner(value, step)
    if inner is not MISSING:
        yield from found(inner, rest)
    elif EACH not in rest:
        yield (), MISSING


def _inner(value: Any, step: str | int) -> Any:
    if isinstance(step, str):
        return value.get(step, MISSING) if isinstance(value, dict) else MISSING
    return value[step] if isinstance(value, list) and step < len(value) else MISSING


def put(target: dict[str, Any], path: Path, places: tuple[int, ...], value: Any) -> None:
    """Set what is at a path, with ``places`` for its ``[*]``; what is in the way is replaced.

    Lists are filled up with empty elements; a plain value beyond the end of a list goes to its end.
    """
    indices = iter(places)
    steps = [next(indices) if step is EACH else step for step in path]
    holder: Any = target
    for step, following in pairwise(steps):
        holder = _entered(holder, step, list if isinstance(following, int) else dict)
    if isinstance(last := steps[-1], int) and last >= len(holder):
        holder.append(value)
    else:
        holder[last] = value


def _entered(holder: Any, step: str | int, kind: type[dict[str, Any]] | type[list[Any]]) -> Any:
    """The container of a kind inside ``holder``, made if it is not there."""
    while isinstance(step, int) and len(holder) <= step:
        holder.append(kind())
    inner = _inner(holder, step)
    if not isinstance(inner, kind):
        inner = holder[step] = kind()
    return inner
