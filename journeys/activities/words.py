"""How a step is told in a journey's story: phrases in the reader's language, what expressions mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from journeyorch.expressions import ExpressionError
from journeyorch.expressions.explain import explain


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M %Z}".rstrip()


class Words(NamedTuple):
    """What telling needs. ``translate`` looks a phrase up; phrases have places {0}, {1} … for their parts.

    ``write``: a moment as the reader is used to it; one without a time zone is that of a wall clock.
    ``is_start``: people enter by the step that is told. ``steps``, ``journeys``: names by id.
    """

    translate: Callable[[str], str] = str
    write: Callable[[datetime], str] = _iso
    is_start: bool = False
    steps: Mapping[str, str] = {}
    journeys: Mapping[str, str] = {}

    def say(self, phrase: str, *parts: str) -> str:
        return self.translate(phrase).format(*parts)

    def meaning(self, source: str) -> str:
        """An expression as a sentence; one that cannot be read stands there as it is."""
        try:
            return explain(source, self.translate)
        except ExpressionError:
            return source

    def meanings(self, sources: Mapping[str, str]) -> Iterator[str]:
        """``name: what its expression means``, for each that has one."""
        for name, source in sources.items():
            if source.strip():
                yield f"{name}: {self.meaning(source)}"
