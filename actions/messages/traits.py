"""What a message, and whoever read it, have in common with many others: reports count by it. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

#: Longer ones are cut off.
LONGEST = 60
#: The variant of people whose language has no words of its own.
OWN_WORDS = "default"


class Reader(NamedTuple):
    """With what a message was opened, as its program says; "" is not known."""

    device: str = ""
    platform: str = ""


class Traits(NamedTuple):
    """``domain``: of an email address; ``variant``: the language whose words were sent; "" is not known."""

    domain: str = ""
    variant: str = ""
    device: str = ""
    platform: str = ""

    @property
    def known(self) -> dict[str, str]:
        """By name."""
        return {name: value for name, value in self._asdict().items() if value}


NO_TRAITS = Traits()
NOBODY_KNOWN = Reader()

# The first that fits: an iPad says that it is a Mac, a phone with Android that it is Linux. Who fetches
# pictures for others says nothing about the reader.
_PROXIES = re.compile(r"GoogleImageProxy|YahooMailProxy|ggpht|bot\b|crawl|spider", re.IGNORECASE)
_PLATFORMS = (
    ("iOS", re.compile(r"iPhone|iPad|iPod")),
    ("Android", re.compile(r"Android")),
    ("Windows", re.compile(r"Windows")),
    ("ChromeOS", re.compile(r"CrOS")),
    ("macOS", re.compile(r"Macintosh|Mac OS X")),
    ("Linux", re.compile(r"Linux|X11")),
)
_TABLET = re.compile(r"iPad|Tablet|Silk|Kindle|Android(?!.*Mobile)")
_PHONE = re.compile(r"iPhone|iPod|Mobile")


def domain_of(kind: str, address: str) -> str:
    """Of an email address; other addresses have none."""
    return address.rpartition("@")[2].lower()[:LONGEST] if kind == "email" and "@" in address else ""


def reader_of(user_agent: str) -> Reader:
    """What a program says of the device that it runs on: no more than what kind it is."""
    platform = next((name for name, pattern in _PLATFORMS if pattern.search(user_agent)), "")
    if not platform or _PROXIES.search(user_agent):
        return NOBODY_KNOWN
    if _TABLET.search(user_agent):
        return Reader("tablet", platform)
    return Reader("phone" if _PHONE.search(user_agent) else "computer", platform)
