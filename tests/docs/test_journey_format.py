"""docs/journey-format.md says what the code takes: its examples, its kinds and fields, its codes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.conf import settings
from pydantic import BaseModel

import journeys.activities  # noqa: F401 - registers the kinds
from journeys.activities.base import kinds
from journeys.activities.catalog import Catalog
from journeys.definition.check import check
from journeys.definition.document import ActivityDocument, Document, Properties, read_document
from tests.docs.pages import ROOT, Example, examples

CODE = re.compile(r'"((?:ERR|WARN)_JOURNEY_[A-Z_]+)"')


@pytest.mark.parametrize("example", examples("journey"), ids=lambda example: example.id)
def test_the_example_could_be_published(example: Example, catalog: Catalog) -> None:
    document, problems = read_document(json.loads(example.text))

    assert document is not None, problems
    assert check(document, catalog, max_activities=settings.JOURNEY_MAX_ACTIVITIES) == []


def test_every_kind_has_its_section() -> None:
    sections = set(re.findall(r"^### (\w+)$", _page(), re.MULTILINE))

    assert sections == set(kinds())


@pytest.mark.parametrize("kind", list(kinds()))
def test_every_option_of_a_kind_is_described(kind: str) -> None:
    described = set(re.findall(r"`(\w+)`", _section(kind)))

    assert set(kinds()[kind].Config.model_fields) <= described


@pytest.mark.parametrize("model", [Document, Properties, ActivityDocument])
def test_every_field_of_the_document_is_described(model: type[BaseModel]) -> None:
    described = set(re.findall(r"`(\w+)`", _page()))

    assert set(model.model_fields) <= described


def test_every_code_is_listed_and_no_other() -> None:
    sources = [path.read_text() for path in (ROOT / "journeys").rglob("*.py")]
    used = {code for source in sources for code in CODE.findall(source)}
    listed = set(re.findall(r"`((?:ERR|WARN)_JOURNEY_[A-Z_]+)(?:_…)?`", _page()))

    assert listed == used


def _page() -> str:
    return (ROOT / "docs/journey-format.md").read_text()


def _section(kind: str) -> str:
    """The text under a kind's heading; kinds that share one text stand above each other."""
    _, _, rest = _page().partition(f"\n### {kind}\n")
    parts: list[Any] = re.split(r"^#{2,3} .*$", rest, flags=re.MULTILINE)
    return next((part for part in parts if part.strip()), "")
