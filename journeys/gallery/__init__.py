"""Ready-made journeys to begin with: one file each, an export with an example of what it does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from journeyorch.portable import files

_FOLDER = Path(__file__).parent
#: In the order of the page.
_NAMES = (
    *("welcome", "cart-abandonment", "post-purchase", "win-back"),
    *("birthday", "weather", "location", "loyalty-tier"),
)


class Example(BaseModel):
    """What happens to one person, and what the journey does then; a test runs it.

    ``happens``: an ``event`` with its ``payload`` is received, time passes (``pass``), everybody is looked at
    for a segment (``evaluate``), a data source will ``answer``. ``path``: steps with the way out. ``sends``:
    templates.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: str
    profile: dict[str, Any]
    happens: list[dict[str, Any]]
    path: list[str]
    sends: list[str]


class ReadyMade(BaseModel):
    """A journey of the gallery; ``content`` is that of an export file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    summary: str
    icon: str
    example: Example
    content: dict[str, Any]


@cache
def gallery() -> Mapping[str, ReadyMade]:
    """All of them by name."""
    return {name: _read(_FOLDER / f"{name}.yaml") for name in _NAMES}


def _read(path: Path) -> ReadyMade:
    return ReadyMade.model_validate(files.read(path.read_bytes()))
