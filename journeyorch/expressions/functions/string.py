"""Texts, counted in Unicode code points (expressions.md, Functions and Corners)."""

from __future__ import annotations

from .. import patterns
from ..evaluate import Context
from ..limits import INTEGER_MAX, TEXT_LENGTH
from ..operators import joined
from ..registry import function
from .parameters import Pattern

_MATCHING = 40  # steps for a pattern and a short text


@function(examples={'concat("Hello ", "World")': "Hello World"})
def concat(first: str, second: str) -> str:
    """The texts one after the other; nulls in a list are left out."""
    return joined(first, second)


@function(name="concat", examples={'concat(["a", null, "b"])': "ab"})
def concat_list(texts: list[str | None]) -> str:
    """The texts of a list one after the other, without nulls."""
    return _bounded("".join(text for text in texts if text is not None))


def _bounded(text: str) -> str:
    if len(text) > TEXT_LENGTH:
        raise patterns.too_long()
    return text


@function(examples={'contain("rowing is great", "great")': True})
def contain(text: str, part: str) -> bool:
    """Whether the text holds the part."""
    return part in text


@function(examples={'containIgnoreCase("rowing is GREAT", "great")': True})
def contain_ignore_case(text: str, part: str) -> bool:
    """Whether the text holds the part, upper and lower case alike."""
    return part.casefold() in text.casefold()


@function(examples={'startWith("VIP-17", "VIP")': True})
def start_with(text: str, part: str) -> bool:
    """Whether the text begins with the part."""
    return text.startswith(part)


@function(examples={'startWithIgnoreCase("vip-17", "VIP")': True})
def start_with_ignore_case(text: str, part: str) -> bool:
    """Whether the text begins with the part, upper and lower case alike."""
    return text.casefold().startswith(part.casefold())


@function(examples={'endWith("a@example.com", ".com")': True})
def end_with(text: str, part: str) -> bool:
    """Whether the text ends with the part."""
    return text.endswith(part)


@function(examples={'endWithIgnoreCase("A@EXAMPLE.COM", ".com")': True})
def end_with_ignore_case(text: str, part: str) -> bool:
    """Whether the text ends with the part, upper and lower case alike."""
    return text.casefold().endswith(part.casefold())


@function(examples={'equalIgnoreCase("Rome", "ROME")': True})
def equal_ignore_case(first: str, second: str) -> bool:
    """Whether the texts are equal, upper and lower case alike."""
    return first.casefold() == second.casefold()


@function(examples={'notEqualIgnoreCase("Rome", "Paris")': True})
def not_equal_ignore_case(first: str, second: str) -> bool:
    """Whether the texts differ in more than upper and lower case."""
    return first.casefold() != second.casefold()


@function(examples={'indexOf("hello", "l")': 2, 'indexOf("hello", "x")': -1})
def index_of(text: str, part: str) -> int:
    """Where the part first stands, counted from 0; -1 when it does not."""
    return text.find(part)


@function(examples={'lastIndexOf("hello", "l")': 3})
def last_index_of(text: str, part: str) -> int:
    """Where the part last stands, counted from 0; -1 when it does not."""
    return text.rfind(part)


@function(examples={'isEmpty("")': True, "isEmpty(null)": True, 'isEmpty(" ")': False})
def is_empty(text: str | None) -> bool:
    """Whether the text is null or has no characters."""
    return not text


@function(examples={'isNotEmpty("a")': True, "isNotEmpty(null)": False})
def is_not_empty(text: str | None) -> bool:
    """Whether the text has characters."""
    return bool(text)


@function(examples={'length("déjà")': 4})
def length(text: str) -> int:
    """How many characters the text has."""
    return len(text)


@function(examples={'lower("ABC")': "abc"})
def lower(text: str) -> str:
    """The text in lower case."""
    return _bounded(text.lower())


@function(examples={'upper("abc")': "ABC"})
def upper(text: str) -> str:
    """The text in upper case."""
    return _bounded(text.upper())


@function(examples={'trim("  a b ")': "a b"})
def trim(text: str) -> str:
    """The text without white space at its ends."""
    return text.strip()


@function(examples={r'matchRegExp("12345", "\\d+")': True, 'matchRegExp("abc", "b")': False}, steps=_MATCHING)
def match_reg_exp(context: Context, text: str, pattern: Pattern) -> bool:
    """Whether the whole text matches the pattern."""
    return patterns.matches_whole(pattern, text, charge=context.charge)


@function(examples={'replace("a-b-c", "-", "+")': "a+b-c"}, steps=_MATCHING)
def replace(context: Context, text: str, pattern: Pattern, by: str) -> str:
    """The text with the first match replaced; $1 is the first group, \\$ a dollar sign."""
    return patterns.replace(pattern, text, by, every=False, charge=context.charge)


@function(
    examples={
        'replaceAll("a-b-c", "-", "+")': "a+b+c",
        r'replaceAll("x1y22", "(\\d+)", "<$1>")': "x<1>y<22>",
    },
    steps=_MATCHING,
)
def replace_all(context: Context, text: str, pattern: Pattern, by: str) -> str:
    """The text with every match replaced; $1 is the first group, \\$ a dollar sign."""
    return patterns.replace(pattern, text, by, every=True, charge=context.charge)


@function(examples={'split("A, B,C", ", *")': ["A", "B", "C"]}, steps=_MATCHING)
def split(context: Context, text: str, pattern: Pattern) -> list[str]:
    """The parts between the matches of a pattern, empty ones at the end dropped."""
    return patterns.split(pattern, text, charge=context.charge)


@function(examples={'substr("hello", 3)': "lo", 'substr("hello", 1, 3)': "el"})
def substr(text: str, start: int, end: int = INTEGER_MAX) -> str:
    """The text from a place (counted from 0), up to but without another; places outside are moved inside."""
    start = max(0, start)
    return text[start : max(start, end)]


@function(examples={"length(uuid())": 36}, steps=25)
def uuid(context: Context) -> str:
    """A new random identifier."""
    return str(context.uuid())
