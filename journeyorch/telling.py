"""Tells people what a pure package has raised, or a worker has stored, in English."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from journeyorch.phrases import in_words, said


def told(problem: object) -> str:
    """The text of an error, or a stored one, in the reader's language, as far as that is known."""
    return in_words(str(problem), gettext)


def all_told(problems: Iterable[str]) -> list[str]:
    """Sentences as a pure package has made them, in the reader's language."""
    return [said(problem, gettext) for problem in problems]
