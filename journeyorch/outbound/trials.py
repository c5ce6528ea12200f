"""What a Test button shows: how the call ended, and what came back."""

from __future__ import annotations

from typing import NamedTuple

from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Failure, Response

_SHOWN = 10_000


class Trial(NamedTuple):
    """A call that somebody made by hand."""

    outcome: Outcome
    body: str = ""  # its beginning, as text; secrets are already cut out
    fields: tuple[
        tuple[str, bool], ...
    ] = ()  # name and type of each expected field, and whether it was there


def trial_of(
    answer: Response | Failure, outcome: Outcome, fields: tuple[tuple[str, bool], ...] = ()
) -> Trial:
    """The trial of an answer."""
    if isinstance(answer, Failure):
        return Trial(outcome)
    text = answer.body[: _SHOWN * 4].decode("utf-8", "replace")
    return Trial(outcome, text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…", fields)
