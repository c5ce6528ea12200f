"""What the pages name exists: links, files, commands, modules, and the ways in which examples are tested."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from journeyorch import helping
from tests.docs.pages import PAGES, ROOT, TESTED, examples, without_examples

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")
CODE = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
COMMAND = re.compile(r"manage\.py (\w+)")
MODULE = re.compile(r"python -m ((?:tests|journeyorch)[\w.]*)")
TARGET = re.compile(r"`?make ([a-z][a-z-]*)\b")
FOLDERS = "journeyorch datasources events actions journeys tests docs templates static .ci".split()
LARGEST_PICTURE = 250_000

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    broken = [target for target in _links(page) if not _leads_somewhere(page, target)]

    assert broken == []


@each_page
def test_files_that_are_named_exist(page: Path) -> None:
    assert [path for path in _paths(page) if not (ROOT / path).exists()] == []


@each_page
def test_file_names_without_a_folder_exist_somewhere(page: Path) -> None:
    known = {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}

    assert [name for name in _bare_names(page) if name not in known and not (ROOT / name).exists()] == []


@each_page
def test_commands_exist(page: Path) -> None:
    source = page.read_text()
    makefile = (ROOT / "Makefile").read_text()

    assert set(COMMAND.findall(source)) <= set(get_commands())
    assert [name for name in MODULE.findall(source) if importlib.util.find_spec(name) is None] == []
    named = [name for code in CODE.findall(source) for name in TARGET.findall(code)]
    assert [name for name in named if f"\n{name}:" not in makefile] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.suffix == ".md":
            seen.add(page)
            waiting += [(page.parent / target.partition("#")[0]).resolve() for target in _internal(page)]

    assert set(PAGES) <= seen


def test_examples_are_tested_in_ways_that_exist_and_all_ways_are_used() -> None:
    assert {one.how for one in examples() if one.how} == TESTED


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs/pictures").iterdir()}

    assert {name: size for name, size in sizes.items() if size > LARGEST_PICTURE} == {}


def _links(page: Path) -> list[str]:
    return [first or second for first, second in LINK.findall(without_examples(page))]


def _internal(page: Path) -> list[str]:
    return [target for target in _links(page) if not target.startswith(("http://", "https://", "#"))]


def _leads_somewhere(page: Path, target: str) -> bool:
    """A page of ours with that heading. What is elsewhere is not asked: tests never leave the machine."""
    if target.startswith(("http://", "https://")):
        return True
    path, _, anchor = target.partition("#")
    found = (page.parent / path).resolve() if path else page
    return found.exists() and (not anchor or anchor in _anchors(found))


def test_help_buttons_lead_to_headings_that_there_are() -> None:
    pages = {topic: help.page.partition("#") for topic, help in helping.topics().items()}
    missing = {
        topic: page
        for topic, (page, _, anchor) in pages.items()
        if anchor and anchor not in _anchors(ROOT / "docs" / page)
    }
    assert pages
    assert not missing


def _anchors(page: Path) -> set[str]:
    """Headings as GitHub makes addresses of them."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(page.read_text()))
    return {text.strip().replace(" ", "-") for text in kept}


def _paths(page: Path) -> list[str]:
    """Names in code that begin with a folder of ours."""
    codes = [code for code in CODE.findall(without_examples(page)) if "/" in code and " " not in code]
    return [code for code in codes if code.split("/")[0] in FOLDERS]


def _bare_names(page: Path) -> list[str]:
    return [
        code for code in CODE.findall(without_examples(page)) if re.fullmatch(r"\w+\.(py|toml|yaml)", code)
    ]
