"""Whether a message names a person. Pure.

A message names somebody by an identity under its namespace, as in an ``identityMap``, or by a text anywhere
that is the identity's value. Short values, such as ``7``, are no name outside their namespace: they would
take other people's messages along. Long ones also count inside a text, between other characters than letters
and digits, as in the address of a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from journeyorch.privacy.subjects import Pair

#: Characters from which on a value counts wherever it stands, and inside other texts.
ANYWHERE, INSIDE = 6, 8


class Names:
    """The names of one person, ready to be looked for."""

    def __init__(self, identities: Iterable[Pair]) -> None:
        pairs = list(identities)
        self._pairs = {(namespace, _same(value)) for namespace, value in pairs}
        self._alone = {_same(value) for _, value in pairs if len(value) >= ANYWHERE}
        inside = sorted({re.escape(_same(value)) for _, value in pairs if len(value) >= INSIDE})
        self._inside = re.compile(rf"(?<!\w)(?:{'|'.join(inside)})(?!\w)") if inside else None

    def named_in(self, message: Any) -> bool:
        """Whether a message, as JSON, names the person."""
        return any(
            self._is_name(text) or (namespace, _same(text)) in self._pairs
            for namespace, text in _texts(message)
        )

    def named_in_text(self, text: str) -> bool:
        """Whether a text that is no JSON does."""
        return self._is_name(text)

    def _is_name(self, text: str) -> bool:
        same = _same(text)
        return same in self._alone or bool(self._inside and self._inside.search(same))


def _same(value: str) -> str:
    # Email addresses are compared without case; of other values upper and lower case are rarely two people.
    return value.strip().lower()


def _texts(message: Any) -> Iterator[tuple[str, str]]:
    """Every text and whole number, names of fields included, with the namespace it may stand under: the
    nearest name that leads to a list, as in ``{"CRMID": [{"id": "7"}]}``, or to the text itself."""
    waiting: list[tuple[str, Any]] = [("", message)]
    while waiting:
        namespace, value = waiting.pop()
        if isinstance(value, str):
            yield namespace, value
        elif isinstance(value, bool):
            continue
        elif isinstance(value, int):
            yield namespace, str(value)
        elif isinstance(value, list):
            waiting.extend((namespace, one) for one in value)
        elif isinstance(value, dict):
            yield from (("", name) for name in value)
            waiting.extend(_below(namespace, value))


def _below(namespace: str, value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, one in value.items():
        # "id" keeps the namespace of the list that its object stands in.
        yield (namespace if name == "id" else name), one
