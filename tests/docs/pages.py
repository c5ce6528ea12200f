"""The pages of the documentation, and the examples in them.

An example that is tested says how in its first line, such as ``json journey``: first its language, then
how it is tested; the tests are in the files beside this one. Blocks without a second word show
something, and are not run.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# How examples may be tested; a fence with another second word is a mistake.
TESTED = frozenset(
    "journey message live schema event boolean linked payload sent headers parameters liquid evaluate api"
    " signed token cloudevent edge people people-post mapping plain rows sent-plain became"
    " authentication authoring configuration backup restore restored".split()
)

_FENCE = re.compile(r"^( *)```(\w*) *([^\n`]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A fenced block; ``how`` is the second word of its first line, ``rest`` what follows."""

    page: str
    line: int
    language: str
    how: str
    rest: str
    text: str

    @property
    def id(self) -> str:
        return f"{self.page}:{self.line}"


def examples(how: str = "", *, language: str = "") -> list[Example]:
    """All blocks that are tested in this way, or all there are."""
    found = [one for page in PAGES for one in _of_page(page)]
    return [
        one for one in found if (not how or one.how == how) and (not language or one.language == language)
    ]


def without_examples(page: Path) -> str:
    """The prose of a page."""
    return _FENCE.sub("", page.read_text())


def _of_page(page: Path) -> Iterator[Example]:
    source = page.read_text()
    for match in _FENCE.finditer(source):
        how, _, rest = match[3].strip().partition(" ")
        line = source.count("\n", 0, match.start()) + 1
        name = str(page.relative_to(ROOT))
        yield Example(name, line, match[2], how, rest.strip(), textwrap.dedent(match[4]))
