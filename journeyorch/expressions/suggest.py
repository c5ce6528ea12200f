"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from heapq import nlargest
from itertools import pairwise

from journeyorch.phrases import Phrase, phrase, sentence

_LONGEST = 64  # characters of a name that are looked at
_LOOKED_AT = 20
_MEANT = sentence("{message} Did you mean {suggestion}?", "message")


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant: the same but for case, or a near one; None if none is near."""
    names = sorted(known)
    folded = word.casefold()
    for name in names:
        if name.casefold() == folded:
            return name
    near = get_close_matches(word[:_LONGEST], _likely(word, names), n=1, cutoff=0.7)
    return near[0] if near else None


def _likely(word: str, names: list[str]) -> list[str]:
    """The few names worth a closer look, which is slow: those with the most pairs of letters in common."""
    pairs = _pairs(word[:_LONGEST])
    return nlargest(_LOOKED_AT, names, key=lambda name: len(pairs & _pairs(name)) / (len(name) + 1))


@lru_cache(maxsize=8_192)
def _pairs(name: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(name[:_LONGEST])))


def slip_of(word: str, known: Iterable[str]) -> str | None:
    """The known word that this is with a wrong case, or one letter wrong; a digit makes another name."""
    for name in sorted(known):
        if name.casefold() == word.casefold():
            return name
        if len(name) > 3 and len(word) > 3 and _one_letter_off(word.casefold(), name.casefold()):
            return name
    return None


def _one_letter_off(word: str, name: str) -> bool:
    """One letter more, less or other, or two neighbours the other way round."""
    start = 0
    while start < min(len(word), len(name)) and word[start] == name[start]:
        start += 1
    left, right = word[start:], name[start:]
    swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    off = swapped or left[1:] == right or left == right[1:] or left[1:] == right[1:]
    return off and (left[:1] + right[:1]).isalpha()


def with_hint(message: str, suggestion: str | None, otherwise: str) -> Phrase:
    """The message and what to do: take the suggestion, or else."""
    if suggestion:
        return _MEANT(message=message, suggestion=suggestion)
    return phrase("{message} {otherwise}", message=message, otherwise=otherwise)
