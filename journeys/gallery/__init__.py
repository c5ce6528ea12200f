"""Ready-made journeys to begin with: one file each, an export with an example of what it does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from journeyorch.portable import files

_FOLDER = Path(__file__).parent
#: Icon, title and summary, in the order of the page.
_CARDS: Mapping[str, tuple[str, Any, Any]] = {
    "welcome": (
        "mail",
        _("Welcome series"),
        _(
            "Greets who has made an account, follows up after two days, and stops as soon as the "
            "person orders."
        ),
    ),
    "cart-abandonment": (
        "cart",
        _("Cart abandonment"),
        _(
            "Reminds who has left something in the cart for an hour, and offers a discount to "
            "members a day later."
        ),
    ),
    "post-purchase": (
        "parcel",
        _("After the order"),
        _(
            "Thanks for an order, asks for a review a week later, and treats large orders with "
            "more than words."
        ),
    ),
    "win-back": (
        "undo",
        _("Win-back"),
        _(
            "Writes to customers who have not ordered for 90 days, with two offers of which you "
            "see the better one."
        ),
    ),
    "birthday": (
        "calendar",
        _("Birthday"),
        _(
            "Congratulates on the morning of the birthday, and reminds of the present when it is "
            "about to end."
        ),
    ),
    "weather": (
        "sun",
        _("Weather-based offer"),
        _(
            "Asks a weather service about the place where somebody is, and offers what fits: "
            "something cold, or an umbrella."
        ),
    ),
    "location": (
        "flag",
        _("Location-based offer"),
        _(
            "Welcomes who comes near a shop with an offer, in its opening hours and only to the "
            "first thousand."
        ),
    ),
    "loyalty-tier": (
        "percent",
        _("Loyalty tier change"),
        _(
            "Congratulates on a new tier, keeps it in the profile, and has a card printed for "
            "those who have reached gold."
        ),
    ),
}


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


class _File(BaseModel):
    """``content`` is that of an export file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    example: Example
    content: dict[str, Any]


class ReadyMade(NamedTuple):
    """A journey of the gallery; title and summary are said in the reader's language."""

    icon: str
    title: Any
    summary: Any
    example: Example
    content: dict[str, Any]


@cache
def gallery() -> Mapping[str, ReadyMade]:
    """All of them by name."""
    return {name: ReadyMade(*card, *_read(_FOLDER / f"{name}.yaml")) for name, card in _CARDS.items()}


def _read(path: Path) -> tuple[Example, dict[str, Any]]:
    file = _File.model_validate(files.read(path.read_bytes()))
    return file.example, file.content
