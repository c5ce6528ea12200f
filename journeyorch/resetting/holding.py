"""What a sandbox holds now, for whoever is about to empty it."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.text import capfirst

from journeyorch.lists.counting import MOST_COUNTED, counted
from journeyorch.resetting.contents import contents


class Held(NamedTuple):
    """Things of one kind; ``name`` says what they are in the reader's language."""

    model: str  # its label, such as "journeys.journey"
    name: str
    n: int

    @property
    def is_at_least(self) -> bool:
        """Counting stopped there."""
        return self.n >= MOST_COUNTED


def holding(sandbox_id: int) -> list[Held]:
    """The kinds for which people have a word, by that word; those of which there is nothing are left out.

    What belongs to them, such as figures and what waits in lanes, goes with them and is not counted.
    """
    found = (
        Held(
            content.name,
            capfirst(str(content.model._meta.verbose_name_plural)),
            counted(content.rows(sandbox_id)),
        )
        for content in contents()
        if content.is_named
    )
    return sorted((held for held in found if held.n), key=lambda held: held.name)
