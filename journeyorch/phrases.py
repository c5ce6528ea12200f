"""Sentences for pages from packages that know no Django: they remember what they were made of.

A ``Phrase`` is a plain text, in English, wherever a text is wanted: in logs, in stored rows, in answers to
programs. A page has it said in the reader's language with ``said``.
"""

from __future__ import annotations

from collections.abc import Callable
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
