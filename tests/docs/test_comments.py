"""Sources of rules: what comments name in brackets, as "(users.md, Testing)", is in the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.docs.pages import ROOT
from tests.docs.test_pages import FOLDERS, HEADING

SOURCES = (".py", ".js", ".css", ".html", ".lark")
THIS = Path(__file__).resolve()
# What is not ours.
MADE = ("build", "node_modules")
# A page, and the beginning of a heading on it or of several: "(engine.md, Route and Waves)".
REFERENCE = re.compile(r"\((?:docs/)?((?:decisions/)?[a-z-]+\.md)(?:, ([A-Za-z][^,():;\n]*))?[,():;\n]")


def test_what_comments_refer_to_is_in_the_documentation() -> None:
    found = list(_references())
    lost = [f"{path}: {page}, {heading}" for path, page, heading in found if not _is_there(page, heading)]

    assert len(found) > 100
    assert lost == []


def _references() -> Iterator[tuple[str, str, str]]:
    """(file, page, heading or nothing) of each."""
    for path in _sources():
        for page, heading in REFERENCE.findall((ROOT / path).read_text()):
            yield str(path), page, heading


def _sources() -> Iterator[Path]:
    for folder in set(FOLDERS) - {"docs", ".ci"}:
        paths = (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.suffix in SOURCES)
        yield from (path for path in paths if not set(MADE) & set(path.parts) and ROOT / path != THIS)


def _is_there(page: str, heading: str) -> bool:
    headings = _headings(page)
    return bool(headings) and all(
        any(one.startswith(part) for one in headings) for part in _parts(heading, headings)
    )


def _parts(heading: str, headings: tuple[str, ...]) -> list[str]:
    """What stands for one heading, although it may have an "and" of its own."""
    whole = any(one.startswith(heading) for one in headings)
    return [heading] if whole else heading.split(" and ")


@cache
def _headings(page: str) -> tuple[str, ...]:
    path = ROOT / "docs" / page
    return tuple(HEADING.findall(path.read_text())) if path.exists() else ()
