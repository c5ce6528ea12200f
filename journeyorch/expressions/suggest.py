"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant: the same but for case, or a near one; None if none is near."""
    names = sorted(known)
    folded = word.casefold()
    for name in names:
        if name.casefold() == folded:
            return name
    near = get_close_matches(word[:64], names, n=1, cutoff=0.7)
    return near[0] if near else None


def with_hint(message: str, suggestion: str | None, otherwise: str) -> str:
    """The message and what to do: take the suggestion, or else."""
    return f"{message} Did you mean {suggestion}?" if suggestion else f"{message} {otherwise}"
