"""Sentences for pages from packages that know no Django: they remember what they were made of.

A ``Phrase`` is a plain text, in English, wherever a text is wanted: in logs, in stored rows, in answers to
programs. A page has it said in the reader's language with ``said``.

What workers store is such a text and no longer knows what it was made of. ``in_words`` finds that out again:
a text without places stands in the catalogues as it is; one with places is declared by ``sentence``, when its
module is loaded, so that the process that shows it knows it, too. Rows of any age can be read that way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from string import Formatter
from typing import Any


class Phrase(str):
    """A text whose places, such as ``{name}``, are filled; which text, and with what, is remembered."""

    text: str
    values: dict[str, Any]

    __slots__ = ("text", "values")

    def __new__(cls, text: str, /, **values: Any) -> Phrase:
        made = super().__new__(cls, text.format(**values) if values else text)
        made.text, made.values = text, values
        return made


def phrase(text: str, /, **values: Any) -> Phrase:
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
    """A text with places, such as ``{name}``, that is stored with them filled in.

    ``inner`` are those of its places that hold texts of ours again, such as a reason.
    """

    def __init__(self, text: str, inner: Iterable[str] = ()) -> None:
        self.text, self.inner = text, frozenset(inner)
        parts = [(literal, name) for literal, name, _, _ in Formatter().parse(text)]
        own = sum(len(literal) for literal, _ in parts)  # letters that are not of its values
        self.order = (not parts[0][0], -own)
        self._pattern = re.compile(
            "".join(re.escape(literal) + (f"(?P<{name}>.*?)" if name else "") for literal, name in parts),
            re.DOTALL,
        )

    def __call__(self, /, **values: Any) -> Phrase:
        return Phrase(self.text, **values)

    def read(self, stored: str) -> dict[str, str] | None:
        """The values that are filled in; ``None``: the stored text is not made of this one."""
        found = self._pattern.fullmatch(stored)
        return found.groupdict() if found else None


_sentences: list[Sentence] = []


def sentence(text: str, *inner: str) -> Sentence:
    """Declares it, and marks it for the catalogues; called with its values it is a ``Phrase``.

    ``inner``: the places whose values are phrases, and are read as such when it comes from the database.
    """
    made = Sentence(text, inner)
    _sentences.append(made)
    _sentences.sort(key=lambda one: one.order)
    return made


def in_words(stored: str, translate: Callable[[str], str]) -> str:
    """A stored text in the reader's language, as far as that is known; any other stays as it is.

    Of several sentences that fit one is meant that begins with words of its own, and has most of them. A
    value that ends with a full stop may be one itself; any other is somebody's name or number, unless the
    sentence says that it is none.
    """
    if not stored:
        return ""
    one, values = next(_readings(stored), (None, {}))
    return _filled(one, values, translate) if one else translate(stored)


def _readings(stored: str) -> Iterator[tuple[Sentence, dict[str, str]]]:
    """What the text may be made of, the likeliest first."""
    return ((one, values) for one in _sentences if (values := one.read(stored)) is not None)


def _filled(one: Sentence, values: Mapping[str, str], translate: Callable[[str], str]) -> str:
    said = {name: _value_in_words(one, name, value, translate) for name, value in values.items()}
    return translate(one.text).format(**said)


def _value_in_words(one: Sentence, name: str, value: str, translate: Callable[[str], str]) -> str:
    if name in one.inner:
        return "; ".join(_one_after_another(each, translate) for each in value.split("; "))
    return in_words(value, translate) if value.endswith(".") else value


#: Where one of several sentences ends.
_BREAK = re.compile(r"(?<=[.?!]) ")


def _one_after_another(own: str, translate: Callable[[str], str]) -> str:
    """What is our own, and may be several sentences: the longest beginning that is one, and then the rest."""
    ends = [len(own), *(found.start() for found in reversed([*_BREAK.finditer(own)]))]
    known = ((end, told) for end in ends if (told := _by_itself(own[:end], translate)))
    end, told = next(known, (ends[-1], in_words(own[: ends[-1]], translate)))
    rest = own[end + 1 :]
    return f"{told} {_one_after_another(rest, translate)}" if rest else told


def _by_itself(text: str, translate: Callable[[str], str]) -> str:
    """One sentence, none of whose values goes on in another one; "": it is none that is known."""
    for one, values in _readings(text):
        if not any(_BREAK.search(value) for name, value in values.items() if name not in one.inner):
            return _filled(one, values, translate)
    return told if (told := translate(text)) != text else ""
