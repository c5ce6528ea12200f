"""Single completions, and which of them come first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from . import types
from .reference import signatures
from .registry import FUNCTIONS, Function
from .types import ListType, MapType, ObjectType, Type

_NAME = re.compile(r"[^\W\d][\w-]*")
_KINDS = ("option", "field", "event", "source", "constant", "function", "keyword")
_OPERATORS = {
    "and": "both hold",
    "or": "one of them holds",
    "==": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
    "is null": "has no value",
    "is not null": "has a value",
    "has null": "has an element without a value",
    "is numeric": "is a number",
    "is integer": "is an integer",
    "is decimal": "is a decimal",
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "divided by",
    "%": "the rest of a division",
}
_WORDS = {"true": "boolean", "false": "boolean", "null": "there is no value"}
#: What may stand beside the path of a reference.
OPTIONS = {
    "defaultValue": "the value when it is missing or null",
    "params": "the dynamic values of the source",
}
_OPPOSITE = "the opposite"
_ON_LISTS = {
    "all": ("all(", "the elements that fulfil a condition"),
    "first": ("first(", "the first element that fulfils a condition"),
    "last": ("last(", "the last element that fulfils a condition"),
    "at": ("at(", "the element at a place, counted from 0"),
}
_ON_MAPS = {
    "entry": ("entry(", "the value of a key"),
    "keys": ("keys()", "the keys"),
    "values": ("values()", "the values"),
    "firstEntryKey": ("firstEntryKey()", "the first key"),
}


@dataclass(frozen=True, slots=True)
class Completion:
    """``insert`` is the source text, ``detail`` a type or signature, ``help`` a sentence.

    ``kind``: event, source, field, function, keyword, constant or option.
    """

    label: str
    kind: str
    insert: str
    detail: str = ""
    help: str = ""
    type: Type | None = field(default=None, compare=False)


def phrases() -> set[str]:
    """All texts of offers and of the reference that are for people; names of types stay as they are."""
    functions = {text for one in FUNCTIONS.values() for text in (one.help, one.category.capitalize())}
    calls = {help_text for _insert, help_text in (*_ON_LISTS.values(), *_ON_MAPS.values())}
    return functions | calls | {*_OPERATORS.values(), *OPTIONS.values(), _WORDS["null"], _OPPOSITE}


def ranked(offers: Iterable[Completion], word: str, wanted: Type | None) -> list[Completion]:
    """Those that the word may be the beginning or a part of, the likeliest first."""
    scored = [(_score(one.label, word), one) for one in offers]
    found = [
        # Of functions with the same beginning the shorter name is nearer to what was typed; all else keeps
        # the order in which it was offered, that of the schema or of the operators.
        ((score, _misfits(one, wanted), _KINDS.index(one.kind), _length(one) if word else 0), one)
        for score, one in scored
        if score is not None
    ]
    found.sort(key=lambda pair: pair[0])
    return [one for _, one in found]


def _length(one: Completion) -> int:
    return len(one.label) if one.kind == "function" else 0


def _score(label: str, word: str) -> int | None:
    """How well a word fits: 0 as a beginning, then whatever the case, then of a part, then anywhere."""
    small, looked_for = label.casefold(), word.casefold()
    if label.startswith(word):
        return 0
    if small.startswith(looked_for):
        return 1
    if re.search(f"(?:[/_. -]|(?<=[a-z])(?=[A-Z])){re.escape(word[:1].upper() + word[1:])}", label):
        return 2
    return 3 if looked_for in small else None


def _misfits(offer: Completion, wanted: Type | None) -> bool:
    """Objects fit: there may be something that does below them."""
    if wanted is None or offer.type is None or isinstance(offer.type, (ObjectType, MapType)):
        return False
    return not types.fits(offer.type, wanted)


def fields_of(type_: Type | None) -> Iterator[Completion]:
    """The fields below a value; those of the elements for a list."""
    inner = type_.item if isinstance(type_, ListType) else type_
    for name, below in inner.fields.items() if isinstance(inner, ObjectType) else ():
        shown = ListType(below) if inner is not type_ and not isinstance(below, ListType) else below
        yield Completion(name, "field", written_name(name), shown.name, type=shown)


def calls_of(type_: Type | None) -> Iterator[Completion]:
    """The functions of a path that a list or a map has."""
    inner = type_.item if isinstance(type_, ListType) else type_
    known = {**(_ON_LISTS if isinstance(type_, ListType) else {})}
    known |= _ON_MAPS if isinstance(inner, MapType) else {}
    for name, (insert, help_text) in known.items():
        yield Completion(
            name, "function", insert, insert.replace("(", "(…)").replace("(…))", "()"), help_text
        )


def function_offers() -> Iterator[Completion]:
    """Every function of the language."""
    for entry in FUNCTIONS.values():
        insert = f"{entry.name}(" if _takes_something(entry) else f"{entry.name}()"
        result = entry.signatures[0].result
        detail = " or ".join(signatures(entry))
        yield Completion(entry.name, "function", insert, detail, entry.help, type=result)


def _takes_something(entry: Function) -> bool:
    return any(not parameter.optional for one in entry.signatures for parameter in one.parameters)


def operator_offers(half: str) -> Iterator[Completion]:
    """What may stand behind a value; ``half`` is the beginning of an operator that stands there already."""
    for text, help_text in _OPERATORS.items():
        rest = text.removeprefix(f"{half} ") if half else text
        if not half or rest != text:
            yield Completion(rest, "keyword", f"{rest} ", help_text)


def value_words() -> Iterator[Completion]:
    """The words that a value may be or begin with."""
    yield from (Completion(word, "constant", word, detail) for word, detail in _WORDS.items())
    yield Completion("not", "keyword", "not ", _OPPOSITE)
    yield Completion("if", "keyword", "if (", "if (condition) then (value) else (value)")


def constant(text: str, quote: str, detail: str) -> Completion:
    """A text to choose; the label is the text itself."""
    return Completion(text, "constant", in_quotes(text, quote), detail, type=types.STRING)


def in_quotes(text: str, quote: str) -> str:
    """The text as a literal."""
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    for plain, letter in (("\n", "n"), ("\r", "r"), ("\t", "t")):
        escaped = escaped.replace(plain, f"\\{letter}")
    return f"{quote}{escaped}{quote}"


def written_name(name: str) -> str:
    """A name as a path holds it: in quotes if it has other signs than letters."""
    return name if _NAME.fullmatch(name) else in_quotes(name, "'")
