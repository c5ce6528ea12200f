"""Patterns of endpoints: a URL whose path may hold wildcards, as in ``https://api.example.org/data/*``. Pure.

``*`` stands for any run of characters, also none and also with slashes. Scheme, host and port are compared as
they are. A pattern without ``?`` is for every query; one with it is compared with the query, too.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
WILDCARD = "*"
MAX_PATTERN = 2000


class Flaw(Enum):
    """What can be wrong with a pattern."""

    MISSING = "missing"
    MALFORMED = "malformed"
    WILDCARD_IN_HOST = "wildcardInHost"


class Pattern(NamedTuple):
    """A pattern that was taken apart: the place, and the texts between its wildcards."""

    place: tuple[str, str, int]  # scheme, host in lower case, port
    pieces: tuple[str, ...]
    with_query: bool

    def fits(self, url: str) -> bool:
        """Whether a URL, without wildcards of its own, is one of those that are meant."""
        split = _split(url)
        if split is None or split[0] != self.place:
            return False
        _, path, query = split
        return _fits(f"{path}?{query}" if self.with_query and query else path, self.pieces)


@lru_cache(maxsize=1024)
def read_pattern(text: str) -> Pattern | Flaw:
    """The pattern in a text, or what is wrong with it."""
    if not text.strip():
        return Flaw.MISSING
    authority = text.partition("://")[2].partition("/")[0].partition("?")[0]
    if WILDCARD in authority:
        return Flaw.WILDCARD_IN_HOST
    split = _split(text)
    if split is None or len(text) > MAX_PATTERN or any(char.isspace() or char < " " for char in text):
        return Flaw.MALFORMED
    place, path, query = split
    whole = f"{path}?{query}" if query else path
    return Pattern(place, tuple(whole.split(WILDCARD)), with_query=bool(query))


def _split(url: str) -> tuple[tuple[str, str, int], str, str] | None:
    """((scheme, host, port), path, query); None for what is no absolute http URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        return None
    return (parts.scheme, host, port or _PORTS[parts.scheme]), parts.path or "/", parts.query


def _fits(text: str, pieces: tuple[str, ...]) -> bool:
    """Whether the pieces stand in the text, the first at its beginning and the last at its end.

    Every piece is taken at its first place: whatever follows then has the most room. So no pattern, however
    many wildcards it has, takes longer than its length times that of the text.
    """
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return text == first
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
