"""What people read of the kinds can be translated, although pure packages know nothing of translations."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import journeys.activities  # noqa: F401 - registers the kinds
from journeys.activities.base import kinds
from journeys.designer import kinds as described

ROOT = Path(described.__file__).parents[1]


def marked() -> set[str]:
    """What ``makemessages`` finds: literals in calls of ``gettext_noop``."""
    calls = (
        node
        for path in (ROOT / "activities").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "gettext_noop"
    )
    return {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}


@pytest.mark.parametrize("kind", list(kinds()))
def test_titles_and_help_of_a_kind_are_marked_for_translation(kind: str) -> None:
    known = kinds()[kind]
    titles = {field.title for field in known.Config.model_fields.values() if field.title}

    assert {known.title, known.help, *titles} <= marked()


def test_the_designer_looks_them_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(described, "_", lambda text: f"<{text}>")
    wait = described.describe_kind(kinds()["wait"])

    assert (wait["title"], wait["help"][:6]) == ("<Wait>", "<Holds")
    assert wait["schema"]["properties"]["duration"]["title"] == "<Duration>"
    assert wait["schema"]["properties"]["type"]["titles"][0] == "<A duration>"
