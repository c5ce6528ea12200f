"""Sentences for pages from packages that know no Django: they remember what they were made of.

A ``Phrase`` is a plain text, in English, wherever a text is wanted: in logs, in stored rows, in answers to
programs. A page has it said in the reader's language with ``said``.

What workers store is such a text and no longer knows what it was made of. ``in_words`` finds that out again:
a text without places stands in the catalogues as it is; one with places is declared by ``sentence``, when its
module is loaded, so that the process that shows it knows it, too. Rows of any age can be read that way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from string import Formatter
from typing import Any


class Phrase(str):
    """A text whose places, such as ``{name}``, are filled; which text, and with what, is remembered."""

    text: str
    values: dict[str, Any]

    __slots__ = ("text", "values")

    def __new__(cls, text: str, **values: Any) -> Phrase:
        made = super().__new__(cls, text.format(**values) if values else text)
        made.text, made.values = text, values
        return made


def phrase(text: str, **values: Any) -> Phrase:
    """Marks the text for the catalogues of translations, too. A value may be a phrase itself."""
    return Phrase(text, **values)


def said(message: str, translate: Callable[[str], str]) -> str:
    """The message in the reader's language; one that is no phrase stays as it is."""
    if not isinstance(message, Phrase):
        return message
    text = translate(message.text)
    if not message.values:
        return text
    return text.format(**{name: said(value, translate) for name, value in message.values.items()})


class Sentence:
    """A text with places, such as ``{name}``, that is stored with them filled in."""

    def __init__(self, text: str) -> None:
        self.text = text
        parts = [(literal, name) for literal, name, _, _ in Formatter().parse(text)]
        self.own = sum(len(literal) for literal, _ in parts)  # letters that are not of its values
        self._pattern = re.compile(
            "".join(re.escape(literal) + (f"(?P<{name}>.+?)" if name else "") for literal, name in parts),
            re.DOTALL,
        )

    def __call__(self, **values: Any) -> Phrase:
        return Phrase(self.text, **values)

    def read(self, stored: str) -> Phrase | None:
        """The stored text with its values again; ``None``: it is not made of this one."""
        found = self._pattern.fullmatch(stored)
        return Phrase(self.text, **found.groupdict()) if found else None


_sentences: list[Sentence] = []


def sentence(text: str) -> Sentence:
    """Declares it, and marks it for the catalogues; called with its values it is a ``Phrase``."""
    made = Sentence(text)
    _sentences.append(made)
    _sentences.sort(key=lambda one: -one.own)
    return made


def in_words(stored: str, translate: Callable[[str], str]) -> str:
    """A stored text in the reader's language, as far as that is known; any other stays as it is.

    Of several sentences that fit the one with most words of its own is meant. A value that ends with a full
    stop may be one itself; any other is somebody's name or number.
    """
    if not stored:
        return ""
    found = next((read for one in _sentences if (read := one.read(stored))), None)
    if found is None:
        return translate(stored)
    values = {
        name: in_words(value, translate) if value.endswith(".") else value
        for name, value in found.values.items()
    }
    return translate(found.text).format(**values)
